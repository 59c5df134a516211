import type { ClipModel } from "../model/model.js";
import { newEncoder } from "./new-encoder.js";
import type { EncoderRecipe } from "./recipe.js";

/**
 * An encoder small enough to learn something in about 80 seconds on two cores: pictures of 112 pixels in 64 patches, three
 * layers 128 wide; captions through two layers. About 0.9 million parameters.
 */
export function createQuickModel({ captions, seed }: { captions: Iterable<string>; seed: number }): ClipModel {
  return newEncoder({
    captions,
    seed,
    type: "siglip",
    vision: { width: 128, layers: 3, heads: 4, intermediate: 256, imageSize: 112, patchSize: 14 },
    text: { width: 128, layers: 2, heads: 4, intermediate: 256 },
    activation: "relu",
  });
}

/** How the quick encoder is trained: see the README for what came out of it. */
export const quickRecipe: EncoderRecipe = {
  batchSize: 4,
  steps: 400,
  learningRate: 1.2e-3,
  warmupRatio: 0.05,
  weightDecay: 0.05,
  beta2: 0.98,
  precision: "bfloat16",
  textNegatives: 4,
  imageNegatives: 7,
  forms: { text: 1, image: 1, group: 1, batch: 0.5 },
  loss: "softmax",
};
