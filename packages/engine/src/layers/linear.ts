import type * as tf from "@tensorflow/tfjs";
import { attribute, singleOperation } from "../backend/operation.js";
import { withGradient } from "./with-gradient.js";

/**
 * x Wᵀ + b over the last dimension, with its own gradient: no broadcast sums, no intermediate reshapes kept.
 * @param x [..., in]
 * @param weight [out, in], as PyTorch and Hugging Face checkpoints store it
 * @param bias [out]
 * @returns [..., out]
 */
export function linear(x: tf.Tensor, weight: tf.Tensor, bias?: tf.Tensor | null): tf.Tensor {
  const [outSize, inSize] = weight.shape as [number, number];
  if (weight.rank !== 2 || x.shape.at(-1) !== inSize) throw new Error(`linear: x [${x.shape}] does not fit weight [${weight.shape}], which is [out, in]`);
  const outShape = [...x.shape.slice(0, -1), outSize];
  const rows = x.size / inSize;
  return withGradient(bias === undefined || bias === null ? [x, weight] : [x, weight, bias], ([input, matrix, shift], save) => {
    const product = matMul(flat(input as tf.Tensor, rows, inSize), matrix as tf.Tensor, false, true);
    save([input as tf.Tensor, matrix as tf.Tensor]);
    const gradient = (dy: tf.Tensor, [input, matrix]: readonly tf.Tensor[]): tf.Tensor[] => {
      const dyFlat = flat(dy, rows, outSize);
      const gradients = [matMul(dyFlat, matrix as tf.Tensor, false, false).reshape(x.shape), matMul(dyFlat, flat(input as tf.Tensor, rows, inSize), true, false)];
      return shift === undefined ? gradients : [...gradients, singleOperation("BiasAddGrad", [dyFlat])];
    };
    return { value: (shift === undefined ? product : singleOperation("BiasAdd", [product, shift])).reshape(outShape), gradient };
  });
}

/** [rows, columns], without an operation where it is that already. */
export function flat(x: tf.Tensor, rows: number, columns: number): tf.Tensor {
  return x.rank === 2 ? x : x.reshape([rows, columns]);
}

/** The product of two matrices, off the tape. */
export function matMul(a: tf.Tensor, b: tf.Tensor, transposeA: boolean, transposeB: boolean): tf.Tensor {
  return singleOperation("MatMul", [a, b], [attribute.bool("transpose_a", transposeA), attribute.bool("transpose_b", transposeB)]);
}

/** The products of two batches of matrices [..., m, k] [..., k, n], off the tape. */
export function batchMatMul(a: tf.Tensor, b: tf.Tensor, transposeA: boolean, transposeB: boolean): tf.Tensor {
  return singleOperation("BatchMatMulV2", [a, b], [attribute.bool("adj_x", transposeA), attribute.bool("adj_y", transposeB)]);
}
