import { tf, useNativeBackend } from "@mmgeo/engine";
import * as fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { candidateLoss, candidateLosses } from "./candidate-loss.js";

beforeAll(async () => {
  await useNativeBackend();
});

/** Ragged samples: each a list of similarities, the positive first. */
const raggedSamples = fc.array(fc.array(fc.float({ min: -8, max: 8, noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 5 });

/** The samples' candidates one after the other as columns of one matrix, with similarities of foreign candidates that must not matter. */
function matricesOf(samples: number[][]): { similarities: tf.Tensor; membership: tf.Tensor; positive: tf.Tensor } {
  const columns = samples.reduce((sum, { length }) => sum + length, 0);
  const values = { similarities: new Float32Array(samples.length * columns).fill(50), membership: new Float32Array(samples.length * columns), positive: new Float32Array(samples.length * columns) };
  let start = 0;
  for (const [row, sample] of samples.entries()) {
    values.similarities.set(sample, row * columns + start);
    values.membership.fill(1, row * columns + start, row * columns + start + sample.length);
    values.positive[row * columns + start] = 1;
    start += sample.length;
  }
  const tensorOf = (data: Float32Array): tf.Tensor => tf.tensor(data, [samples.length, columns]);
  return { similarities: tensorOf(values.similarities), membership: tensorOf(values.membership), positive: tensorOf(values.positive) };
}

const references = {
  softmax: ([positive = 0, ...others]: number[]): number => Math.log(Math.exp(positive) + others.reduce((sum, value) => sum + Math.exp(value), 0)) - positive,
  sigmoid: ([positive = 0, ...others]: number[]): number => Math.log1p(Math.exp(-positive)) + others.reduce((sum, value) => sum + Math.log1p(Math.exp(value)), 0),
};

test.each(["softmax", "sigmoid"] as const)("%s: each sample over its own candidates, however many, and nothing else", (kind) => {
  fc.assert(
    fc.property(raggedSamples, (samples) => {
      const losses = tf.tidy(() => candidateLosses({ ...matricesOf(samples), kind }).dataSync());
      for (const [row, sample] of samples.entries()) expect(losses[row]).toBeCloseTo(references[kind](sample), 3);
    }),
    { numRuns: 50 },
  );
});

test("the gradient is that of the paper: the negatives' share for the positive, each its own share", () => {
  const similarities = [2, 1, 0.5];
  const gradient = tf.tidy(() => {
    const [membership, positive] = [tf.ones([1, 3]), tf.tensor([1, 0, 0], [1, 3])];
    return tf.grad((x) => candidateLoss({ similarities: x, membership, positive, kind: "softmax" }))(tf.tensor(similarities, [1, 3])).dataSync();
  });
  const exponentials = similarities.map(Math.exp);
  const total = exponentials.reduce((sum, value) => sum + value, 0);
  const [, second = 0, third = 0] = exponentials;
  expect(gradient[0]).toBeCloseTo(-(second + third) / total, 6);
  expect(gradient[1]).toBeCloseTo(second / total, 6);
  expect(gradient[2]).toBeCloseTo(third / total, 6);
});

test("a row without an anchor counts for nothing, and its gradient is a number", () => {
  const [loss, gradient] = tf.tidy(() => {
    const [membership, positive] = [tf.tensor([1, 1, 0, 0], [2, 2]), tf.tensor([1, 0, 0, 0], [2, 2])];
    const run = (x: tf.Tensor): tf.Tensor => candidateLoss({ similarities: x, membership, positive, kind: "softmax" });
    const x = tf.tensor([1, 1, 3, 4], [2, 2]);
    return [run(x).dataSync(), tf.grad(run)(x).dataSync()];
  });
  expect(loss?.[0]).toBeCloseTo(Math.log(2), 6);
  expect(Array.from(gradient ?? [])).toEqual([-0.5, 0.5, 0, 0]);
});
