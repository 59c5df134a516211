import { describe, expect, it } from "vitest";
import {
  attention,
  compile,
  crossEntropy,
  embedding,
  gelu,
  geluTanh,
  layerNorm,
  linear,
  meanCrossEntropy,
  patchEmbedding,
  quickGelu,
  randomNormal,
  rmsNorm,
  silu,
  softmax,
  tf,
} from "../index.js";
import { requireBackend } from "../backend/backend.js";
import { type AttentionInput, fusedAttention } from "./attention.js";

const normal = (shape: number[], seed: number): tf.Tensor => randomNormal({ shape, seed, standardDeviation: 1 });

/** Value and gradients of a weighted sum of a function's result, so that every element's gradient differs. */
function probe(work: (...inputs: tf.Tensor[]) => tf.Tensor, inputs: tf.Tensor[]): tf.Tensor[] {
  const weighted = (...all: tf.Tensor[]): tf.Scalar => {
    const result = work(...all);
    return result.mul(normal(result.shape, 99)).sum() as tf.Scalar;
  };
  const { grads } = tf.valueAndGrads(weighted)(inputs);
  return [work(...inputs), ...grads];
}

/** The layer and its composition of plain operations agree in value and in every gradient, op by op and captured. */
async function expectSame(layer: (...inputs: tf.Tensor[]) => tf.Tensor, composed: (...inputs: tf.Tensor[]) => tf.Tensor, inputs: tf.Tensor[]): Promise<void> {
  const wanted = probe(composed, inputs);
  for (const results of [probe(layer, inputs), compile(() => probe(layer, inputs))()]) {
    for (const [index, tensor] of results.entries()) {
      const expected = wanted[index] as tf.Tensor;
      expect(tensor.shape).toEqual(expected.shape);
      const [values, expectedValues] = [await tensor.data(), await expected.data()];
      const scale = Math.max(1, ...expectedValues.map(Math.abs));
      for (const [place, value] of values.entries()) expect(Math.abs(value - (expectedValues[place] as number)) / scale, `result ${index}, place ${place}`).toBeLessThan(2e-5);
    }
  }
}

