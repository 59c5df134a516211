import { linear, randomNormal, tf, useNativeBackend } from "@mmgeo/engine";
import { beforeAll, describe, expect, it } from "vitest";
import { adapterOf, createAdapters, isAdapter, withAdapters } from "./lora.js";

beforeAll(async () => {
  await useNativeBackend();
});

const name = "model.layers.0.self_attn.q_proj";
const normal = (shape: number[], seed: number) => randomNormal({ shape, seed, standardDeviation: 1 });

function adapted(options: Parameters<typeof withAdapters>[1]) {
  const weight = normal([6, 40], 1);
  const adapters = createAdapters({ parameters: { [`${name}.weight`]: weight }, options: { ...options, modules: ["q_proj"] }, seed: 1 });
  const names = Object.keys(adapters);
  // B begins as zero, where nothing would be seen.
  return { [`${name}.weight`]: weight, [names[0] as string]: adapters[names[0] as string] as tf.Tensor, [names[1] as string]: normal([6, 4], 2) };
}

describe("adapters", () => {
  it("give beside the weight what they give merged into it", () => {
    const options = { rank: 4, alpha: 12 };
    const parameters = adapted(options);
    expect(Object.keys(parameters).filter(isAdapter)).toEqual([`${name}.lora_A.weight`, `${name}.lora_B.weight`]);
    const x = normal([2, 3, 40], 3);
    const beside = adapterOf({ options, dropoutSeed: null })({ name, x, y: linear(x, parameters[`${name}.weight`] as tf.Tensor), parameters });
    const merged = withAdapters(parameters, options);
    expect(Object.keys(merged)).toEqual([`${name}.weight`]);
    expect(tf.max(tf.abs(beside.sub(linear(x, merged[`${name}.weight`] as tf.Tensor)))).dataSync()[0]).toBeLessThan(1e-4);
    const other = adapterOf({ options, dropoutSeed: null })({ name: "model.layers.0.mlp.up_proj", x, y: x, parameters });
    expect(other).toBe(x);
  });

  it("leave out a share of their input, by the seed, and nothing of it on average", () => {
    const options = { rank: 4, dropout: 0.25 };
    const parameters = adapted(options);
    const x = tf.ones([1, 2000, 40]);
    const zero = tf.zeros([1, 2000, 6]);
    const made = (seed: number) => adapterOf({ options, dropoutSeed: tf.tensor1d([seed, 0], "int32") })({ name, x, y: zero, parameters });
    const whole = adapterOf({ options: { rank: 4 }, dropoutSeed: null })({ name, x, y: zero, parameters });
    expect(made(1).dataSync()).toEqual(made(1).dataSync());
    expect(made(1).dataSync()).not.toEqual(made(2).dataSync());
    const difference = tf.abs(tf.mean(made(1), 1).sub(tf.mean(whole, 1))).dataSync();
    // One token's deviation, over the root of their number, five times.
    const deviation = tf.moments(made(1), 1).variance.sqrt().dataSync();
    for (const [at, value] of difference.entries()) expect(value).toBeLessThan((5 * (deviation[at] as number)) / Math.sqrt(2000));
    expect(() => createAdapters({ parameters, options: { dropout: 1 }, seed: 1 })).toThrow(/lora\.dropout.*below 1/);
  });
});
