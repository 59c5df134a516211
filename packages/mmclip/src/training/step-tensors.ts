import type { HostTensor } from "@mmgeo/engine";
import { recompute, tf } from "@mmgeo/engine";
import type { ModelConfig } from "../config/model-config.js";
import type { PixelStore } from "../images/pixel-store.js";
import { candidateLoss, type LossKind } from "../losses/candidate-loss.js";
import { cosines, scaledSimilarities } from "../losses/similarity.js";
import { embeddingsOfFeatures, imageEmbeddings, textEmbeddings } from "../model/embeddings.js";
import { needsMask, sharedLength } from "../model/encode.js";
import type { ParameterMap } from "../model/parameters.js";
import type { CaptionTokenizer } from "../text/caption-tokenizer.js";
import type { Batch, LossView } from "./batch.js";
import type { FrozenFeatures } from "./frozen-features.js";
import { wordLoss, wordTargets } from "./word-loss.js";

/** A step's arrays by name, as the training loop hands them to the captured step. */
export type StepArrays = Record<string, HostTensor>;

/** What of a view is fixed for a whole run; its weight and its two matrices are data. */
export type ViewPlan = Pick<LossView, "form" | "side">;

/** Where a step's inputs come from; features stand for the inputs of a tower that is frozen. */
export interface StepSources {
  config: ModelConfig;
  tokenizer: CaptionTokenizer;
  store: PixelStore;
  features?: { vision?: FrozenFeatures; text?: FrozenFeatures };
}

/** Loads and lays out what a batch names. */
export async function stepArrays({ batch, sources, shifts, withWords = false }: { batch: Batch; sources: StepSources; shifts?: readonly [number, number][]; withWords?: boolean }): Promise<StepArrays> {
  const { config, tokenizer, store, features = {} } = sources;
  const arrays: StepArrays = {};
  if (features.vision !== undefined) arrays["imageFeatures"] = features.vision.rows(batch.images);
  else arrays["pixels"] = await store.pixels(batch.images, { shifts });
  if (features.text !== undefined) arrays["textFeatures"] = features.text.rows(batch.texts);
  else {
    const longest = batch.texts.reduce((length, text) => Math.max(length, tokenizer.encode(text).length), 1);
    const { ids, mask, texts, tokens } = tokenizer.encodeBatch(batch.texts, { tokens: sharedLength({ tokens: longest, config, multiple: 16 }) });
    arrays["ids"] = { data: ids, shape: [texts, tokens] };
    if (needsMask(config)) arrays["mask"] = { data: mask, shape: [texts, tokens] };
  }
  for (const [index, { side, weight, membership, positive }] of batch.views.entries()) {
    const dimensions = side === "image" ? [batch.images.length, batch.texts.length] : [batch.texts.length, batch.images.length];
    arrays[`weight.${index}`] = { data: Float32Array.of(weight), shape: [] };
    arrays[`membership.${index}`] = { data: membership, shape: dimensions };
    arrays[`positive.${index}`] = { data: positive, shape: dimensions };
  }
  if (withWords) {
    const vocabulary = config.text_config.vocab_size;
    const { words, counted } = wordTargets({ batch, tokenizer, vocabulary });
    arrays["words"] = { data: words, shape: [batch.images.length, vocabulary] };
    arrays["counted"] = { data: counted, shape: [batch.images.length] };
  }
  return arrays;
}

/** The share of anchors whose positive is more similar than every other candidate, as a scalar. */
function hitShare(similarities: tf.Tensor, membership: tf.Tensor, positive: tf.Tensor): tf.Tensor {
  const own = tf.sum(tf.mul(similarities, positive), 1, true);
  const others = tf.mul(membership, tf.sub(1, positive));
  const beaten = tf.sum(tf.mul(others, tf.cast(tf.greaterEqual(similarities, own), "float32")), 1);
  const anchors = tf.sum(positive, 1);
  return tf.div(tf.sum(tf.mul(anchors, tf.cast(tf.equal(beaten, 0), "float32"))), tf.maximum(tf.sum(anchors), 1));
}

