import { beforeAll, describe, expect, it } from "vitest";
import { attention, compile, gelu, isTracing, linear, recompute, ResourceVariable, singleOperation, tf, useNativeBackend } from "../index.js";
import { requireBackend } from "../backend/backend.js";

beforeAll(async () => {
  // Also where the processor would take float32 instead.
  process.env["MMGEO_BFLOAT16"] = "1";
  const info = await useNativeBackend();
  expect(info.capture, info.captureProblem ?? "").toBe(true);
});

/** Tensors that TensorFlow holds for JavaScript. */
function nativeTensors(): number {
  return requireBackend().backend.binding.getNumOfTensors();
}

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

  it("runs the function once a capture, and treats plain values as part of it", async () => {
    let runs = 0;
    const power = compile((x: tf.Tensor, { exponent }: { exponent: number }) => {
      runs += 1;
      expect(isTracing()).toBe(true);
      return x.pow(exponent);
    });
    const x = tf.tensor1d([2, 3]);
    expect(Array.from(await power(x, { exponent: 2 }).data())).toEqual([4, 9]);
    expect(Array.from(await power(x, { exponent: 3 }).data())).toEqual([8, 27]);
    expect(Array.from(await power(tf.tensor1d([1, 4]), { exponent: 2 }).data())).toEqual([1, 16]);
    expect(runs).toBe(2);
  });

  it("passes inputs through as new tensors, and returns constants and outside tensors", async () => {
    const outside = tf.tensor1d([5]);
    const work = compile((x: tf.Tensor) => ({ same: x, constant: tf.tensor1d([7]), outside, empty: null }));
    const x = tf.tensor1d([3]);
    const { same, constant, outside: returned, empty } = work(x);
    same.dispose();
    returned.dispose();
    expect([(await x.data())[0], (await constant.data())[0], (await outside.data())[0], empty]).toEqual([3, 7, 5, null]);
    outside.dispose();
    // The capture holds on to what it took from outside.
    expect((await work(x).outside.data())[0]).toBe(5);
  });

  it("names the place that reads data", () => {
    const reading = compile((x: tf.Tensor) => x.mul(x.add(1).dataSync()[0] as number));
    expect(() => reading(tf.ones([1]))).toThrow(/data read while tracing, at .*compile\.test\.ts:\d+/);
    // And the backend is as before.
    expect(tf.ones([1]).add(1).dataSync()[0]).toBe(2);
  });

  it("refuses shapes that depend on data, promises, and tensors kept from a trace", () => {
    expect(() => compile((x: tf.Tensor) => singleOperation("Where", [x.greater(0)]).sum())(tf.ones([3]))).toThrow(/shape of Where's result depends on data/);
    expect(() => compile(async (x: tf.Tensor) => await Promise.resolve(x))(tf.ones([3]))).toThrow(/must not be async/);
    let kept: tf.Tensor | null = null;
    compile((x: tf.Tensor) => {
      kept = tf.keep(x.add(1));
      return x.mul(2);
    })(tf.ones([3]));
    expect(() => (kept as tf.Tensor | null)?.add(1)).toThrow(/kept and used outside/);
  });

  it("traces gradients and nests", async () => {
    const square = compile((x: tf.Tensor) => x.square());
    const step = compile((x: tf.Tensor) => tf.grad((y: tf.Tensor) => square(y).sum())(x));
    expect(Array.from(await step(tf.tensor1d([1, 2])).data())).toEqual([2, 4]);
    // Under the tape of the caller it is differentiated like any function.
    expect(Array.from(await tf.grad((y: tf.Tensor) => square(y).sum())(tf.tensor1d([3])).data())).toEqual([6]);
    expect(square.statistics.captures).toBe(0);
  });

  it("computes products in bfloat16 and the rest in float32", async () => {
    const work = (x: tf.Tensor, w: tf.Tensor): tf.Tensor => linear(x, w).add(1e-4);
    const x = tf.randomNormal([16, 32], 0, 1, "float32", 1);
    const w = tf.randomNormal([8, 32], 0, 1, "float32", 2);
    const exact = await work(x, w).data();
    const rounded = await compile(work, { precision: "bfloat16" })(x, w).data();
    const errors = rounded.map((value, index) => Math.abs(value - (exact[index] as number)));
    // 32 products of numbers around 1, each rounded to 8 bits.
    expect(Math.max(...errors)).toBeLessThan(0.2);
    expect(Math.max(...errors)).toBeGreaterThan(1e-4);
  });

  it("keeps large tensors for the backward pass in bfloat16", async () => {
    const [x, w] = [tf.randomNormal([512, 64], 0, 1, "float32", 1), tf.randomNormal([64, 64], 0, 0.1, "float32", 2)];
    const work = (x: tf.Tensor, w: tf.Tensor): tf.Tensor[] => tf.grads((x: tf.Tensor, w: tf.Tensor) => gelu(linear(gelu(linear(x, w)), w)).square().sum())([x, w]);
    const exact = await Promise.all(compile(work)(x, w).map(async (tensor) => await tensor.data()));
    const narrow = compile(work, { precision: "bfloat16" });
    for (const [index, tensor] of narrow(x, w).entries()) {
      const values = (await tensor.data()) as Float32Array;
      const [error, size] = [0, 1].map((kind) => Math.sqrt(values.reduce((sum, value, place) => sum + (kind === 0 ? value - (exact[index]?.[place] as number) : value) ** 2, 0)));
      // bfloat16 has 8 bits: a few steps of half a percent each.
      expect((error as number) / (size as number)).toBeLessThan(0.02);
      expect(error).toBeGreaterThan(0);
    }
    // A layer on its own casts two operands and the product, and nothing for a backward pass that is not there.
    const plain = compile((x: tf.Tensor) => linear(x, w), { precision: "bfloat16" });
    plain(x).dispose();
    expect(plain.statistics.nodes).toBe(7);
  });

  it("drops the least recently used capture, and dead code", async () => {
    const work = compile(
      (x: tf.Tensor) => {
        for (let index = 0; index < 50; index += 1) x.exp().add(index);
        return x.add(1);
      },
      { cacheSize: 2 },
    );
    for (const size of [1, 2, 1, 3, 1, 2]) expect((await work(tf.zeros([size])).data())[0]).toBe(1);
    expect(work.statistics.captures).toBe(4);
    expect(work.statistics.nodes / work.statistics.captures).toBeLessThan(6);
    work.dispose();
    expect((await work(tf.zeros([1])).data())[0]).toBe(1);
  });

  it("compiles with XLA where asked", async () => {
    expect(Array.from(await compile((x: tf.Tensor) => x.mul(2).add(1), { xla: true })(tf.tensor1d([1, 2])).data())).toEqual([3, 5]);
  });

  it("updates variables in place and in order", async () => {
    const variable = new ResourceVariable(tf.tensor1d([1, 2]));
    const step = compile((amount: tf.Tensor) => {
      const before = variable.read();
      variable.write("AssignAddVariableOp", [amount]);
      const between = variable.read();
      variable.assign(between.mul(10));
      return { before, between };
    });
    const { before, between } = step(tf.tensor1d([1, 1]));
    expect([...(await before.data()), ...(await between.data()), ...(await variable.read().data())]).toEqual([1, 2, 2, 3, 20, 30]);
    step(tf.tensor1d([0, 1]));
    expect(Array.from(await variable.read().data())).toEqual([200, 310]);
    variable.set(tf.tensor1d([0, 0]));
    expect(Array.from(await variable.read().data())).toEqual([0, 0]);
    variable.dispose();
  });

  it("computes what is the same constant once, and drops what no result needs", async () => {
    const large = new Float32Array(1000).fill(2);
    const work = compile((x: tf.Tensor) => x.add(tf.tensor1d(large)).mul(tf.tensor1d(large)).sub(tf.tensor1d(Float32Array.from(large))));
    expect((await work(tf.zeros([1000])).data())[7]).toBe(2);
    // One constant, three operations and the node of the output.
    expect(work.statistics.nodes).toBe(5);
    // Heads that are split and merged again are not moved in between.
    const turn = (x: tf.Tensor): tf.Tensor => x.transpose([0, 2, 1, 3]);
    const untouched = compile((x: tf.Tensor) => turn(turn(x)).transpose([3, 0, 1, 2]).transpose([1, 2, 3, 0]));
    const x = tf.randomNormal([2, 3, 4, 5]);
    expect(await untouched(x).data()).toEqual(await x.data());
    expect(untouched.statistics.nodes).toBe(1);
  });

  it("counts the operations of the matrix products that run", () => {
    const [x, w] = [tf.ones([6, 4]), tf.ones([5, 4])];
    const work = compile((x: tf.Tensor, w: tf.Tensor) => {
      linear(x, w);
      const heads = linear(x, w).reshape([1, 1, 6, 5]);
      return attention({ query: heads, key: heads, value: heads }).sum();
    });
    tf.dispose([work(x, w), work(x, w)]);
    // The first product is not needed; attention has two of 6 x 6 x 5.
    expect(work.statistics.productOperations).toBe(2 * (2 * 6 * 4 * 5 + 2 * 2 * 6 * 6 * 5));
    const gradient = compile((x: tf.Tensor, w: tf.Tensor) => tf.grad((weight: tf.Tensor) => linear(x, weight).sum())(w));
    tf.dispose(gradient(x, w));
    // The product itself is not needed, nor is the gradient of x.
    expect(gradient.statistics.productOperations).toBe(2 * 6 * 4 * 5);
    const again = compile((x: tf.Tensor, w: tf.Tensor) => tf.valueAndGrad((weight: tf.Tensor) => recompute((w: tf.Tensor, x: tf.Tensor) => linear(x, w).square())(weight, x).sum() as tf.Scalar)(w));
    tf.dispose(again(x, w) as unknown as tf.TensorContainer);
    expect(again.statistics.productOperations).toBe(2 * 2 * 6 * 4 * 5);
  });

  it("leaks nothing over many captures that are dropped again", { timeout: 300_000 }, async () => {
    const calls = process.env["MMGEO_SLOW"] === "1" ? 3_000 : 300;
    const work = compile((x: tf.Tensor) => tf.tidy(() => x.add(tf.scalar(3)).square().sum()), { cacheSize: 2 });
    const once = (call: number): void => {
      const x = tf.zeros([1 + (call % 3)]);
      tf.dispose([x, work(x)]);
    };
    for (let call = 0; call < 100; call += 1) once(call);
    const before = { tensors: tf.memory().numTensors, native: nativeTensors(), rss: process.memoryUsage().rss };
    for (let call = 0; call < calls; call += 1) {
      once(100 + call);
      // Graphs are freed by the garbage collector, which needs a moment.
      if (call % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(work.statistics.captures).toBe(100 + calls);
    expect([tf.memory().numTensors, nativeTensors()]).toEqual([before.tensors, before.native]);
    expect((process.memoryUsage().rss - before.rss) / 1e6).toBeLessThan(100);
  });

  it("leaks nothing over many calls", { timeout: 300_000 }, async () => {
    const calls = process.env["MMGEO_SLOW"] === "1" ? 10_000 : 1_000;
    const w = tf.randomNormal([64, 64], 0, 1, "float32", 2);
    const work = compile((x: tf.Tensor) => ({ y: linear(x, w).relu(), s: x.sum() }));
    const once = async (): Promise<void> => {
      const x = tf.tensor(new Float32Array(64 * 64), [64, 64]);
      const result = work(x);
      await result.y.data();
      tf.dispose([x, result]);
    };
    // The JavaScript heap and TensorFlow's allocator grow to their working size first.
    for (let call = 0; call < calls / 4; call += 1) await once();
    const before = { tensors: tf.memory().numTensors, native: nativeTensors(), rss: process.memoryUsage().rss };
    for (let call = 0; call < calls; call += 1) await once();
    expect(tf.memory().numTensors).toBe(before.tensors);
    expect(nativeTensors()).toBe(before.native);
    expect(process.memoryUsage().rss - before.rss).toBeLessThan(64e6);
  });
});
