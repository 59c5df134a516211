import { InputError } from "@mmgeo/dataset";
import { compile, meanCrossEntropy, tf } from "@mmgeo/engine";
import { embedTokens, headLogits, languageModel, type Parameters, type Rotation } from "./language.js";
import { causalMasks } from "./masks.js";
import { languageParameters, type Model } from "./model.js";
import type { ModelConfig } from "./multimodal-config.js";
import { tokensPerImage } from "./multimodal-config.js";
import { imagePlaces, placeFeatures, projectFeatures, visionFeatures } from "./multimodal.js";
import type { LanguageConfig } from "./language-config.js";
import { rotaryTables } from "./rotary.js";

/** Token ids of a batch without padding, row-major `[batch, tokens]`. */
export interface TokenBatch {
  ids: Int32Array;
  batch: number;
  tokens: number;
}

/** The rotation of positions 0 to `tokens - 1`, shared by all rows. */
export function rotationOf(config: LanguageConfig, tokens: number): Rotation {
  const { cosine, sine, halfSize } = rotaryTables({ config, positions: Int32Array.from({ length: tokens }, (_, at) => at) });
  return { cosine: tf.tensor4d(cosine, [1, 1, tokens, halfSize]), sine: tf.tensor4d(sine, [1, 1, tokens, halfSize]) };
}

/** {@link imagePlaces} of a batch as tensors. */
export function placesOf({ ids, batch, tokens }: TokenBatch, imageToken: number): { rows: tf.Tensor; isImage: tf.Tensor } {
  const { rows, isImage } = imagePlaces(ids, imageToken);
  return { rows: tf.tensor2d(rows, [batch, tokens], "int32"), isImage: tf.tensor3d(isImage, [batch, tokens, 1]) };
}

/** @throws InputError when ids are outside the vocabulary or image tokens do not match the pictures */
export function checkTokens({ config, ids, images, where }: { config: ModelConfig; ids: Int32Array; images: number; where: string }): void {
  const { vocabularySize } = config.language;
  let imageTokens = 0;
  for (const id of ids) {
    if (id < 0 || id >= vocabularySize) throw new InputError({ message: `token id ${id} is outside the vocabulary of ${vocabularySize}`, file: where, field: "input_ids" });
    if (config.multimodal !== null && id === config.multimodal.imageToken) imageTokens += 1;
  }
  if (config.multimodal === null) {
    if (images > 0) throw new InputError({ message: "this is a plain language model and takes no pictures", file: where, field: "pixel_values" });
    return;
  }
  const perImage = tokensPerImage(config.multimodal);
  if (images > 0 && imageTokens !== images * perImage) {
    throw new InputError({ message: `${imageTokens} image tokens for ${images} pictures of ${perImage} tokens each; expand each picture's placeholder to ${perImage} tokens`, file: where, field: "input_ids" });
  }
}

/**
 * Logits of every token, `[batch, tokens, vocabularySize]`; with labels also the loss of transformers' causal models (each label
 * is predicted by the token before it; -100 counts for nothing) and, on request, its gradient by every parameter.
 *
 * @param pixels `[images, 3, side, side]`, in the order of the image tokens
 * @param labels as many as there are tokens
 */
export function computeLogits({ model, batch, pixels = null, labels = null, gradients = false, where = "input" }: { model: Model; batch: TokenBatch; pixels?: tf.Tensor4D | null; labels?: Int32Array | null; gradients?: boolean; where?: string }): { logits: tf.Tensor3D; loss: tf.Scalar | null; gradients: Parameters | null } {
  const { config } = model;
  checkTokens({ config, ids: batch.ids, images: pixels?.shape[0] ?? 0, where });
  if (gradients && labels === null) throw new InputError({ message: "gradients are of the loss, which needs labels", file: where, field: "labels" });
  const { language, multimodal } = config;
  const shape: [number, number] = [batch.batch, batch.tokens];
  const inputs = {
    ids: tf.tensor2d(batch.ids, shape, "int32"),
    rotation: { ...rotationOf(language, batch.tokens) },
    pixels,
    places: multimodal === null || pixels === null ? null : placesOf(batch, multimodal.imageToken),
    labels: labels === null ? null : tf.tensor1d(shiftedLabels(labels, batch), "int32"),
  };
  const forward = (parameters: Parameters, given: typeof inputs) => {
    const own = languageParameters(model, parameters);
    let embeddings = embedTokens(own, given.ids);
    if (multimodal !== null && given.pixels !== null && given.places !== null) {
      const features = projectFeatures({ parameters, config: multimodal, features: visionFeatures({ parameters, config: multimodal, pixels: given.pixels }) });
      embeddings = placeFeatures({ embeddings, features, ...given.places });
    }
    const hidden = languageModel({ parameters: own, config: language, embeddings, rotation: given.rotation, masks: causalMasks(language, batch.tokens) });
    const logits = headLogits(own, language, hidden) as tf.Tensor3D;
    const loss = given.labels === null ? null : meanCrossEntropy({ logits: tf.reshape(logits, [batch.batch * batch.tokens, language.vocabularySize]), labels: given.labels });
    return { logits, loss };
  };
  const names = Object.keys(model.parameters);
  const run = compile((parameters: Parameters, given: typeof inputs) => {
    if (!gradients) return { ...forward(parameters, given), gradients: null };
    let logits: tf.Tensor3D | null = null;
    const values = names.map((name) => parameters[name] as tf.Tensor);
    const lossOf = (): tf.Scalar => {
      const result = forward(parameters, given);
      logits = tf.keep(result.logits);
      return result.loss as tf.Scalar;
    };
    const { value, grads } = tf.engine().gradients(lossOf, values, undefined, true);
    const found = Object.fromEntries(names.map((name, index) => [name, (grads[index] as tf.Tensor | null) ?? tf.zerosLike(values[index] as tf.Tensor)]));
    return { logits: logits as unknown as tf.Tensor3D, loss: value as tf.Scalar, gradients: found as Parameters | null };
  });
  try {
    return run(model.parameters, inputs);
  } finally {
    run.dispose();
    tf.dispose([inputs.ids, inputs.rotation.cosine, inputs.rotation.sine]);
    if (inputs.places !== null) tf.dispose([inputs.places.rows, inputs.places.isImage]);
    if (inputs.labels !== null) inputs.labels.dispose();
  }
}

/** What each token has to predict: the label of the next one, nothing after the last of a row. */
export function shiftedLabels(labels: Int32Array, { batch, tokens }: { batch: number; tokens: number }): Int32Array {
  return Int32Array.from({ length: batch * tokens }, (_, at) => (at % tokens === tokens - 1 ? -100 : (labels[at + 1] as number)));
}
