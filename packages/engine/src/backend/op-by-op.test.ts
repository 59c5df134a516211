import { beforeAll, describe, expect, it } from "vitest";
import { compile, linear, randomNormal, tf, train, useNativeBackend } from "../index.js";

beforeAll(async () => {
  expect(await useNativeBackend({ capture: false })).toMatchObject({ capture: false, captureProblem: "not wanted" });
});

// What a machine does whose capture addon did not compile, or that has the official tfjs-node binary.
describe("without capture", () => {
  it("a compiled function runs op by op, with results of its own", async () => {
    const work = compile((x: tf.Tensor) => ({ x, y: x.add(1) }));
    const x = tf.tensor1d([1]);
    const before = tf.memory().numTensors;
    const result = work(x);
    expect((await result.y.data())[0]).toBe(2);
    tf.dispose(result);
    expect((await x.data())[0]).toBe(1);
    expect(tf.memory().numTensors).toBe(before);
    expect(work.statistics).toMatchObject({ captures: 0, calls: 1 });
  });

  it("training does the same updates", async () => {
    const { losses } = await train({
      parameters: { w: randomNormal({ shape: [1, 4], seed: 1, standardDeviation: 1 }) },
      loss: ({ w }, { x }) => linear(x as tf.Tensor, w as tf.Tensor).sub((x as tf.Tensor).sum(1, true)).square().mean(),
      examples: 8,
      batchSize: 2,
      accumulate: 2,
      steps: 40,
      seed: 1,
      learningRate: 0.2,
      batch: (indices) => ({ x: { shape: [indices.length, 4], data: Float32Array.from(indices.flatMap((index) => [1, index, 2, 1].map(Math.cos))) } }),
    });
    expect(losses.at(-1)).toBeLessThan((losses[0] as number) / 4);
  });
});
