import type { ClipModel } from "../model/model.js";
import type { EncoderSize } from "./encoder-size.js";
import { newEncoder } from "./new-encoder.js";
import type { EncoderRecipe } from "./recipe.js";

/**
 * The size of an encoder that learns something in about 80 seconds on two cores: pictures of 112 pixels in 64 patches, three
 * layers 128 wide; captions through two layers. About 0.8 million parameters.
 */
export const quickSize: EncoderSize = {
  type: "siglip",
  vision: { width: 128, layers: 3, heads: 4, intermediate: 256, imageSize: 112, patchSize: 14 },
  text: { width: 96, layers: 2, heads: 3, intermediate: 192 },
};

/** The quick encoder before it has learnt anything, or one of another size. */
export function createQuickModel({ captions, seed, size = quickSize }: { captions: Iterable<string>; seed: number; size?: EncoderSize }): ClipModel {
  return newEncoder({ ...size, captions, seed, activation: "relu" });
}

/**
 * How the quick encoder is trained: the first third of the run on pairs of different problems, without which it does not begin to
 * learn; then on captions and pictures constructed to be wrong as well. The README has what comes out of it.
 */
export const quickRecipe: EncoderRecipe = {
  batchSize: 8,
  steps: 760,
  randomFirst: 0.3,
  learningRate: 1.5e-3,
  warmupRatio: 0.05,
  weightDecay: 0.05,
  beta2: 0.98,
  // On products this small the casts to bfloat16 cost more than they save.
  precision: "float32",
  negatives: { rule: 4, retrieval: 1, image: 3 },
  // With pairs of the batch weighing less, the encoder learns which candidates look edited instead of looking from the one to the other.
  forms: { batch: 1, text: 1, image: 2 },
  loss: "softmax",
};
