import { type Batch, embedding, meanCrossEntropy, tf } from "@mmgeo/engine";
import type { EncodedSample } from "../text/prompt.js";
import { causalMasks, packedMasks } from "../model/masks.js";
import { embedTokens, headLogits, languageModel, type Parameters } from "../model/language.js";
import { languageParameters, type Model } from "../model/model.js";
import { imagePlaces, placeFeatures, projectFeatures, visionFeatures } from "../model/multimodal.js";
import { rotaryTables } from "../model/rotary.js";
import { adapterOf, type LoraOptions } from "./lora.js";

/** Lengths are rounded up to these, so that a handful of captured graphs serve all batches. */
const tokenStep = 32;
const answerStep = 64;

const roundUp = (value: number, step: number) => Math.max(step, Math.ceil(value / step) * step);

/** Where samples stand in a batch: rows of `tokens` places, each row holding samples one after the other. */
export interface Layout {
  rows: EncodedSample[][];
  tokens: number;
}

/** Each sample in a row of its own. */
export function sideBySide(samples: readonly EncodedSample[]): Layout {
  return { rows: samples.map((sample) => [sample]), tokens: roundUp(Math.max(...samples.map(({ ids }) => ids.length)), tokenStep) };
}

/**
 * The arrays of one step: rows padded at the end (causal order keeps padding out of what is learnt), and the places whose next
 * token is an answer's, so that the head is computed there and nowhere else. Rows of several samples come with the number of
 * each token's sample, and positions begin anew with each.
 */
export function tokenArrays({ layout: { rows, tokens }, model }: { layout: Layout; model: Model }): Batch {
  const { language, multimodal } = model.config;
  const ids = new Int32Array(rows.length * tokens).fill(language.padToken ?? 0);
  // Padding belongs to no sample: it sees itself, and nothing sees it.
  const segments = new Int32Array(rows.length * tokens).fill(-1);
  const positions = new Int32Array(rows.length * tokens);
  const places: number[] = [];
  const targets: number[] = [];
  for (const [row, samples] of rows.entries()) {
    let start = row * tokens;
    for (const [number, sample] of samples.entries()) {
      ids.set(sample.ids, start);
      segments.fill(number, start, start + sample.ids.length);
      for (let at = 0; at < sample.ids.length; at += 1) positions[start + at] = at;
      for (let at = 1; at < sample.labels.length; at += 1) {
        const label = sample.labels[at] as number;
        if (label === -100) continue;
        places.push(start + at - 1);
        targets.push(label);
      }
      start += sample.ids.length;
    }
  }
  const packed = rows.some(({ length }) => length > 1);
  const answers = roundUp(places.length, answerStep);
  const { cosine, sine, halfSize } = rotaryTables({ config: language, positions: packed ? positions : Int32Array.from({ length: tokens }, (_, at) => at), sequenceLength: tokens });
  const shape = [rows.length, tokens];
  const rotated = [packed ? rows.length : 1, 1, tokens, halfSize];
  const batch: Record<string, Batch[string]> = {
    ids: { shape, data: ids },
    cosine: { shape: rotated, data: cosine },
    sine: { shape: rotated, data: sine },
    answerPlaces: { shape: [answers], data: Int32Array.from({ length: answers }, (_, at) => places[at] ?? 0) },
    answerTargets: { shape: [answers], data: Int32Array.from({ length: answers }, (_, at) => targets[at] ?? -100) },
  };
  if (packed) batch["segments"] = { shape, data: segments };
  if (multimodal !== null) {
    const { rows: imageRows, isImage } = imagePlaces(ids, multimodal.imageToken);
    batch["imageRows"] = { shape, data: imageRows };
    batch["isImage"] = { shape: [...shape, 1], data: isImage };
  }
  return batch;
}

/** The mean loss over the answers' tokens, with what adapters add where `parameters` has some. Image features come from `features` (the tower's, computed before) or are computed from `pixels`. */
export function answerLoss({ model, parameters, batch, lora, recomputed }: { model: Model; parameters: Parameters; batch: Record<string, tf.Tensor>; lora?: LoraOptions; recomputed?: boolean }): tf.Scalar {
  const { language, multimodal } = model.config;
  const own = languageParameters(model, parameters);
  const { ids, cosine, sine, answerPlaces, answerTargets, imageRows, isImage, features, pixels, segments, dropoutSeed = null } = batch as Record<string, tf.Tensor> & Record<"ids" | "cosine" | "sine" | "answerPlaces" | "answerTargets", tf.Tensor>;
  let embeddings = embedTokens(own, ids);
  if (multimodal !== null && imageRows !== undefined && isImage !== undefined && (features !== undefined || pixels !== undefined)) {
    const seen = features ?? visionFeatures({ parameters, config: multimodal, pixels: pixels as tf.Tensor });
    embeddings = placeFeatures({ embeddings, features: projectFeatures({ parameters, config: multimodal, features: seen as tf.Tensor3D }), rows: imageRows, isImage });
  }
  const tokens = ids.shape[1] as number;
  const hidden = languageModel({ parameters: own, config: language, embeddings, rotation: { cosine: cosine as tf.Tensor4D, sine: sine as tf.Tensor4D }, masks: segments === undefined ? causalMasks(language, tokens) : packedMasks(language, segments), adapt: lora === undefined ? undefined : adapterOf({ options: lora, dropoutSeed }), recomputed });
  const answers = embedding(answerPlaces, tf.reshape(hidden, [ids.size, language.hiddenSize]));
  return meanCrossEntropy({ logits: headLogits(own, language, answers), labels: answerTargets });
}
