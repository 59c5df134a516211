import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { useNativeBackend } from "@mmgeo/engine";
import { createModel as createEncoder, saveModel as saveEncoder } from "@mmgeo/mmclip";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readConversations } from "../data/llava-conversations.js";
import { loadModel } from "../model/checkpoint.js";
import { disposeModel } from "../model/model.js";
import { greyPng, tinyEncoderConfig } from "../testing.js";
import { estimateTraining, runTraining } from "./run-training.js";

let folder = "";
beforeAll(async () => {
  await useNativeBackend();
  folder = await mkdtemp(join(tmpdir(), "mmgeolm-run-"));
  await mkdir(join(folder, "pictures"));
  await writeFile(join(folder, "pictures", "white.png"), greyPng(255));
  const conversation = (id: number) => ({ id, image: "white.png", conversations: [{ from: "human", value: `<image>\nWhich color? ${id}` }, { from: "gpt", value: "White." }, { from: "human", value: "Sure?" }, { from: "gpt", value: "Yes." }] });
  await writeFile(join(folder, "data.json"), JSON.stringify(Array.from({ length: 8 }, (_, id) => conversation(id))));
  const encoder = createEncoder({ config: tinyEncoderConfig, seed: 1 });
  await saveEncoder({ model: encoder, folder: join(folder, "encoder") });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const config = () => ({
  out: "out",
  model: { tower: "encoder", language: { hiddenSize: 16, layers: 1, heads: 2, vocabularySize: 280 } },
  data: { conversations: [{ file: "data.json", images: "pictures" }] },
  stages: [{ stage: "text", steps: 2, batchSize: 4 }, { stage: 2, steps: 2, batchSize: 4 }, { stage: 3, steps: 2, batchSize: 2, pack: true, maxTokens: 256 }],
});

describe("runTraining", () => {
  it("goes through the stages of LLaVA's data, and a second time only looks at what is there", async () => {
    const first = await runTraining({ config: config(), file: "config", folder });
    expect(first.stages.map(({ stage, steps, samples }) => [stage, steps, samples])).toEqual([["text", 2, 8], [2, 2, 8], [3, 2, 8]]);
    expect(first.folder).toBe(join(folder, "out", "stage-3"));
    const model = await loadModel(first.folder);
    const before = await model.parameters["language_model.model.embed_tokens.weight"]?.data();
    disposeModel(model);
    const again = await runTraining({ config: config(), file: "config", folder });
    expect(again.stages.map(({ lastLoss }) => lastLoss)).toEqual([null, null, null]);
    const same = await loadModel(again.folder);
    expect(await same.parameters["language_model.model.embed_tokens.weight"]?.data()).toEqual(before);
    disposeModel(same);
  });

  it("says what a training would take without any of it", async () => {
    const [text, , third] = await estimateTraining({ config: config(), file: "config", folder, samples: 100 });
    expect(text?.estimate.parameters.language).toBeGreaterThan(0);
    expect(third?.seconds).toBeGreaterThan(0);
  });

  it("names what is wrong with a configuration", async () => {
    const attempt = (change: object) => runTraining({ config: { ...config(), ...change }, file: "train.ts", folder });
    await expect(attempt({ stages: [] })).rejects.toThrow(/^train\.ts, field stages/);
    await expect(attempt({ stages: [{ stage: 4 }] })).rejects.toThrow(/field stages\.0/);
    await expect(attempt({ data: {} })).rejects.toThrow(/no conversations/);
    await expect(attempt({ data: { conversations: [{ file: "none.json" }] } })).rejects.toThrow(/none\.json.*no such file/);
    await expect(attempt({ model: { from: "nowhere" } })).rejects.toThrow(/nowhere/);
  });
});

describe("readConversations", () => {
  it("reads lists and lines, and names what is not a conversation", async () => {
    const list = await readConversations(join(folder, "data.json"), { imageRoot: "pictures" });
    expect(list[3]).toMatchObject({ id: "3", images: ["pictures/white.png"], turns: [{ role: "user" }, { role: "assistant", text: "White." }, { role: "user" }, { role: "assistant" }] });
    const lines = join(folder, "data.jsonl");
    await writeFile(lines, `${JSON.stringify({ conversations: [{ from: "human", value: "a" }, { from: "gpt", value: "b" }] })}\n{"conversations":[]}\n`);
    await expect(readConversations(lines)).rejects.toThrow(/data\.jsonl, line 2, field conversations/);
    await writeFile(lines, "{");
    await expect(readConversations(lines)).rejects.toThrow(/line 1.*not JSON/);
  });
});
