import { linear, tf } from "@mmgeo/engine";
import { normalValues, randomOf, textSeed } from "../random.js";
import type { ParameterMap } from "../model/parameters.js";
import type { CaptionTokenizer } from "../text/caption-tokenizer.js";
import type { Batch } from "./batch.js";

const weightName = "auxiliary.words.weight";
const biasName = "auxiliary.words.bias";

/** Whether a parameter belongs to the auxiliary loss and not to the model. */
export function isAuxiliary(name: string): boolean {
  return name === weightName || name === biasName;
}

/** Embeddings have unit length; with this factor a word's logit can move by about ten. */
const WORD_SCALE = 10;

/** The classifier of words at the start: its bias says how frequent each word is in the captions, so the image has to say the rest. */
export function wordParameters({ captions, tokenizer, vocabulary, size, seed }: { captions: readonly string[]; tokenizer: CaptionTokenizer; vocabulary: number; size: number; seed: number }): ParameterMap {
  const counts = new Float32Array(vocabulary);
  for (const caption of captions) for (const id of new Set(tokenizer.encode(caption))) counts[id] = (counts[id] as number) + 1;
  const bias = counts.map((count) => Math.log((count + 0.5) / (captions.length - count + 0.5)));
  const weight = normalValues({ count: vocabulary * size, deviation: 1 / Math.sqrt(size), random: randomOf(seed, textSeed(weightName)) });
  return { [weightName]: tf.tensor(weight, [vocabulary, size]), [biasName]: tf.tensor(bias, [vocabulary]) };
}

/** For each image with a caption the words of it, `[images, vocabulary]`; `counted` is 1 for these images. */
export function wordTargets({ batch, tokenizer, vocabulary }: { batch: Batch; tokenizer: CaptionTokenizer; vocabulary: number }): { words: Float32Array; counted: Float32Array } {
  const words = new Float32Array(batch.images.length * vocabulary);
  const counted = new Float32Array(batch.images.length);
  for (const { image, text } of batch.pairs) {
    counted[image] = 1;
    for (const id of tokenizer.encode(batch.texts[text] as string)) words[image * vocabulary + id] = 1;
  }
  return { words, counted };
}

/** The binary cross entropy of each word, summed over the vocabulary and averaged over the images that have a caption. */
export function wordLoss({ parameters, images, words, counted }: { parameters: ParameterMap; images: tf.Tensor; words: tf.Tensor; counted: tf.Tensor }): tf.Tensor {
  const logits = linear(tf.mul(images, WORD_SCALE), parameters[weightName] as tf.Tensor, parameters[biasName]);
  const entropy = tf.sub(tf.add(tf.relu(logits), tf.log1p(tf.exp(tf.neg(tf.abs(logits))))), tf.mul(logits, words));
  return tf.div(tf.sum(tf.mul(tf.sum(entropy, 1), counted)), tf.maximum(tf.sum(counted), 1));
}
