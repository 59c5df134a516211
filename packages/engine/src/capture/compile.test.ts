import { beforeAll, describe, expect, it } from "vitest";
import { compile, layerNorm, linear, tf, useNativeBackend } from "../index.js";

beforeAll(async () => {
  const info = await useNativeBackend();
  expect(info.capture, info.captureProblem ?? "").toBe(true);
});

describe("compile", () => {
  it("gives what the function gives op by op, and captures once a set of shapes", async () => {
    const work = (input: { x: tf.Tensor; w: tf.Tensor }): { y: tf.Tensor; twice: tf.Tensor[] } => {
      const y = tf.relu(linear(input.x, input.w)).add(1);
      return { y, twice: [y, y.sum()] };
    };
    const compiled = compile(work);
    for (const rows of [2, 3, 2, 3]) {
      const x = tf.randomNormal([rows, 4], 0, 1, "float32", rows);
      const w = tf.randomNormal([5, 4], 0, 1, "float32", 7);
      const expected = work({ x, w });
      const result = compiled({ x, w });
      expect(result.y.shape).toEqual([rows, 5]);
      expect(Array.from(await result.y.data())).toEqual(Array.from(await expected.y.data()));
      expect((await (result.twice[1] as tf.Tensor).data())[0]).toBeCloseTo((await (expected.twice[1] as tf.Tensor).data())[0] as number, 4);
    }
    expect(compiled.statistics.captures).toBe(2);
    expect(compiled.statistics.calls).toBe(4);
  });

  it("traces gradients", async () => {
    const loss = (x: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor): tf.Scalar => layerNorm({ x, weight, bias }).square().mean().mul(3) as tf.Scalar;
    const step = (x: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor) => tf.valueAndGrads((...all) => loss(...(all as [tf.Tensor, tf.Tensor, tf.Tensor])))([x, weight, bias]);
    const parameters = [tf.randomNormal([3, 8], 0, 1, "float32", 1), tf.randomNormal([8], 0, 1, "float32", 2), tf.randomNormal([8], 0, 1, "float32", 3)] as const;
    const eager = step(...parameters);
    const captured = compile(step)(...parameters);
    expect((await captured.value.data())[0]).toBeCloseTo((await eager.value.data())[0] as number, 5);
    for (const [index, grad] of captured.grads.entries()) {
      const wanted = await (eager.grads[index] as tf.Tensor).data();
      for (const [place, value] of (await grad.data()).entries()) expect(value).toBeCloseTo(wanted[place] as number, 5);
    }
  });
});
