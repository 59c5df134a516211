import { compile, tf, toTensor, useNativeBackend } from "@mmgeo/engine";
import { beforeAll, describe, expect, it } from "vitest";
import { parseModelConfig } from "../model/multimodal-config.js";
import { languageParameterShapes } from "../model/parameters.js";
import type { Model } from "../model/model.js";
import { createAdapters } from "./lora.js";
import { answerLoss, sideBySide, tokenArrays } from "./batch.js";

beforeAll(async () => {
  await useNativeBackend();
});

function modelOf(type: "llama" | "mistral"): Model {
  const config = parseModelConfig({ model_type: type, vocab_size: 50, hidden_size: 16, intermediate_size: 24, num_hidden_layers: 2, num_attention_heads: 4, num_key_value_heads: 2, sliding_window: 3 }, { file: "config.json" });
  const parameters = Object.fromEntries(Object.entries(languageParameterShapes(config.language)).map(([name, shape], index) => [name, tf.randomNormal(shape, name.includes("norm") ? 1 : 0, 0.3, "float32", index + 1)]));
  return { config, configFile: {}, parameters, fileNames: {}, tokenizer: null, chat: { template: null, render: () => "" }, imageProcessor: null, endTokens: [] };
}

const samples = [5, 9, 3, 7].map((length, number) => {
  const ids = Array.from({ length }, (_, at) => (7 * number + 3 * at + 1) % 50);
  return { ids, labels: ids.map((id, at) => (at < 2 ? -100 : id)) };
});

describe("tokenArrays and answerLoss", () => {
  it.each(["llama", "mistral"] as const)("%s: samples packed into one row give the loss and gradients they give apart", async (type) => {
    const model = modelOf(type);
    const names = Object.keys(model.parameters);
    const lossesOf = (layout: Parameters<typeof tokenArrays>[0]["layout"]) =>
      tf.tidy(() => {
        const batch = Object.fromEntries(Object.entries(tokenArrays({ layout, model })).map(([name, array]) => [name, toTensor(array)]));
        const { value, grads } = tf.engine().gradients(() => answerLoss({ model, parameters: model.parameters, batch }), Object.values(model.parameters), undefined, true);
        return [value as tf.Tensor, ...(grads as tf.Tensor[])];
      });
    const apart = lossesOf(sideBySide(samples));
    const packed = lossesOf({ rows: [samples.slice(0, 3), samples.slice(3)], tokens: 32 });
    for (const [index, expected] of apart.entries()) {
      const difference = tf.max(tf.abs(tf.sub(packed[index] as tf.Tensor, expected)));
      expect((await difference.data())[0], index === 0 ? "loss" : names[index - 1]).toBeLessThan(1e-5);
    }
  });

  it("computes layers again in the backward pass to the same loss and gradients, dropout of adapters included", async () => {
    const model = modelOf("llama");
    const lora = { rank: 2, dropout: 0.3 };
    const adapters = createAdapters({ parameters: model.parameters, options: lora, seed: 1 });
    const parameters = { ...model.parameters, ...Object.fromEntries(Object.entries(adapters).map(([name, { shape }], index) => [name, tf.randomNormal(shape, 0, 0.3, "float32", index + 1)])) };
    const batch = { ...Object.fromEntries(Object.entries(tokenArrays({ layout: sideBySide(samples), model })).map(([name, array]) => [name, toTensor(array)])), dropoutSeed: tf.tensor1d([3, 0], "int32") };
    const gradientsOf = compile((values: tf.Tensor[], given: Record<string, tf.Tensor>, { recomputed }: { recomputed: boolean }) => {
      const named = () => answerLoss({ model, parameters, batch: given, lora, recomputed });
      const { value, grads } = tf.engine().gradients(named, Object.values(parameters), undefined, true);
      return [value as tf.Tensor, ...(grads as tf.Tensor[])];
    });
    const [kept, again] = [false, true].map((recomputed) => gradientsOf(Object.values(parameters), batch, { recomputed })) as [tf.Tensor[], tf.Tensor[]];
    for (const [index, expected] of kept.entries()) {
      expect((await tf.max(tf.abs(tf.sub(again[index] as tf.Tensor, expected))).data())[0], ["loss", ...Object.keys(parameters)][index]).toBeLessThan(1e-6);
    }
  });

  it("computes the head at answers only", () => {
    const { answerPlaces, answerTargets } = tokenArrays({ layout: sideBySide(samples), model: modelOf("llama") });
    const counted = Array.from(answerTargets?.data ?? []).filter((target) => target !== -100);
    expect(counted).toHaveLength(samples.reduce((sum, { ids }) => sum + ids.length - 2, 0));
    expect(answerPlaces?.data[0]).toBe(1);
  });
});
