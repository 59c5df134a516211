import { tf, useNativeBackend } from "@mmgeo/engine";
import { beforeAll, describe, expect, it } from "vitest";
import { disposeModel } from "../model/model.js";
import { encodePrompt } from "../text/prompt.js";
import { tinyConversations, tinyModel } from "../testing.js";
import { patchAttention } from "./patches.js";

beforeAll(async () => {
  await useNativeBackend();
});

describe("patchAttention", () => {
  it("looks where a key stands out, and keeps no tensors", async () => {
    const model = await tinyModel(tinyConversations({ black: "", white: "", count: 2 }));
    const prompt = encodePrompt(model, [{ role: "user", text: "Which color?" }], 1);
    const answer = [70, 71, 72];
    const pixels = tf.randomNormal([1, 3, 16, 16], 0, 1, "float32", 2) as tf.Tensor4D;
    const seen = await patchAttention({ model, prompt, answer, pixels });
    const before = tf.memory().numTensors;
    const again = await patchAttention({ model, prompt, answer: [...answer, 73], pixels });
    expect(tf.memory().numTensors).toBe(before);
    expect(seen?.values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
    expect(again?.values).not.toEqual(seen?.values);
    expect(await patchAttention({ model, prompt, answer: [], pixels })).toBeNull();

    // Keys of zero are all alike: then every patch gets the same share.
    const flat = Object.fromEntries(Object.entries(model.parameters).map(([name, tensor]) => [name, name.endsWith("k_proj.weight") ? tf.zerosLike(tensor) : tensor]));
    const even = await patchAttention({ model: { ...model, parameters: flat }, prompt, answer, pixels });
    for (const value of even?.values ?? []) expect(value).toBeCloseTo(0.25, 5);
    disposeModel(model);
  });
});
