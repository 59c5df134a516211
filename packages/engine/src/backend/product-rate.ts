import * as tf from "@tensorflow/tfjs";
import { compile } from "../capture/compile.js";
import type { Precision } from "../capture/trace.js";

const size = 1024;
const runs = 16;

/** Floating-point operations a second of a product of two square matrices of 1,024 rows, the best of sixteen: what a training step can be compared with. */
export async function measureProductRate({ precision = "float32" }: { precision?: Precision } = {}): Promise<number> {
  const matrix = tf.ones([size, size]);
  // Values and not the matrix leave the device, and the sum needs all of it.
  const product = compile((x: tf.Tensor) => tf.matMul(x as tf.Tensor2D, x as tf.Tensor2D).sum(), { precision });
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run <= runs; run += 1) {
    const started = performance.now();
    const sum = product(matrix);
    await sum.data();
    // The first captures.
    if (run > 0) best = Math.min(best, performance.now() - started);
    sum.dispose();
  }
  product.dispose();
  matrix.dispose();
  return (2 * size ** 3) / (best / 1000);
}
