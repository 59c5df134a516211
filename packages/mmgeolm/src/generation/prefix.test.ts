import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type HostTensor, readSafetensors, tf, useNativeBackend } from "@mmgeo/engine";
import { beforeAll, describe, expect, it } from "vitest";
import { loadModel } from "../model/checkpoint.js";
import { disposeModel } from "../model/model.js";
import { disposeCache, prefill } from "./decoder.js";
import { extendPrefix, prefixKey, PrefixStore, readPrefix } from "./prefix.js";

const root = fileURLToPath(new URL("../__fixtures__/parity", import.meta.url));
// Dynamic scaling depends on the length of the whole sequence: such models read no prefixes apart.
const names = readdirSync(root).filter((name) => name !== "llama-dynamic");

beforeAll(async () => {
  await useNativeBackend();
});

describe.each(names)("%s", (name) => {
  it("scores prompts read in two parts as it scores them whole", async () => {
    const inputs = await readSafetensors(join(root, name, "inputs.safetensors"));
    const model = await loadModel(join(root, name));
    const tokens = inputs["input_ids"]?.shape[1] as number;
    const prompt = Array.from((inputs["input_ids"] as HostTensor).data.slice(0, tokens) as Int32Array);
    const images = inputs["pixel_values"];
    const pixels = images === undefined ? null : tf.tensor4d((images.data as Float32Array).slice(0, images.data.length / 2), [1, images.shape[1] as number, images.shape[2] as number, images.shape[3] as number]);
    const imageToken = model.config.multimodal?.imageToken;
    const length = imageToken === undefined ? Math.floor(tokens / 2) : prompt.lastIndexOf(imageToken) + 1;
    const rests = [prompt.slice(length), [3, 4]];
    const before = tf.memory().numTensors;
    const prefix = readPrefix({ model, ids: prompt.slice(0, length), pixels });
    const extended = extendPrefix({ model, prefix, rests, room: 4 });
    for (const [row, rest] of rests.entries()) {
      const whole = prefill({ model, prompts: [[...prompt.slice(0, length), ...rest]], pixels, room: 4 });
      const difference = tf.tidy(() => tf.max(tf.abs(tf.slice(extended.logits, [row, 0], [1, -1]).sub(whole.logits))).dataSync()[0] as number);
      expect(difference).toBeLessThan(1e-4);
      tf.dispose([whole.logits, whole.next]);
      disposeCache(whole.cache);
    }
    tf.dispose([extended.logits, extended.next]);
    disposeCache(extended.cache);
    disposeCache(prefix.cache);
    expect(tf.memory().numTensors).toBe(before);
    pixels?.dispose();
    disposeModel(model);
  });
});

describe("PrefixStore", () => {
  it("keeps what was asked for last, within its bounds", () => {
    const before = tf.memory().numTensors;
    const store = new PrefixStore({ mostTokens: 10 });
    const make = (length: number) => () => ({ length, cache: [{ keys: tf.zeros([1, 1, length, 2]) as tf.Tensor4D, values: tf.zeros([1, 1, length, 2]) as tf.Tensor4D }] });
    for (const key of ["a", "b", "a", "c"]) store.get(key, make(4));
    expect(store.counts).toEqual({ found: 1, read: 3 });
    expect(tf.memory().numTensors).toBe(before + 4);
    store.get("a", make(4));
    expect(store.counts.found).toBe(2);
    store.get("b", make(4));
    expect(store.counts.read).toBe(4);
    // What is larger than all that may be kept stays until the next.
    store.get("large", make(40));
    expect(tf.memory().numTensors).toBe(before + 2);
    store.dispose();
    expect(tf.memory().numTensors).toBe(before);
    expect(prefixKey([1, 2], ["x"])).not.toBe(prefixKey([1], ["x"]));
  });
});
