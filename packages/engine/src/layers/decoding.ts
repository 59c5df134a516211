import * as tf from "@tensorflow/tfjs";
import { requireBackend } from "../backend/backend.js";
import { dataTypes } from "../backend/binding.js";
import { attribute, singleOperation } from "../backend/operation.js";

/** How a matrix is kept for products with few rows, by its number in native/decoding.cc. */
const kinds = { float32: 0, bfloat16: 1, int8: 2 } as const;
export type WeightType = keyof typeof kinds;

/** A matrix [out, in] kept for products with few rows: numbers of less than 32 bits lie several to an int32. */
export interface PackedMatrix {
  readonly type: WeightType;
  /** [out, in], [out, in / 2] or [out, in / 4] */
  readonly data: tf.Tensor;
  /** of int8: [out, groups], what one step is worth in each run of in / groups weights; else empty */
  readonly scale: tf.Tensor;
}

/** Weights that share a scale, at most. Smaller groups are more exact and take more memory. */
const groupSize = 64;

/** Whether {@link packedLinear} and {@link cachedAttention} run here: on the CPU, with the engine's own operations. */
export function hasDecodingKernels(): boolean {
  return requireBackend().kernels;
}

/**
 * Packs matrices that stand one above the other [out, in] (queries, keys and values, say), rounded to the nearest bfloat16, or to int8
 * by the largest of each run of at most 64 weights. Matrices whose width does not divide stay float32.
 */
export async function packMatrices(matrices: readonly tf.Tensor[], type: WeightType): Promise<PackedMatrix> {
  const width = (matrices[0] as tf.Tensor).shape[1] as number;
  const rows = matrices.reduce((sum, { shape }) => sum + (shape[0] as number), 0);
  if (type === "float32" || width % (type === "int8" ? 4 : 2) !== 0) {
    return { type: "float32", data: matrices.length === 1 ? (matrices[0] as tf.Tensor).clone() : tf.concat([...matrices], 0), scale: tf.zeros([0]) };
  }
  const groups = type === "int8" ? groupsOf(width) : 0;
  const scales = new Float32Array(rows * groups);
  const bytes = new ArrayBuffer(rows * width * (type === "int8" ? 1 : 2));
  let row = 0;
  for (const matrix of matrices) {
    const values = (await matrix.data()) as Float32Array;
    if (type === "int8") toInt8({ values, group: width / groups, to: new Int8Array(bytes, row * width, values.length), scales: scales.subarray(row * groups) });
    else toBfloat16(values, new Uint16Array(bytes, row * width * 2, values.length));
    row += matrix.shape[0] as number;
  }
  return { type, data: tf.tensor(new Int32Array(bytes), [rows, bytes.byteLength / 4 / rows], "int32"), scale: type === "int8" ? tf.tensor(scales, [rows, groups]) : tf.zeros([0]) };
}

/** The fewest groups of at most 64 weights that are whole vectors, or one where the width does not divide so. */
function groupsOf(width: number): number {
  for (let group = groupSize; group >= 16; group -= 16) if (width % group === 0) return width / group;
  return 1;
}

function toInt8({ values, group, to, scales }: { values: Float32Array; group: number; to: Int8Array; scales: Float32Array }): void {
  for (let start = 0, place = 0; start < values.length; start += group, place += 1) {
    let largest = 0;
    for (let at = start; at < start + group; at += 1) largest = Math.max(largest, Math.abs(values[at] as number));
    scales[place] = largest / 127;
    const steps = largest === 0 ? 0 : 127 / largest;
    for (let at = start; at < start + group; at += 1) to[at] = Math.round((values[at] as number) * steps);
  }
}

/** To the nearest, of two equally near to the even one. */
function toBfloat16(values: Float32Array, to: Uint16Array): void {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] as number;
    to[at] = (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
  }
}

/**
 * f(x) Wᵀ + bias + residual for few rows, each weight read from memory once; without a gradient. With int8 weights f(x) is rounded to int8 as well, by the same runs.
 * @param x [rows, in], or [rows, 2 in] where `gated`
 * @param norm [in]: f is the root mean square normalization with these weights
 * @param gated f is SiLU(first half) * second half
 * @param bias [out]
 * @param residual [rows, out]
 * @returns [rows, out]
 */
export function packedLinear({ x, matrix, norm = null, epsilon = 0, gated = false, bias = null, residual = null }: { x: tf.Tensor; matrix: PackedMatrix; norm?: tf.Tensor | null; epsilon?: number; gated?: boolean; bias?: tf.Tensor | null; residual?: tf.Tensor | null }): tf.Tensor {
  const none = tf.zeros([0]);
  return singleOperation("MMGeoPackedLinear", [x, matrix.data, matrix.scale, norm ?? none, bias ?? none, residual ?? none], [
    attribute.type("T", matrix.type === "float32" ? dataTypes.float32 : dataTypes.int32),
    attribute.int("kind", kinds[matrix.type]),
    attribute.int("gated", gated ? 1 : 0),
    attribute.float("epsilon", epsilon),
  ]);
}

/**
 * Attention of one new token a row to itself and those before it. Queries and keys are rotated (first half of a head against its second), and the
 * new keys and values are written into `keys` and `values`, in their own memory: nothing else may use these tensors at their places from then on.
 * @param fresh [rows, (heads + 2 keyValueHeads) headSize]: queries, keys and values
 * @param cosine and `sine` [rows, headSize / 2]
 * @param positions int32 [rows], each below the capacity
 * @param keys and `values` [rows, keyValueHeads, capacity, headSize]
 * @param window how many tokens back, itself included, a token sees; null for all
 * @returns [rows, heads headSize]
 */
export function cachedAttention({ fresh, heads, cosine, sine, positions, keys, values, window = null }: { fresh: tf.Tensor; heads: number; cosine: tf.Tensor; sine: tf.Tensor; positions: tf.Tensor; keys: tf.Tensor; values: tf.Tensor; window?: number | null }): tf.Tensor {
  // Its shape alone says how wide the result is.
  const like = tf.zeros([heads * (keys.shape[3] as number)]);
  return singleOperation("MMGeoCachedAttention", [fresh, like, cosine, sine, positions, keys, values], [attribute.int("window", window ?? 0)]);
}
