import type { HostTensor } from "@mmgeo/engine";
import { tf } from "@mmgeo/engine";
import type { ModelConfig } from "../config/model-config.js";
import type { PixelStore } from "../images/pixel-store.js";
import { candidateLoss, type LossKind } from "../losses/candidate-loss.js";
import { cosines, scaledSimilarities } from "../losses/similarity.js";
import { imageEmbeddings, textEmbeddings } from "../model/embeddings.js";
import { needsMask, sharedLength } from "../model/encode.js";
import type { ParameterMap } from "../model/parameters.js";
import type { CaptionTokenizer } from "../text/caption-tokenizer.js";
import type { Batch, LossView } from "./batch.js";
import { wordLoss, wordTargets } from "./word-loss.js";

/** A step's arrays by name, as the training loop hands them to the captured step. */
export type StepArrays = Record<string, HostTensor>;

/** What of a view is fixed for a whole run; its weight and its two matrices are data. */
export type ViewPlan = Pick<LossView, "form" | "side">;

/** Loads and lays out what a batch names. */
export async function stepArrays({ batch, config, tokenizer, store, shifts, withWords = false }: { batch: Batch; config: ModelConfig; tokenizer: CaptionTokenizer; store: PixelStore; shifts?: readonly [number, number][]; withWords?: boolean }): Promise<StepArrays> {
  const { data, shape } = await store.pixels(batch.images, { shifts });
  const longest = batch.texts.reduce((length, text) => Math.max(length, tokenizer.encode(text).length), 1);
  const { ids, mask, texts, tokens } = tokenizer.encodeBatch(batch.texts, { tokens: sharedLength({ tokens: longest, config, multiple: 16 }) });
  const arrays: StepArrays = { pixels: { data, shape }, ids: { data: ids, shape: [texts, tokens] } };
  if (needsMask(config)) arrays["mask"] = { data: mask, shape: [texts, tokens] };
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

/**
 * The loss of a step: every image and every text is encoded once, their cosines are computed once, and each view picks its
 * anchors and candidates from them. Metrics carry each form's loss and Hit@1 within its candidates.
 */
export function stepLoss({ parameters, config, tensors, views, kind, words = 0 }: { parameters: ParameterMap; config: ModelConfig; tensors: Record<string, tf.Tensor>; views: readonly ViewPlan[]; kind: LossKind; words?: number }): { loss: tf.Tensor; metrics: Record<string, tf.Tensor> } {
  const of = (name: string): tf.Tensor => tensors[name] as tf.Tensor;
  const images = imageEmbeddings({ parameters, config, pixels: of("pixels") });
  const texts = textEmbeddings({ parameters, config, ids: of("ids"), attentionMask: tensors["mask"] });
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
