import { type Batch, embedding, meanCrossEntropy, tf } from "@mmgeo/engine";
import type { EncodedSample } from "../text/prompt.js";
import { causalMasks } from "../model/masks.js";
import { embedTokens, headLogits, languageModel, type Parameters } from "../model/language.js";
import { languageParameters, type Model } from "../model/model.js";
import { imagePlaces, placeFeatures, projectFeatures, visionFeatures } from "../model/multimodal.js";
import { rotaryTables } from "../model/rotary.js";

/** Lengths are rounded up to these, so that a handful of captured graphs serve all batches. */
const tokenStep = 32;
const answerStep = 64;

const roundUp = (value: number, step: number) => Math.max(step, Math.ceil(value / step) * step);

/**
 * The arrays of one step: samples side by side, padded at the end (causal order keeps padding out of what is learnt), and the
 * places whose next token is an answer's, so that the head is computed there and nowhere else.
 */
export function tokenArrays({ samples, model }: { samples: readonly EncodedSample[]; model: Model }): Batch {
  const { language, multimodal } = model.config;
  const tokens = roundUp(Math.max(...samples.map(({ ids }) => ids.length)), tokenStep);
  const ids = new Int32Array(samples.length * tokens).fill(language.padToken ?? 0);
  const places: number[] = [];
  const targets: number[] = [];
  for (const [row, sample] of samples.entries()) {
    ids.set(sample.ids, row * tokens);
    for (let at = 1; at < sample.labels.length; at += 1) {
      const label = sample.labels[at] as number;
      if (label === -100) continue;
      places.push(row * tokens + at - 1);
      targets.push(label);
    }
  }
  const answers = roundUp(places.length, answerStep);
  const { cosine, sine, halfSize } = rotaryTables({ config: language, positions: Int32Array.from({ length: tokens }, (_, at) => at) });
  const shape = [samples.length, tokens];
  const batch: Record<string, Batch[string]> = {
    ids: { shape, data: ids },
    cosine: { shape: [1, 1, tokens, halfSize], data: cosine },
    sine: { shape: [1, 1, tokens, halfSize], data: sine },
    answerPlaces: { shape: [answers], data: Int32Array.from({ length: answers }, (_, at) => places[at] ?? 0) },
    answerTargets: { shape: [answers], data: Int32Array.from({ length: answers }, (_, at) => targets[at] ?? -100) },
  };
  if (multimodal !== null) {
    const { rows, isImage } = imagePlaces(ids, multimodal.imageToken);
    batch["imageRows"] = { shape, data: rows };
    batch["isImage"] = { shape: [...shape, 1], data: isImage };
  }
  return batch;
}

/** The mean loss over the answers' tokens. Image features come from `features` (the tower's, computed before) or are computed from `pixels`. */
export function answerLoss({ model, parameters, batch }: { model: Model; parameters: Parameters; batch: Record<string, tf.Tensor> }): tf.Scalar {
  const { language, multimodal } = model.config;
  const own = languageParameters(model, parameters);
  const { ids, cosine, sine, answerPlaces, answerTargets, imageRows, isImage, features, pixels } = batch as Record<string, tf.Tensor> & Record<"ids" | "cosine" | "sine" | "answerPlaces" | "answerTargets", tf.Tensor>;
  let embeddings = embedTokens(own, ids);
  if (multimodal !== null && imageRows !== undefined && isImage !== undefined && (features !== undefined || pixels !== undefined)) {
    const seen = features ?? visionFeatures({ parameters, config: multimodal, pixels: pixels as tf.Tensor });
    embeddings = placeFeatures({ embeddings, features: projectFeatures({ parameters, config: multimodal, features: seen as tf.Tensor3D }), rows: imageRows, isImage });
  }
  const tokens = ids.shape[1] as number;
  const hidden = languageModel({ parameters: own, config: language, embeddings, rotation: { cosine: cosine as tf.Tensor4D, sine: sine as tf.Tensor4D }, masks: causalMasks(language, tokens) });
  const answers = embedding(answerPlaces, tf.reshape(hidden, [ids.size, language.hiddenSize]));
  return meanCrossEntropy({ logits: headLogits(own, language, answers), labels: answerTargets });
}
