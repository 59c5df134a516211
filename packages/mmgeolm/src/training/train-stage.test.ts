import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tf, useNativeBackend } from "@mmgeo/engine";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { generate } from "../generation/generate.js";
import { loadModel } from "../model/checkpoint.js";
import { disposeModel } from "../model/model.js";
import { greyPng, tinyConversations, tinyModel } from "../testing.js";
import { trainStage } from "./train-stage.js";

let folder = "";

beforeAll(async () => {
  await useNativeBackend();
  folder = await mkdtemp(join(tmpdir(), "mmgeolm-"));
  await writeFile(join(folder, "black.png"), greyPng(0));
  await writeFile(join(folder, "white.png"), greyPng(255));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const files = () => ({ black: join(folder, "black.png"), white: join(folder, "white.png") });

describe("trainStage", () => {
  it("learns to look, leaves a folder that loads with one call, and answers from it", async () => {
    const conversations = tinyConversations({ ...files(), count: 32 });
    const fresh = await tinyModel(conversations);
    const text = await trainStage({ stage: "text", model: fresh, conversations, batchSize: 8, steps: 30, learningRate: 1e-2 });
    expect(text.losses.at(-1)).toBeLessThan((text.losses[0] as number) / 2);

    const languageBefore = await text.model.parameters["language_model.model.layers.0.mlp.up_proj.weight"]?.array();
    const towerBefore = await text.model.parameters["vision_tower.vision_model.encoder.layers.0.mlp.fc1.weight"]?.array();
    const second = await trainStage({ stage: 2, model: text.model, conversations, batchSize: 8, steps: 5, folder: join(folder, "stage-2") });
    expect(await second.model.parameters["language_model.model.layers.0.mlp.up_proj.weight"]?.array()).toEqual(languageBefore);
    disposeModel(second.model);

    const loaded = await loadModel(join(folder, "stage-2"));
    expect(await loaded.parameters["vision_tower.vision_model.encoder.layers.0.mlp.fc1.weight"]?.array()).toEqual(towerBefore);
    const third = await trainStage({ stage: 3, model: loaded, conversations, batchSize: 8, steps: 60, learningRate: 5e-3, folder: join(folder, "stage-3") });
    expect(third.losses.at(-1)).toBeLessThan(0.1);
    disposeModel(third.model);

    const model = await loadModel(join(folder, "stage-3"));
    const asked = conversations.slice(0, 4);
    const answers = await generate({ model, requests: asked.map(({ turns, images }) => ({ messages: turns.slice(0, 1), images })), maxNewTokens: 40, batchSize: 2 });
    expect(answers.map(({ text: words }) => words)).toEqual(asked.map(({ turns }) => turns[1]?.text));
    expect(answers.every(({ finish }) => finish === "end")).toBe(true);
    disposeModel(model);
    const metrics = (await readFile(join(folder, "stage-3", "training", "metrics.jsonl"), "utf8")).trim().split("\n");
    expect(metrics).toHaveLength(60);
  });

  it("learns the same from features that are kept and features computed in every step", async () => {
    const conversations = tinyConversations({ ...files(), count: 8 });
    const losses: (readonly number[])[] = [];
    for (const keepFeatures of [true, false]) {
      const result = await trainStage({ stage: 2, model: await tinyModel(conversations), conversations, batchSize: 4, steps: 4, keepFeatures });
      losses.push(result.losses);
      disposeModel(result.model);
    }
    for (const [at, loss] of (losses[0] as readonly number[]).entries()) expect(losses[1]?.[at]).toBeCloseTo(loss, 4);
  });

  it("goes on where it was stopped, to the same weights", async () => {
    const conversations = tinyConversations({ ...files(), count: 12 });
    const options = { stage: 3, conversations, batchSize: 4, steps: 6, learningRate: 1e-3, saveEvery: 2 } as const;
    const whole = await trainStage({ ...options, model: await tinyModel(conversations) });
    const stop = new AbortController();
    const run = join(folder, "resumed");
    await expect(trainStage({ ...options, model: await tinyModel(conversations), folder: run, signal: stop.signal, onProgress: ({ step }) => step === 5 && stop.abort() })).rejects.toThrow();
    const resumed = await trainStage({ ...options, model: await tinyModel(conversations), folder: run });
    expect(resumed.resumedFrom).toBe(4);
    for (const [name, tensor] of Object.entries(whole.model.parameters)) expect(await resumed.model.parameters[name]?.data(), name).toEqual(await tensor.data());
    disposeModel(whole.model);
    disposeModel(resumed.model);
  });

  it("trains adapters alone, and saves them merged", async () => {
    const conversations = tinyConversations({ ...files(), count: 16 });
    const model = await tinyModel(conversations);
    const before = Object.fromEntries(await Promise.all(Object.entries(model.parameters).map(async ([name, tensor]) => [name, await tensor.data()] as const)));
    const names = Object.keys(before);
    const run = join(folder, "lora");
    const result = await trainStage({ stage: 3, model, conversations, batchSize: 8, steps: 20, learningRate: 5e-3, lora: { rank: 4, modules: ["q_proj", "v_proj"], dropout: 0.1 }, learningRateScale: { vision: 0 }, folder: run });
    expect(result.losses.at(-1)).toBeLessThan(result.losses[0] as number);
    expect(Object.keys(result.model.parameters)).toEqual(names);
    const loaded = await loadModel(run);
    for (const name of names) {
      const after = await loaded.parameters[name]?.data();
      expect(after, name).toEqual(await result.model.parameters[name]?.data());
      const changes = /[qv]_proj/.test(name) && !name.startsWith("vision_tower.") ? true : name.startsWith("multi_modal_projector.");
      if (changes) expect(after, name).not.toEqual(before[name]);
      else expect(after, name).toEqual(before[name]);
    }
    disposeModel(result.model);
    await expect(trainStage({ stage: 3, model: loaded, conversations, lora: { modules: ["none"] } })).rejects.toThrow(/no linear layer none/);
    disposeModel(loaded);
  });

  it("says what is missing", async () => {
    const model = await tinyModel(tinyConversations({ ...files(), count: 2 }));
    await expect(trainStage({ stage: 3, model, conversations: [] })).rejects.toThrow(/no conversations/);
    await expect(trainStage({ stage: 3, model, conversations: tinyConversations({ ...files(), count: 2 }), maxTokens: 4 })).rejects.toThrow(/none of 2 conversations .* raise maxTokens/);
    await expect(trainStage({ stage: 2, model, conversations: tinyConversations({ black: join(folder, "none.png"), white: join(folder, "none.png"), count: 2 }) })).rejects.toThrow(/none\.png/);
    disposeModel(model);
    expect(tf.memory().numTensors).toBeLessThan(200);
  });
});
