import { InputError } from "@mmgeo/dataset";
import { compile, tf } from "@mmgeo/engine";
import { imageEmbeddings, textEmbeddings } from "../model/embeddings.js";
import type { Precision } from "../model/encode.js";
import type { ClipModel } from "../model/model.js";
import type { ParameterMap } from "../model/parameters.js";
import { candidateLoss, type LossKind } from "./candidate-loss.js";
import { scaledSimilarities } from "./similarity.js";

/** `text`: an image against its captions. `image`: a caption against its images. */
export type GroupForm = "text" | "image";

/** The inputs of a model as tensors. */
export interface ModelInputs {
  /** transformers' `pixel_values`, `[images, channels, side, side]`. */
  pixels: tf.Tensor;
  /** `[texts, tokens]`, int32. */
  ids: tf.Tensor;
  /** `[texts, tokens]`, 1 for a token and 0 for padding; of no effect on models that attend to their padding. */
  attentionMask?: tf.Tensor;
}

/** The loss of samples that all have the same number of candidates, each sample's positive candidate first. */
export function groupLoss({ parameters, config, inputs, form, kind, groups }: { parameters: ParameterMap; config: ClipModel["config"]; inputs: ModelInputs; form: GroupForm; kind: LossKind; groups: number }): tf.Tensor {
  const images = imageEmbeddings({ parameters, config, pixels: inputs.pixels });
  const texts = textEmbeddings({ parameters, config, ids: inputs.ids, attentionMask: inputs.attentionMask });
  const [anchors, candidates] = form === "text" ? [images, texts] : [texts, images];
  const [anchorCount = 0, size = 0] = anchors.shape;
  const candidateCount = candidates.shape[0] ?? 0;
  const [anchorField, candidateField] = form === "text" ? ["pixel_values", "input_ids"] : ["input_ids", "pixel_values"];
  if (anchorCount !== groups) throw new InputError({ message: `has ${anchorCount} rows; ${groups} groups in ${form} form need ${groups}`, field: anchorField });
  if (candidateCount % groups !== 0 || candidateCount === 0) throw new InputError({ message: `has ${candidateCount} rows, which do not divide into ${groups} groups`, field: candidateField });
  const perGroup = candidateCount / groups;
  const cosine = tf.sum(tf.mul(tf.reshape(anchors, [groups, 1, size]), tf.reshape(candidates, [groups, perGroup, size])), 2);
  const positive = new Float32Array(candidateCount);
  for (let index = 0; index < candidateCount; index += perGroup) positive[index] = 1;
  return candidateLoss({ similarities: scaledSimilarities(parameters, cosine), membership: tf.ones([groups, perGroup]), positive: tf.tensor(positive, [groups, perGroup]), kind });
}

export interface GroupLossResult {
  loss: number;
  /** The gradient of every parameter by name; null if not asked for. The caller disposes them. */
  gradients: ParameterMap | null;
}

/** `groupLoss` of a loaded model, with the gradients of all its parameters if `gradients` is true. */
export function lossAndGradients({ model, inputs, form, kind, groups, gradients = false, precision = "float32" }: { model: ClipModel; inputs: ModelInputs; form: GroupForm; kind: LossKind; groups: number; gradients?: boolean; precision?: Precision }): GroupLossResult {
  const { config, parameters } = model;
  const names = Object.keys(parameters);
  const lossOf = (values: ParameterMap, tensors: ModelInputs): tf.Tensor => groupLoss({ parameters: values, config, inputs: tensors, form, kind, groups });
  const run = compile(
    (values: ParameterMap, tensors: ModelInputs): { loss: tf.Tensor; gradients: tf.Tensor[] } => {
      if (!gradients) return { loss: lossOf(values, tensors), gradients: [] };
      const lossOfList = (...list: tf.Tensor[]): tf.Scalar => lossOf(Object.fromEntries(names.map((name, index) => [name, list[index] as tf.Tensor])), tensors) as tf.Scalar;
      const { value, grads } = tf.valueAndGrads(lossOfList)(names.map((name) => values[name] as tf.Tensor));
      return { loss: value, gradients: grads };
    },
    { precision },
  );
  try {
    const result = run(parameters, inputs);
    const loss = result.loss.dataSync()[0] as number;
    result.loss.dispose();
    return { loss, gradients: gradients ? Object.fromEntries(names.map((name, index) => [name, result.gradients[index] as tf.Tensor])) : null };
  } finally {
    run.dispose();
  }
}
