import * as tf from "@tensorflow/tfjs";
import { requireBackend } from "../backend/backend.js";
import { attribute, operation, singleOperation } from "../backend/operation.js";
import { isTransposed } from "../capture/compile.js";
import { batchMatMul } from "./linear.js";
import { withGradient } from "./with-gradient.js";

/** Softmax over the last dimension, with its own gradient. */
export function softmax(x: tf.Tensor): tf.Tensor {
  return withGradient([x] as const, ([input], save) => {
    const value = softmaxOf(input);
    save([value]);
    return { value, gradient: (dy, saved) => [softmaxGradient(dy, saved[0] as tf.Tensor)] };
  });
}

/** What is added to a score that must not be attended to: large, and its exponential still exactly zero after subtracting a maximum. */
const masked = -1e9;

export interface AttentionInput {
  /** [batch, heads, queries, headSize] */
  readonly query: tf.Tensor;
  /** [batch, heads, keys, headSize] */
  readonly key: tf.Tensor;
  /** [batch, heads, keys, headSize] */
  readonly value: tf.Tensor;
  /** 1 where a query may attend to a key, 0 where not; of any type, broadcast to [batch, heads, queries, keys]. */
  readonly mask?: tf.Tensor | null;
  /** Each query sees only keys at its own position and before; with fewer queries than keys, the queries are the last positions. @default false */
  readonly causal?: boolean;
  /** Factor on the scores. @default 1 / sqrt(headSize) */
  readonly scale?: number;
  /** No gradient will be asked for: the weights are never all in memory, which is twice as fast forwards. @default false */
  readonly inference?: boolean;
}

/**
 * Weights that may be kept for the backward pass: up to here keeping them is a few percent faster than computing them again, beyond it
 * makes no difference but for memory (32 MB a layer; measured on two cores with AVX2).
 */
const mostKept = 1 << 23;

/**
 * Scaled dot-product attention (Vaswani et al. 2017) with its own gradient: [batch, heads, queries, headSize]. Where all its weights
 * would take more than 32 MB, on the CPU, they are never all in memory, and the backward pass computes them again.
 */
export function attention(input: AttentionInput): tf.Tensor {
  const { query, key, value } = input;
  const [batch, heads, queries, headSize] = query.shape as [number, number, number, number];
  if (query.rank !== 4 || key.shape[3] !== headSize || value.shape[2] !== key.shape[2] || key.shape[1] !== heads || key.shape[0] !== batch || value.shape[0] !== batch || value.shape[1] !== heads) {
    throw new Error(`attention: query [${query.shape}], key [${key.shape}] and value [${value.shape}] do not fit; each is [batch, heads, tokens, headSize]`);
  }
  const isLarge = input.inference === true || batch * heads * queries * (key.shape[2] as number) > mostKept;
  return isLarge && requireBackend().kernels && value.shape[3] === headSize ? fusedAttention(input) : composedAttention(input);
}

function scaleOf({ scale, query }: AttentionInput): number {
  return scale ?? 1 / Math.sqrt(query.shape[3] as number);
}

/** By TensorFlow's own operations; keeps the matrix of weights. */
function composedAttention(input: AttentionInput): tf.Tensor {
  const { query, key, value, mask = null, causal = false } = input;
  const scale = scaleOf(input);
  const bias = additiveMask({ mask, causal, queries: query.shape[2] as number, keys: key.shape[2] as number });
  return withGradient([query, key, value] as const, ([q, k, v], save) => {
    const scaledQuery = q.mul(scale);
    const scores = batchMatMul(scaledQuery, k, false, true);
    const weights = softmaxOf(bias === null ? scores : scores.add(bias));
    save([scaledQuery, k, v, weights]);
    const gradient = (dy: tf.Tensor, saved: readonly tf.Tensor[]): tf.Tensor[] => {
      const [scaledQuery, k, v, weights] = saved as unknown as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
      const scoreGradient = softmaxGradient(batchMatMul(dy, v, false, true), weights);
      return [batchMatMul(scoreGradient, k, false, false).mul(scale), batchMatMul(scoreGradient, scaledQuery, true, false), batchMatMul(weights, dy, true, false)];
    };
    return { value: batchMatMul(weights, v, false, false), gradient };
  });
}

/** Bits of the operation's attribute: which tensors are [batch, tokens, heads, headSize] (native/attention.cc). */
const tokensFirst = [1, 2, 4];
const swapped = [0, 2, 1, 3];

/**
 * As one operation, for heads and values of one size. Heads are usually made by transposing [batch, tokens, heads, headSize]; the operation reads that as well,
 * so such a transposition is undone, which a captured graph drops together with it.
 */
export function fusedAttention(input: AttentionInput): tf.Tensor {
  const { query, key, value, mask = null, causal = false } = input;
  const scale = scaleOf(input);
  const bias = additiveMask({ mask, causal: false, queries: query.shape[2] as number, keys: key.shape[2] as number });
  return withGradient([query, key, value] as const, (inputs, save) => {
    const undone = inputs.map((input) => isTransposed(input, swapped));
    const turn = (tensor: tf.Tensor, index: number): tf.Tensor => (undone[index] === true ? tensor.transpose(swapped) : tensor);
    const kind = tokensFirst.reduce((sum, bit, index) => sum + (undone[index] === true ? bit : 0), 0);
    const attributes = [attribute.int("kind", kind), attribute.int("causal", causal ? 1 : 0), attribute.float("scale", scale)];
    const operands = [...inputs.map(turn), bias === null ? tf.zeros([0, 1, 1, 1]) : asRankFour(bias)];
    save(operands);
    const gradient = (dy: tf.Tensor, saved: readonly tf.Tensor[]): tf.Tensor[] => operation({ type: "MMGeoAttentionGrad", inputs: [...saved, turn(dy, 0)], attributes, outputs: 3 }).map(turn);
    return { value: turn(singleOperation("MMGeoAttention", operands, attributes), 0), gradient };
  });
}

function asRankFour(x: tf.Tensor): tf.Tensor {
  return x.rank === 4 ? x : x.reshape([...Array.from({ length: 4 - x.rank }, () => 1), ...x.shape]);
}

/** The mask as a term of the scores, or null where every query sees every key. */
function additiveMask({ mask, causal, queries, keys }: { mask: tf.Tensor | null; causal: boolean; queries: number; keys: number }): tf.Tensor | null {
  const given = mask === null ? null : mask.cast("float32").sub(1).mul(-masked);
  if (!causal || queries === 1) return given;
  const values = new Float32Array(queries * keys);
  for (let row = 0; row < queries; row += 1) values.fill(masked, row * keys + (keys - queries) + row + 1, (row + 1) * keys);
  const triangle = tf.tensor(values, [1, 1, queries, keys]);
  return given === null ? triangle : given.add(triangle);
}

function softmaxOf(x: tf.Tensor): tf.Tensor {
  return singleOperation(requireBackend().kernels ? "MMGeoSoftmax" : "Softmax", [x]);
}

function softmaxGradient(dy: tf.Tensor, value: tf.Tensor): tf.Tensor {
  if (requireBackend().kernels) return singleOperation("MMGeoSoftmaxGrad", [value, dy]);
  const weighted = dy.mul(value);
  return weighted.sub(value.mul(weighted.sum(-1, true)));
}
