import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { compile, tf, toTensor, useNativeBackend } from "@mmgeo/engine";
import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PixelStore } from "../images/pixel-store.js";
import { type ClipModel, disposeModel, loadModel } from "../model/model.js";
import { randomOf } from "../random.js";
import { barSamples } from "../testing.js";
import { batchOf } from "./batch.js";
import { FrozenFeatures } from "./frozen-features.js";
import { groupOf } from "./group.js";
import { likeness, negativesUpTo } from "./hardness.js";
import { captionsOf, newEncoder } from "./new-encoder.js";
import type { EncoderRecipe } from "./recipe.js";
import type { Sample } from "./sample.js";
import { stepArrays, stepLoss } from "./step-tensors.js";
import { trainEncoder } from "./train-encoder.js";

let folder: string;
let samples: Sample[];
beforeAll(async () => {
  await useNativeBackend();
  ({ folder, samples } = await barSamples());
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const recipe: EncoderRecipe = { batchSize: 4, steps: 3, learningRate: 1e-2, schedule: "constant", warmupRatio: 0, negatives: { rule: 3, image: 3 }, precision: "float32" };

function newModel(type: "siglip" | "clip" = "clip"): ClipModel {
  return newEncoder({ captions: captionsOf(samples), seed: 3, type, vision: { width: 16, layers: 2, heads: 2, imageSize: 16, patchSize: 8 }, text: { width: 16, layers: 2, heads: 2 } });
}

const valuesOf = (model: ClipModel): Record<string, Float32Array> => Object.fromEntries(Object.entries(model.parameters).map(([name, tensor]) => [name, tensor.dataSync<"float32">().slice()]));

/** The largest change of any value of a parameter. */
function change(before: Float32Array | undefined, after: Float32Array | undefined): number {
  return (before ?? new Float32Array(0)).reduce((largest, value, index) => Math.max(largest, Math.abs(value - (after?.[index] ?? Number.NaN))), 0);
}

async function trained(over: EncoderRecipe, more: { folder?: string } = {}): Promise<{ losses: readonly number[]; before: Record<string, Float32Array>; after: Record<string, Float32Array>; checkpoint: string | null }> {
  const model = newModel();
  const before = valuesOf(model);
  const result = await trainEncoder({ model, samples, recipe: { ...recipe, ...over }, seed: 1, featuresFolder: join(folder, "features"), ...more });
  const after = valuesOf(result.model);
  disposeModel(result.model);
  return { losses: result.losses, before, after, checkpoint: result.checkpoint };
}

test("in chunks the loss and every gradient are those of the whole", async () => {
  const model = newModel();
  const { config, parameters, tokenizer } = model;
  if (tokenizer === null) throw new Error("a new encoder has a tokenizer");
  const weights = { text: 1, image: 1, batch: 0.5 };
  const groups = samples.slice(0, 3).map((sample) => groupOf({ sample, options: { negatives: { random: 0, retrieval: 0, rule: 3, image: 3 }, forms: weights }, random: randomOf(1) }));
  const batch = batchOf({ groups, weights });
  const arrays = await stepArrays({ batch, sources: { config, tokenizer, store: new PixelStore({ processor: model.imageProcessor }) } });
  const tensors = Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, toTensor(array)]));
  const names = Object.keys(parameters);
  const gradients = (chunk?: number): Float32Array[] => {
    const run = compile((values: tf.Tensor[], given: Record<string, tf.Tensor>): tf.Tensor[] => {
      const lossOf = (...list: tf.Tensor[]): tf.Scalar => stepLoss({ parameters: Object.fromEntries(names.map((name, index) => [name, list[index] as tf.Tensor])), config, tensors: given, views: batch.views, kind: "softmax", chunk }).loss as tf.Scalar;
      const { value, grads } = tf.valueAndGrads(lossOf)(values);
      return [value, ...grads];
    });
    const results = run(names.map((name) => parameters[name] as tf.Tensor), tensors).map((tensor) => tensor.dataSync<"float32">().slice());
    run.dispose();
    return results;
  };
  const [whole, parts] = [gradients(), gradients(5)];
  for (const [index, values] of whole.entries()) expect(change(values, parts[index]), names[index - 1] ?? "loss").toBeLessThan(1e-5);
  disposeModel(model);
});

