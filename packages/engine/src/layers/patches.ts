import type * as tf from "@tensorflow/tfjs";
import { linear } from "./linear.js";

/**
 * A vision transformer's patch embedding as one matrix product.
 * @param images [batch, height, width, channels], sides multiples of the patch size
 * @param weight [out, channels, patch, patch], as a PyTorch convolution stores it
 * @param bias [out]
 * @returns [batch, patches, out], patches row by row
 */
export function patchEmbedding({ images, weight, bias = null }: { images: tf.Tensor; weight: tf.Tensor; bias?: tf.Tensor | null }): tf.Tensor {
  const [batch, height, width, channels] = images.shape as [number, number, number, number];
  const [out, weightChannels, patch, patchWidth] = weight.shape as [number, number, number, number];
  if (weight.rank !== 4 || channels !== weightChannels || patch !== patchWidth || height % patch !== 0 || width % patch !== 0) {
    throw new Error(`patchEmbedding: images [${images.shape}] do not divide into the patches of weight [${weight.shape}]`);
  }
  const rows = height / patch;
  const columns = width / patch;
  const pieces = images
    .reshape([batch * rows, patch, columns, patch * channels])
    .transpose([0, 2, 1, 3])
    .reshape([batch, rows * columns, patch * patch * channels]);
  return linear(pieces, weight.transpose([0, 2, 3, 1]).reshape([out, patch * patch * channels]), bias);
}
