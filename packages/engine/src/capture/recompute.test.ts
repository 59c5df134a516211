import { beforeAll, describe, expect, it } from "vitest";
import { attention, compile, gelu, linear, randomNormal, recompute, tf, useNativeBackend } from "../index.js";

beforeAll(async () => {
  await useNativeBackend();
});

const matrix = (seed: number, shape: number[]): tf.Tensor => randomNormal({ shape, seed, standardDeviation: 0.3 });

describe("recompute", () => {
  const layer = ({ up, down, unused }: Record<string, tf.Tensor>, x: tf.Tensor, rows: tf.Tensor): tf.Tensor => {
    if (unused === undefined) throw new Error("a parameter is missing");
    return x.add(linear(gelu(linear(x, up as tf.Tensor)), down as tf.Tensor)).gather(rows);
  };
  const rows = (): tf.Tensor => tf.tensor1d([2, 0, 1], "int32");

  it("gives the same values and gradients, op by op and captured, nested too", async () => {
    const inputs = [matrix(1, [8, 4]), matrix(2, [4, 8]), matrix(3, [2]), matrix(4, [3, 4])];
    const lossOf = (apply: typeof layer) => (up: tf.Tensor, down: tf.Tensor, unused: tf.Tensor, x: tf.Tensor) => apply({ up, down, unused }, apply({ up, down, unused }, x, rows()), rows()).square().sum();
    const gradientsOf = (apply: typeof layer) => (): tf.Tensor[] => {
      const { value, grads } = tf.engine().gradients(() => lossOf(apply)(...(inputs as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor])) as tf.Scalar, inputs, undefined, true);
      return [value, grads[0], grads[1], grads[3]] as tf.Tensor[];
    };
    const wanted = await Promise.all(gradientsOf(layer)().map(async (tensor) => Array.from(await tensor.data())));
    const nested = recompute((parameters: Record<string, tf.Tensor>, x: tf.Tensor, order: tf.Tensor) => recompute(layer)(parameters, x, order).mul(1));
    for (const apply of [recompute(layer), nested]) {
      for (const results of [gradientsOf(apply)(), compile(gradientsOf(apply))()]) {
        for (const [index, tensor] of results.entries()) for (const [place, value] of Array.from(await tensor.data()).entries()) expect(value).toBeCloseTo(wanted[index]?.[place] as number, 4);
      }
    }
  });

  it("records the layer a second time, to be run only when its gradient is due", () => {
    const x = matrix(4, [3, 4]);
    const parameters = { up: matrix(1, [8, 4]), down: matrix(2, [4, 8]), unused: matrix(3, [2]) };
    const step = (apply: typeof layer) => compile((input: tf.Tensor) => tf.grad((value: tf.Tensor) => apply(parameters, value, rows()).square().sum())(input));
    const [plain, again] = [step(layer), step(recompute(layer))];
    tf.dispose([plain(x), again(x)]);
    expect(again.statistics.nodes).toBeGreaterThan(plain.statistics.nodes);
  });
});

describe("a captured training step", () => {
  /** By how many MB the process grew over a few calls: TensorFlow keeps the memory it once needed. */
  async function growth(apply: (block: (weight: tf.Tensor, x: tf.Tensor) => tf.Tensor) => (weight: tf.Tensor, x: tf.Tensor) => tf.Tensor): Promise<number> {
    const weights = Array.from({ length: 12 }, (_, index) => matrix(index, [64, 64]));
    const block = apply((weight, x) => gelu(gelu(gelu(gelu(linear(x, weight))))));
    const step = compile((x: tf.Tensor) => tf.grads((...all: tf.Tensor[]) => all.reduce((hidden, weight) => block(weight, hidden), x).square().mean())(weights));
    const x = matrix(99, [8192, 64]);
    const before = process.memoryUsage().rss;
    let peak = 0;
    for (let call = 0; call < 3; call += 1) {
      const results = step(x);
      await (results[0] as tf.Tensor).data();
      peak = Math.max(peak, process.memoryUsage().rss);
      tf.dispose(results);
    }
    return (peak - before) / 1e6;
  }

  it("takes less memory with recomputed layers", async () => {
    // The allocator keeps what it once had, so the smaller one runs first: 12 blocks keep one tensor of 2 MB each, not five.
    const recomputed = await growth(recompute);
    const plain = await growth((block) => block);
    expect(plain).toBeGreaterThan(recomputed * 0.9 + 25);
  });

  it("keeps no matrix of attention weights", async () => {
    const shape = [1, 4, 2048, 16];
    const inputs = [matrix(1, shape), matrix(2, shape), matrix(3, shape)];
    // The weights of one layer alone would take 67 MB, and their gradients as much.
    const step = compile((query: tf.Tensor, key: tf.Tensor, value: tf.Tensor) => tf.grad((x: tf.Tensor) => [0, 1, 2, 3].reduce((hidden) => attention({ query: hidden, key, value }), x).sum())(query));
    const before = process.memoryUsage().rss;
    const gradient = step(inputs[0] as tf.Tensor, inputs[1] as tf.Tensor, inputs[2] as tf.Tensor);
    await gradient.data();
    expect((process.memoryUsage().rss - before) / 1e6).toBeLessThan(60);
  });
});
