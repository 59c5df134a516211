import type * as tf from "@tensorflow/tfjs";
import { requireBackend } from "../backend/backend.js";
import { attribute, operation, singleOperation } from "../backend/operation.js";
import { flat } from "./linear.js";
import { withGradient } from "./with-gradient.js";

/**
 * Layer normalization over the last dimension (Ba et al. 2016), with the closed form of its gradient.
 * @param x [..., size]
 * @param weight [size]
 * @param bias [size]
 * @param epsilon added to the variance @default 1e-5
 */
export function layerNorm({ x, weight, bias, epsilon = 1e-5 }: { x: tf.Tensor; weight: tf.Tensor; bias: tf.Tensor; epsilon?: number }): tf.Tensor {
  const size = x.shape.at(-1) as number;
  const rows = x.size / size;
  if (requireBackend().kernels) return fusedNormalization({ kind: 0, x, weight, bias, epsilon });
  return withGradient([x, weight, bias] as const, ([input, scale, shift], save) => {
    const centered = input.sub(input.mean(-1, true));
    const inverse = centered.square().mean(-1, true).add(epsilon).rsqrt();
    const normal = centered.mul(inverse);
    save([normal, inverse, scale]);
    const gradient = (dy: tf.Tensor, saved: readonly tf.Tensor[]): tf.Tensor[] => {
      const [normal, inverse, scale] = saved as unknown as [tf.Tensor, tf.Tensor, tf.Tensor];
      const scaled = dy.mul(scale);
      const dx = scaled.sub(scaled.mean(-1, true)).sub(normal.mul(scaled.mul(normal).mean(-1, true))).mul(inverse);
      return [dx, columnSums(dy.mul(normal), rows, size), columnSums(dy, rows, size)];
    };
    return { value: normal.mul(scale).add(shift), gradient };
  });
}

/**
 * Root-mean-square normalization over the last dimension (Zhang and Sennrich 2019), as Llama uses it.
 * @param x [..., size]
 * @param weight [size]
 * @param epsilon added to the mean square @default 1e-5
 */
export function rmsNorm({ x, weight, epsilon = 1e-5 }: { x: tf.Tensor; weight: tf.Tensor; epsilon?: number }): tf.Tensor {
  const size = x.shape.at(-1) as number;
  const rows = x.size / size;
  if (requireBackend().kernels) return fusedNormalization({ kind: 1, x, weight, bias: null, epsilon });
  return withGradient([x, weight] as const, ([input, scale], save) => {
    const inverse = input.square().mean(-1, true).add(epsilon).rsqrt();
    const normal = input.mul(inverse);
    save([normal, inverse, scale]);
    const gradient = (dy: tf.Tensor, saved: readonly tf.Tensor[]): tf.Tensor[] => {
      const [normal, inverse, scale] = saved as unknown as [tf.Tensor, tf.Tensor, tf.Tensor];
      const scaled = dy.mul(scale);
      const dx = scaled.sub(normal.mul(scaled.mul(normal).mean(-1, true))).mul(inverse);
      return [dx, columnSums(dy.mul(normal), rows, size)];
    };
    return { value: normal.mul(scale), gradient };
  });
}

/** Either normalization (kind 0 or 1 in native/kernels.cc) as one operation; its gradient computes the moments again from x. */
function fusedNormalization({ kind, x, weight, bias, epsilon }: { kind: 0 | 1; x: tf.Tensor; weight: tf.Tensor; bias: tf.Tensor | null; epsilon: number }): tf.Tensor {
  const attributes = [attribute.int("kind", kind), attribute.float("epsilon", epsilon)];
  return withGradient(bias === null ? [x, weight] : [x, weight, bias], ([input, scale, shift], save) => {
    save([input as tf.Tensor, scale as tf.Tensor]);
    const gradient = (dy: tf.Tensor, [input, scale]: readonly tf.Tensor[]): tf.Tensor[] => {
      const gradients = operation({ type: "MMGeoNormalizationGrad", inputs: [input as tf.Tensor, scale as tf.Tensor, dy], attributes, outputs: 3 });
      return shift === undefined ? gradients.slice(0, 2) : gradients;
    };
    return { value: singleOperation("MMGeoNormalization", [input as tf.Tensor, scale as tf.Tensor, shift ?? (scale as tf.Tensor)], attributes), gradient };
  });
}

/** Sums over all but the last dimension: [size]. */
function columnSums(x: tf.Tensor, rows: number, size: number): tf.Tensor {
  return singleOperation("BiasAddGrad", [flat(x, rows, size)]);
}
