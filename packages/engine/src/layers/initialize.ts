import * as tf from "@tensorflow/tfjs";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** Independent normal numbers around 0 (Box and Muller 1958), the same for the same seed on every machine. */
export function randomNormal({ shape, seed, standardDeviation = 0.02 }: { shape: readonly number[]; seed: number; standardDeviation?: number }): tf.Tensor {
  const generator = xoroshiro128plus(seed | 0);
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  const values = new Float32Array(size);
  for (let index = 0; index < size; index += 2) {
    const radius = standardDeviation * Math.sqrt(-2 * Math.log(1 - uniformFloat64(generator)));
    const angle = 2 * Math.PI * uniformFloat64(generator);
    values[index] = radius * Math.cos(angle);
    if (index + 1 < size) values[index + 1] = radius * Math.sin(angle);
  }
  return tf.tensor(values, [...shape]);
}
