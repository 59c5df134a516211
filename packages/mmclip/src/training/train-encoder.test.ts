import { rm } from "node:fs/promises";
import { join } from "node:path";
import { tf, useNativeBackend } from "@mmgeo/engine";
import { afterAll, beforeAll, expect, test } from "vitest";
import { rankCandidates } from "../evaluation/rank-candidates.js";
import { encodeTexts } from "../model/encode.js";
import { type ClipModel, disposeModel, loadModel } from "../model/model.js";
import { barSamples } from "../testing.js";
import { captionsOf, newEncoder } from "./new-encoder.js";
import type { EncoderRecipe } from "./recipe.js";
import type { Sample } from "./sample.js";
import { trainEncoder } from "./train-encoder.js";
import { trainStages } from "./train-stages.js";

let folder: string;
let samples: Sample[];
beforeAll(async () => {
  await useNativeBackend();
  ({ folder, samples } = await barSamples());
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function newModel(type: "siglip" | "clip"): ClipModel {
  return newEncoder({ captions: captionsOf(samples), seed: 3, type, vision: { width: 32, layers: 1, heads: 2, imageSize: 16, patchSize: 4 }, text: { width: 32, layers: 1, heads: 2 } });
}

const recipe: EncoderRecipe = { batchSize: 4, learningRate: 3e-3, warmupRatio: 0.1, beta2: 0.98, negatives: { rule: 4, image: 4 }, precision: "float32", forms: { text: 1, image: 1, group: 0.5, batch: 0.5 } };

async function hits(model: ClipModel, set: "rule" | "image" | "random"): Promise<number> {
  const ranks = await rankCandidates({ model, samples, set });
  expect(ranks).toHaveLength(samples.length);
  return ranks.filter(({ rank }) => rank === 1).length;
}

test.each(["siglip", "clip"] as const)("a %s encoder trained from nothing learns which caption belongs to which picture", async (type) => {
  const untrained = newModel(type);
  expect(await hits(untrained, "rule")).toBeLessThan(samples.length / 2);
  const { model, losses } = await trainEncoder({ model: untrained, samples, recipe: { ...recipe, batchSize: 8, steps: 220, forms: { batch: 1 } }, seed: 1 });
  // The mean of the last ten batches: one batch's loss depends on the order in which processors round.
  expect(losses.slice(-10).reduce((sum, loss) => sum + loss / 10, 0)).toBeLessThan((losses[0] as number) / 1.5);
  // A guess is right once in eight.
  for (const set of ["rule", "image", "random"] as const) expect(await hits(model, set)).toBeGreaterThanOrEqual(5);
  disposeModel(model);
});

test("a run that was stopped goes on to the same bits", async () => {
  const options = { samples, recipe: { ...recipe, steps: 8 }, seed: 5 };
  const whole = await trainEncoder({ model: newModel("siglip"), ...options });
  const run = join(folder, "run");
  const stop = new AbortController();
  const stopped = trainEncoder({ model: newModel("siglip"), ...options, folder: run, saveEvery: 2, signal: stop.signal, onProgress: ({ step }) => step === 5 && stop.abort() });
  await expect(stopped).rejects.toThrow();
  const resumed = await trainEncoder({ model: newModel("siglip"), ...options, folder: run, saveEvery: 2 });
  expect(resumed.resumedFrom).toBe(4);
  for (const [name, tensor] of Object.entries(whole.model.parameters)) expect(resumed.model.parameters[name]?.dataSync(), name).toEqual(tensor.dataSync());
  const reloaded = await loadModel(resumed.checkpoint as string);
  const texts = samples.map(({ caption }) => caption);
  expect((await encodeTexts({ model: reloaded, texts })).data).toEqual((await encodeTexts({ model: resumed.model, texts })).data);
  tf.dispose([whole.model.parameters, resumed.model.parameters, reloaded.parameters]);
});

test("a frozen tower keeps its parameters, the other learns", async () => {
  const initial = newModel("clip");
  const before = Object.fromEntries(Object.entries(initial.parameters).map(([name, tensor]) => [name, tensor.dataSync()]));
  const { model } = await trainEncoder({ model: initial, samples, recipe: { ...recipe, steps: 2, freeze: "vision" }, seed: 1, featuresFolder: join(folder, "features") });
  for (const [name, tensor] of Object.entries(model.parameters)) {
    if (name.startsWith("vision_model.")) expect(tensor.dataSync(), name).toEqual(before[name]);
  }
  expect(model.parameters["text_model.final_layer_norm.weight"]?.dataSync()).not.toEqual(before["text_model.final_layer_norm.weight"]);
  disposeModel(model);
});

test("the auxiliary loss over words is trained beside the model and is no part of it", async () => {
  const untrained = newModel("siglip");
  const names = Object.keys(untrained.parameters);
  const wordLosses: number[] = [];
  const { model } = await trainEncoder({ model: untrained, samples, recipe: { ...recipe, batchSize: 8, steps: 30, randomFirst: 0.5, words: 0.5 }, seed: 1, onProgress: ({ metrics }) => wordLosses.push(metrics["words.loss"] ?? Number.NaN) });
  expect(wordLosses.at(-1)).toBeLessThan(wordLosses[0] as number);
  expect(Object.keys(model.parameters)).toEqual(names);
  disposeModel(model);
});

test("stages follow one another, and a second run repeats nothing", async () => {
  const run = join(folder, "stages");
  const stages: EncoderRecipe[] = [{ ...recipe, steps: 3, negativesAsSamples: true, forms: { batch: 1 } }, { ...recipe, steps: 3, loss: "sigmoid" }];
  const first = await trainStages({ model: newModel("siglip"), samples, stages, seed: 1, folder: run });
  expect(first.losses).toHaveLength(6);
  const second = await trainStages({ model: newModel("siglip"), samples, stages, seed: 1, folder: run });
  expect(second.losses).toHaveLength(0);
  const saved = await loadModel(join(run, "model"));
  for (const [name, tensor] of Object.entries(first.model.parameters)) expect(saved.parameters[name]?.dataSync(), name).toEqual(tensor.dataSync());
  tf.dispose([first.model.parameters, second.model.parameters, saved.parameters]);
});

test("what cannot be trained on is refused in one line", async () => {
  const model = newModel("siglip");
  await expect(trainEncoder({ model, samples: [], recipe, seed: 1 })).rejects.toThrow("samples: there is no sample");
  await expect(trainEncoder({ model, samples, recipe: { ...recipe, batchSize: 9 }, seed: 1 })).rejects.toThrow("batchSize: is 9, more than the 8 samples");
  await expect(trainEncoder({ model, samples, recipe: { ...recipe, forms: {} }, seed: 1 })).rejects.toThrow("forms");
  await expect(trainEncoder({ model, samples, recipe: { ...recipe, negatives: { rule: 2 }, forms: { image: 1 } }, seed: 1 })).rejects.toThrow("forms: leaves nothing to compute");
  await expect(trainEncoder({ model, samples, recipe: { ...recipe, learningRate: -1 }, seed: 1 })).rejects.toThrow("learningRate");
  await expect(trainEncoder({ model: { ...model, tokenizer: null }, samples, recipe, seed: 1 })).rejects.toThrow("tokenizer");
  disposeModel(model);
});