/** Encodes the rows of `inputs` in parts of `chunk`, whose intermediate tensors are not kept for the backward pass but computed again. */
function inChunks({ parameters, inputs, chunk, encode }: { parameters: ParameterMap; inputs: Record<string, tf.Tensor>; chunk: number | undefined; encode: (parameters: ParameterMap, inputs: Record<string, tf.Tensor>) => tf.Tensor }): tf.Tensor {
  const rows = Object.values(inputs)[0]?.shape[0] ?? 0;
  if (chunk === undefined || chunk >= rows) return encode(parameters, inputs);
  const encodeAgain = recompute(encode);
  const parts: tf.Tensor[] = [];
  for (let start = 0; start < rows; start += chunk) {
    const count = Math.min(chunk, rows - start);
    const part = Object.fromEntries(Object.entries(inputs).map(([name, tensor]) => [name, tf.slice(tensor, [start, ...tensor.shape.slice(1).map(() => 0)], [count, ...tensor.shape.slice(1)])]));
    parts.push(encodeAgain(parameters, part));
  }
  return tf.concat(parts, 0);
}

function partOf(parameters: ParameterMap, other: "vision" | "text"): ParameterMap {
  return Object.fromEntries(Object.entries(parameters).filter(([name]) => !name.startsWith(`${other}_model.`)));
}

export interface StepLossOptions {
  parameters: ParameterMap;
  config: ModelConfig;
  tensors: Record<string, tf.Tensor>;
  views: readonly ViewPlan[];
  kind: LossKind;
  /** Weight of the auxiliary loss over words. @default 0 */
  words?: number;
  /** Rows encoded at a time. @default all */
  chunk?: number;
}

/**
 * The loss of a step: every image and every text is encoded once, their cosines are computed once, and each view picks its
 * anchors and candidates from them. Metrics carry each form's loss and Hit@1 within its candidates.
 */
export function stepLoss({ parameters, config, tensors, views, kind, words = 0, chunk }: StepLossOptions): { loss: tf.Tensor; metrics: Record<string, tf.Tensor> } {
  const of = (name: string): tf.Tensor => tensors[name] as tf.Tensor;
  const { imageFeatures, textFeatures, mask } = tensors;
  const images =
    imageFeatures === undefined
      ? inChunks({ parameters: partOf(parameters, "text"), inputs: { pixels: of("pixels") }, chunk, encode: (own, { pixels }) => imageEmbeddings({ parameters: own, config, pixels: pixels as tf.Tensor }) })
      : embeddingsOfFeatures({ parameters, config, tower: "vision", features: imageFeatures });
  const texts =
    textFeatures === undefined
      ? inChunks({
          parameters: partOf(parameters, "vision"),
          inputs: { ids: of("ids"), ...(mask === undefined ? {} : { mask }) },
          chunk,
          encode: (own, inputs) => textEmbeddings({ parameters: own, config, ids: inputs["ids"] as tf.Tensor, attentionMask: inputs["mask"] }),
        })
      : embeddingsOfFeatures({ parameters, config, tower: "text", features: textFeatures });
  const similarities = { image: scaledSimilarities(parameters, cosines(images, texts)) } as { image: tf.Tensor; text: tf.Tensor };
  similarities.text = tf.transpose(similarities.image);
  const total = views.map((_, index) => of(`weight.${index}`)).reduce((sum, weight) => tf.add(sum, weight));
  let loss: tf.Tensor = tf.scalar(0);
  const metrics: Record<string, tf.Tensor> = {};
  for (const [index, { form, side }] of views.entries()) {
    const [membership, positive] = [of(`membership.${index}`), of(`positive.${index}`)];
    const viewLoss = candidateLoss({ similarities: similarities[side], membership, positive, kind });
    loss = tf.add(loss, tf.mul(viewLoss, tf.div(of(`weight.${index}`), total)));
    const symmetric = form === "group" || form === "batch";
    const name = symmetric ? `${form}.${side}` : form;
    metrics[`${name}.loss`] = viewLoss;
    metrics[`${name}.hit`] = hitShare(similarities[side], membership, positive);
  }
  if (words > 0) {
    metrics["words.loss"] = wordLoss({ parameters, images, words: of("words"), counted: of("counted") });
    loss = tf.add(loss, tf.mul(metrics["words.loss"], words));
  }
  return { loss, metrics };
}