/** The cases of every layer, for whichever backend the calling test file has set up. */
export function testLayers(): void {
  describe("layers with their own gradients", () => {
    it("linear", async () => {
      const composed = (x: tf.Tensor, w: tf.Tensor, b: tf.Tensor): tf.Tensor => tf.matMul(x.reshape([6, 4]), w, false, true).add(b).reshape([2, 3, 5]);
      await expectSame((x, w, b) => linear(x as tf.Tensor, w as tf.Tensor, b), composed as never, [normal([2, 3, 4], 1), normal([5, 4], 2), normal([5], 3)]);
      await expectSame((x, w) => linear(x as tf.Tensor, w as tf.Tensor), (x, w) => tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D, false, true), [normal([6, 4], 1), normal([5, 4], 2)]);
      expect(() => linear(normal([2, 3], 1), normal([5, 4], 2))).toThrow(/does not fit weight/);
    });

    it("layerNorm and rmsNorm", async () => {
      const inputs = [normal([2, 3, 8], 1), normal([8], 2), normal([8], 3)];
      await expectSame(
        (x, weight, bias) => layerNorm({ x: x as tf.Tensor, weight: weight as tf.Tensor, bias: bias as tf.Tensor, epsilon: 1e-3 }),
        (...[x, weight, bias]) => {
          const { mean, variance } = tf.moments(x as tf.Tensor, -1, true);
          return (x as tf.Tensor).sub(mean).div(variance.add(1e-3).sqrt()).mul(weight as tf.Tensor).add(bias as tf.Tensor);
        },
        inputs,
      );
      await expectSame(
        (x, weight) => rmsNorm({ x: x as tf.Tensor, weight: weight as tf.Tensor, epsilon: 1e-3 }),
        (...[x, weight]) => (x as tf.Tensor).div((x as tf.Tensor).square().mean(-1, true).add(1e-3).sqrt()).mul(weight as tf.Tensor),
        inputs.slice(0, 2),
      );
    });

    it("activations", async () => {
      const x = normal([40], 4).mul(3);
      const cases: [(x: tf.Tensor) => tf.Tensor, (x: tf.Tensor) => tf.Tensor][] = [
        [gelu, (x) => x.mul(x.div(Math.SQRT2).erf().add(1)).mul(0.5)],
        [geluTanh, (x) => x.mul(0.5).mul(x.add(x.pow(3).mul(0.044715)).mul(Math.sqrt(2 / Math.PI)).tanh().add(1))],
        [quickGelu, (x) => x.mul(x.mul(1.702).sigmoid())],
        [silu, (x) => x.mul(x.sigmoid())],
      ];
      for (const [layer, composed] of cases) await expectSame(layer as never, composed as never, [x]);
    });

    it("softmax", async () => {
      await expectSame(softmax as never, ((x: tf.Tensor) => tf.softmax(x)) as never, [normal([3, 7], 1)]);
    });

    it.each([["as a user has it", attention], ["that computes its weights again", fusedAttention], ["for inference", (input: AttentionInput) => attention({ ...input, inference: true })]] as const)("attention %s, with every kind of mask", async (_, attend) => {
      // As attention itself would, for more weights than a test should have.
      if (attend === fusedAttention && !requireBackend().kernels) return;
      const [query, key, value] = [normal([2, 2, 3, 4], 1), normal([2, 2, 5, 4], 2), normal([2, 2, 5, 4], 3)];
      const composed = (bias: tf.Tensor) => (q: tf.Tensor, k: tf.Tensor, v: tf.Tensor) => tf.matMul(tf.softmax(tf.matMul(q, k, false, true).div(2).add(bias)), v);
      const keep = tf.tensor4d([1, 1, 1, 0, 1, 1, 1, 0, 0, 1], [2, 1, 1, 5], "int32");
      const closed = (rows: number[][]): tf.Tensor => tf.tensor2d(rows).mul(-1e9);
      const paddingBias = keep.cast("float32").sub(1).mul(1e9);
      const causalBias = closed([[0, 0, 0, 1, 1], [0, 0, 0, 0, 1], [0, 0, 0, 0, 0]]);
      const inputs = [query, key, value];
      const layer = (options: object) => ((q: tf.Tensor, k: tf.Tensor, v: tf.Tensor) => attend({ query: q, key: k, value: v, ...options })) as never;
      await expectSame(layer({}), composed(tf.scalar(0)) as never, inputs);
      await expectSame(layer({ mask: keep }), composed(paddingBias) as never, inputs);
      await expectSame(layer({ causal: true }), composed(causalBias) as never, inputs);
      await expectSame(layer({ causal: true, mask: keep }), composed(tf.maximum(causalBias.add(paddingBias), -1e9)) as never, inputs);
      // So many keys that the queries are taken in several blocks, with and without heads that a captured graph sees transposed.
      const long = [normal([1, 2, 40, 4], 1).mul(0.5), normal([1, 2, 3000, 4], 2), normal([1, 2, 3000, 4], 3)];
      const triangle = tf.tensor2d(Array.from({ length: 40 }, (_, row) => Array.from({ length: 3000 }, (_, column) => (column > row + 2960 ? -1e9 : 0))));
      await expectSame(layer({ causal: true }), composed(triangle) as never, long);
      const turn = (x: tf.Tensor): tf.Tensor => x.transpose([0, 2, 1, 3]);
      const tokensFirst = inputs.map((input) => turn(input));
      await expectSame(((q: tf.Tensor, k: tf.Tensor, v: tf.Tensor) => turn(attend({ query: turn(q), key: turn(k), value: turn(v), mask: keep }))) as never, ((q: tf.Tensor, k: tf.Tensor, v: tf.Tensor) => turn(composed(paddingBias)(turn(q), turn(k), turn(v)))) as never, tokensFirst);
      await expectSame(((q: tf.Tensor, k: tf.Tensor, v: tf.Tensor) => attend({ query: turn(q), key: k, value: turn(v) })) as never, ((q: tf.Tensor, k: tf.Tensor, v: tf.Tensor) => composed(tf.scalar(0))(turn(q), k, turn(v))) as never, [tokensFirst[0] as tf.Tensor, key, tokensFirst[2] as tf.Tensor]);
      expect(() => attention({ query, key: value.slice([0, 0, 0, 0], [2, 2, 4, 4]), value })).toThrow(/do not fit/);
    });

    it("embedding and cross entropy", async () => {
      const ids = tf.tensor2d([1, 0, 1, 3], [2, 2], "int32");
      await expectSame((table) => embedding(ids, table as tf.Tensor), (table) => tf.matMul(tf.oneHot(ids.flatten(), 4).cast("float32"), table as tf.Tensor2D).reshape([2, 2, 3]), [normal([4, 3], 1)]);
      // Ids made inside the function.
      await expectSame((table) => embedding(tf.tensor1d([1, 2], "int32").add(tf.scalar(1, "int32")), table as tf.Tensor), (table) => (table as tf.Tensor).slice([2, 0], [2, 3]), [normal([4, 3], 1)]);
      const labels = tf.tensor1d([2, 0, 1], "int32");
      await expectSame((logits) => crossEntropy(logits as tf.Tensor, labels), (logits) => tf.logSoftmax(logits as tf.Tensor).mul(tf.oneHot(labels, 4)).sum(-1).neg(), [normal([3, 4], 1)]);
      const logits = normal([3, 4], 5);
      const counted = await meanCrossEntropy({ logits, labels: tf.tensor1d([2, -100, 1], "int32") }).data();
      const [first, , third] = await crossEntropy(logits, labels).data();
      expect(counted[0]).toBeCloseTo(((first as number) + (third as number)) / 2, 5);
      expect((await meanCrossEntropy({ logits, labels: tf.tensor1d([-100, -100, -100], "int32") }).data())[0]).toBe(0);
    });

    it("patchEmbedding is the convolution", async () => {
      const composed = (images: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor): tf.Tensor => tf.conv2d(images as tf.Tensor4D, weight.transpose([2, 3, 1, 0]) as tf.Tensor4D, 2, "valid").add(bias).reshape([2, 6, 5]);
      await expectSame((images, weight, bias) => patchEmbedding({ images: images as tf.Tensor, weight: weight as tf.Tensor, bias }), composed as never, [normal([2, 4, 6, 3], 1), normal([5, 3, 2, 2], 2), normal([5], 3)]);
    });

    it("randomNormal is seeded and has the deviation asked for", async () => {
      const values = (await randomNormal({ shape: [4001], seed: 5, standardDeviation: 2 }).data()) as Float32Array;
      expect(values).toEqual(await randomNormal({ shape: [4001], seed: 5, standardDeviation: 2 }).data());
      expect(values).not.toEqual(await randomNormal({ shape: [4001], seed: 6, standardDeviation: 2 }).data());
      expect(Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length)).toBeCloseTo(2, 0);
    });
  });
}