test("a frozen tower encodes each input once, ever, and the loss is the same", async () => {
  const open = await trained({ steps: 1 });
  for (const freeze of ["vision", "text"] as const) {
    const frozen = await trained({ steps: 1, freeze });
    expect(frozen.losses[0]).toBeCloseTo(open.losses[0] as number, 5);
  }
  const model = newModel();
  const store = new PixelStore({ processor: model.imageProcessor });
  const items = samples.map(({ image }) => image);
  expect((await FrozenFeatures.prepare({ model, tower: "vision", items, store, folder: join(folder, "features") })).encoded).toBe(0);
  const other = newEncoder({ captions: captionsOf(samples), seed: 4, type: "clip", vision: { width: 16, layers: 2, heads: 2, imageSize: 16, patchSize: 8 }, text: { width: 16, layers: 2, heads: 2 } });
  expect((await FrozenFeatures.prepare({ model: other, tower: "vision", items, store, folder: join(folder, "features") })).encoded).toBe(8);
  expect((await readdir(join(folder, "features"))).every((name) => name.endsWith(".safetensors"))).toBe(true);
  disposeModel(model);
  disposeModel(other);
});

test("the last layers of a frozen tower may learn all the same", async () => {
  const { before, after } = await trained({ freeze: "vision", unfreezeLast: 1 });
  expect(change(before["vision_model.encoder.layers.0.mlp.fc1.weight"], after["vision_model.encoder.layers.0.mlp.fc1.weight"])).toBe(0);
  expect(change(before["vision_model.encoder.layers.1.mlp.fc1.weight"], after["vision_model.encoder.layers.1.mlp.fc1.weight"])).toBeGreaterThan(0);
  expect(change(before["vision_model.post_layernorm.weight"], after["vision_model.post_layernorm.weight"])).toBeGreaterThan(0);
});

test("a layer learns at its share of the rate of the layer above", async () => {
  const { before, after } = await trained({ steps: 1, layerDecay: 0.1 });
  const moved = (name: string): number => change(before[name], after[name]);
  // AdamW's first step moves every value by the rate itself.
  expect(moved("text_model.final_layer_norm.weight")).toBeCloseTo(1e-2, 4);
  expect(moved("text_model.encoder.layers.1.mlp.fc1.weight")).toBeCloseTo(1e-3, 5);
  expect(moved("text_model.encoder.layers.0.mlp.fc1.weight")).toBeCloseTo(1e-4, 6);
  expect(moved("text_model.embeddings.token_embedding.weight")).toBeCloseTo(1e-5, 6);
});

test("adapters alone learn, are added into the weights that are saved, and a stopped run goes on to the same bits", async () => {
  const lora = { rank: 2 };
  const run = join(folder, "lora");
  const whole = await trained({ steps: 4, lora }, { folder: run });
  expect(change(whole.before["vision_model.embeddings.patch_embedding.weight"], whole.after["vision_model.embeddings.patch_embedding.weight"])).toBe(0);
  expect(change(whole.before["vision_model.encoder.layers.0.self_attn.q_proj.weight"], whole.after["vision_model.encoder.layers.0.self_attn.q_proj.weight"])).toBeGreaterThan(0);
  expect(Object.keys(whole.after)).toEqual(Object.keys(whole.before));
  const saved = await loadModel(whole.checkpoint as string);
  for (const [name, values] of Object.entries(whole.after)) expect(saved.parameters[name]?.dataSync(), name).toEqual(values);
  tf.dispose(saved.parameters);
  const stop = new AbortController();
  const options = { samples, recipe: { ...recipe, steps: 4, lora }, seed: 1, folder: join(folder, "lora-stopped"), saveEvery: 2 };
  await expect(trainEncoder({ ...options, model: newModel(), signal: stop.signal, onProgress: ({ step }) => step === 3 && stop.abort() })).rejects.toThrow();
  const resumed = await trainEncoder({ ...options, model: newModel() });
  expect(resumed.resumedFrom).toBe(2);
  const after = valuesOf(resumed.model);
  for (const [name, values] of Object.entries(whole.after)) expect(after[name], name).toEqual(values);
  disposeModel(resumed.model);
});

test("a curriculum begins with captions little like the true one and ends with all", () => {
  const word = fc.constantFrom("AB", "CD", "is", "parallel", "to", "5");
  const caption = fc.array(word, { minLength: 1, maxLength: 8 }).map((words) => words.join(" "));
  fc.assert(
    fc.property(caption, fc.array(caption, { minLength: 1, maxLength: 8 }), fc.double({ min: 0, max: 1, noNaN: true }), (own, others, progress) => {
      const sample: Sample = { id: "a", image: "a.png", caption: own, textNegatives: others.map((text) => ({ kind: "rule", caption: text, classes: [] })), imageNegatives: [] };
      const given = negativesUpTo({ sample, progress, least: 1 });
      const hardest = Math.max(...given.map((negative) => likeness(own, negative.caption)));
      const easier = others.filter((text) => likeness(own, text) < hardest).length;
      expect(given.length).toBeGreaterThanOrEqual(Math.max(1, easier === others.length ? others.length : 0));
      if (progress === 1) expect(given).toHaveLength(others.length);
      // Nothing left out is easier than what is in.
      expect(easier).toBeLessThanOrEqual(given.length);
    }),
  );
});
