import { beforeAll, describe, expect, it } from "vitest";
import { cachedAttention, compile, hasDecodingKernels, linear, packedLinear, packMatrices, randomNormal, rmsNorm, silu, tf, useNativeBackend, type WeightType } from "../index.js";

const normal = (shape: number[], seed: number): tf.Tensor => randomNormal({ shape, seed, standardDeviation: 1 });

function largestDifference(a: tf.Tensor, b: tf.Tensor): number {
  expect(a.shape).toEqual(b.shape);
  return tf.max(tf.abs(a.sub(b))).dataSync()[0] as number;
}

beforeAll(async () => {
  await useNativeBackend();
  expect(hasDecodingKernels()).toBe(true);
});

describe("packedLinear", () => {
  // What rounding may change in a sum of `depth` products of standard normal numbers, generously.
  it.each<[WeightType, number]>([["float32", 1e-5], ["bfloat16", 5 * 2 ** -8], ["int8", 8 / 127]])("multiplies by matrices kept as %s", async (type, rounding) => {
    for (const [rows, depth, outs] of [[1, 64, 16], [1, 200, 7], [3, 96, 13], [8, 576, 50], [13, 128, 301], [2, 30, 5]] as const) {
      const x = normal([rows, depth], 1);
      const matrices = [normal([outs, depth], 2), normal([3, depth], 3)];
      const bias = normal([outs + 3], 4);
      const residual = normal([rows, outs + 3], 5);
      const matrix = await packMatrices(matrices, type);
      const expected = linear(x, tf.concat(matrices, 0), bias).add(residual);
      const make = (): tf.Tensor => packedLinear({ x, matrix, bias, residual });
      expect(largestDifference(make(), expected)).toBeLessThan(rounding * Math.sqrt(depth) + 1e-5);
      expect(largestDifference(compile(make)(), make())).toBe(0);
      // A row is what it would be alone, to rounding.
      const last = packedLinear({ x: x.slice([rows - 1, 0], [1, depth]), matrix, bias, residual: residual.slice([rows - 1, 0], [1, outs + 3]) });
      expect(largestDifference(last, make().slice([rows - 1, 0], [1, outs + 3]))).toBeLessThan(1e-4);
    }
  });

  it("normalizes or gates its rows first", async () => {
    const x = normal([3, 64], 1);
    const weight = normal([64], 2);
    const matrix = await packMatrices([normal([10, 64], 3)], "float32");
    expect(largestDifference(packedLinear({ x, matrix, norm: weight, epsilon: 1e-5 }), linear(rmsNorm({ x, weight, epsilon: 1e-5 }), matrix.data))).toBeLessThan(1e-4);
    const both = normal([3, 128], 4);
    const gated = silu(both.slice([0, 0], [3, 64])).mul(both.slice([0, 64], [3, 64]));
    expect(largestDifference(packedLinear({ x: both, matrix, gated: true }), linear(gated, matrix.data))).toBeLessThan(1e-4);
  });

  it("refuses a matrix that does not fit", async () => {
    const matrix = await packMatrices([normal([10, 64], 3)], "int8");
    expect(() => packedLinear({ x: normal([1, 32], 1), matrix })).toThrow(/does not fit/);
  });
});

describe("cachedAttention", () => {
  it.each([null, 3])("attends to what is kept, in place, with a window of %s", (window) => {
    const [rows, heads, keyValueHeads, size, capacity] = [2, 4, 2, 8, 10] as const;
    const positions = [6, 0];
    const fresh = normal([rows, (heads + 2 * keyValueHeads) * size], 1);
    const keys = normal([rows, keyValueHeads, capacity, size], 2);
    const values = normal([rows, keyValueHeads, capacity, size], 3);
    const angles = normal([rows, size / 2], 4);
    const [cosine, sine] = [tf.cos(angles), tf.sin(angles)];
    const turned = (x: tf.Tensor): tf.Tensor => {
      const [first, second] = tf.split(x, 2, -1) as [tf.Tensor, tf.Tensor];
      const [c, s] = [cosine.reshape([rows, 1, size / 2]), sine.reshape([rows, 1, size / 2])];
      return tf.concat([first.mul(c).sub(second.mul(s)), second.mul(c).add(first.mul(s))], -1);
    };
    const [query, key, value] = tf.split(fresh.reshape([rows, heads + 2 * keyValueHeads, size]), [heads, keyValueHeads, keyValueHeads], 1) as [tf.Tensor, tf.Tensor, tf.Tensor];
    const here = tf.tensor(positions.flatMap((position) => Array.from({ length: capacity }, (_, at) => (at === position ? 1 : 0))), [rows, 1, capacity, 1]);
    const keysAfter = keys.mul(tf.sub(1, here)).add(turned(key).reshape([rows, keyValueHeads, 1, size]).mul(here));
    const valuesAfter = values.mul(tf.sub(1, here)).add(value.reshape([rows, keyValueHeads, 1, size]).mul(here));
    const unseen = tf.tensor(positions.flatMap((position) => Array.from({ length: capacity }, (_, at) => (at > position || (window !== null && at <= position - window) ? -1e9 : 0))), [rows, 1, 1, capacity]);
    const scores = tf.matMul(turned(query).reshape([rows, keyValueHeads, 2, size]), keysAfter, false, true).div(Math.sqrt(size)).add(unseen);
    const expected = tf.matMul(tf.softmax(scores), valuesAfter).reshape([rows, heads * size]);
    const step = compile((given: { fresh: tf.Tensor; positions: tf.Tensor; keys: tf.Tensor; values: tf.Tensor }) => cachedAttention({ ...given, heads, cosine, sine, window }));
    const attended = step({ fresh, positions: tf.tensor1d(positions, "int32"), keys, values });
    expect(largestDifference(attended, expected)).toBeLessThan(1e-5);
    expect(largestDifference(keys, keysAfter)).toBeLessThan(1e-6);
    expect(largestDifference(values, valuesAfter)).toBe(0);
    expect(() => step({ fresh, positions: tf.tensor1d([capacity, 0], "int32"), keys, values })).toThrow(/outside the cache/);
  });
});
