import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import process from "node:process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InputError } from "@mmgeo/dataset";
import { useNativeBackend } from "@mmgeo/engine";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { generate } from "./generation/generate.js";
import { loadModel, saveModel } from "./model/checkpoint.js";
import { disposeModel, type Model } from "./model/model.js";
import { greyPng, tinyConversations, tinyModel } from "./testing.js";
import { trainStage } from "./training/train-stage.js";

let folder = "";
let model: Model;
beforeAll(async () => {
  await useNativeBackend();
  folder = await mkdtemp(join(tmpdir(), "mmgeolm-bad-"));
  model = await tinyModel(tinyConversations({ black: "", white: "", count: 4 }));
  await saveModel(model, join(folder, "model"));
});
afterAll(async () => {
  disposeModel(model);
  await rm(folder, { recursive: true, force: true });
});
afterEach(() => vi.restoreAllMocks());

/** One line that names what it is about. */
async function refused(work: Promise<unknown>, message: RegExp): Promise<void> {
  const error: unknown = await work.then(() => null, (thrown: unknown) => thrown);
  expect(InputError.isInstance(error), String(error)).toBe(true);
  expect((error as Error).message).toMatch(message);
  expect((error as Error).message).not.toContain("\n");
}

type Json = Record<string, unknown>;

/** A copy of the model's folder with one of its JSON files changed. */
async function changed(name: string, file: string, change: (value: Json) => Json): Promise<string> {
  const target = join(folder, name);
  await cp(join(folder, "model"), target, { recursive: true });
  await writeFile(join(target, file), JSON.stringify(change(JSON.parse(await readFile(join(target, file), "utf8")) as Json)));
  return target;
}

const ask = (text: string, images: (string | Buffer)[] = []) => generate({ model, requests: [{ messages: [{ role: "user", text }], images }], maxNewTokens: 4 });

describe("bad input", () => {
  it("a projector that does not fit its tower", async () => {
    const folderOfBoth = await changed("two-layers", "config.json", (config) => ({ ...config, vision_feature_layer: [-1, -2] }));
    await refused(loadModel(folderOfBoth), /multi_modal_projector\.linear_1\.weight.*has shape \[32, 16\] where config\.json asks for \[32, 32\]/);
  });

  it("a tokenizer with more tokens than embeddings is refused, one with fewer says nothing where it has no token", async () => {
    const more = await changed("more-tokens", "tokenizer.json", (file) => {
      const inner = file["model"] as { vocab: Record<string, number> };
      return { ...file, model: { ...inner, vocab: { ...inner.vocab, surplus: 5000 } } };
    });
    await refused(loadModel(more), /ids up to 5000 but the embedding table has \d+ rows/);
    const fewer = await changed("fewer-tokens", "tokenizer.json", (file) => {
      const inner = file["model"] as { vocab: Record<string, number>; merges: string[] };
      const most = Math.max(...Object.values(inner.vocab));
      return { ...file, model: { ...inner, vocab: Object.fromEntries(Object.entries(inner.vocab).filter(([, id]) => id < most)), merges: inner.merges.slice(0, -1) } };
    });
    const loaded = await loadModel(fewer);
    const last = loaded.config.language.vocabularySize - 1;
    expect(loaded.tokenizer?.size).toBe(last);
    expect(loaded.tokenizer?.decode([last])).toBe("");
    expect(loaded.tokenizer?.decode([70, last, 71])).toBe(loaded.tokenizer?.decode([70, 71]));
    disposeModel(loaded);
  });

  it("a prompt beyond the context", async () => {
    await refused(ask("word ".repeat(2000)), /requests\.0.*the prompt has \d+ tokens; the model's context is 1024; shorten it/);
  });

  it("a corrupt picture, in a question and in training data", async () => {
    const whole = greyPng(0);
    const cut = join(folder, "cut.png");
    await writeFile(cut, whole.subarray(0, 50));
    await refused(ask("a", [cut]), /cut\.png.*does not decode/);
    await refused(ask("a", [Buffer.from("no picture")]), /does not decode/);
    await refused(ask("a", [join(folder, "none.png")]), /none\.png/);
    await refused(trainStage({ stage: 2, model, conversations: tinyConversations({ black: cut, white: cut, count: 2 }) }), /cut\.png.*does not decode/);
  });

  it("a step that would not fit into memory, before anything is trained", async () => {
    const picture = join(folder, "black.png");
    await writeFile(picture, greyPng(0));
    vi.spyOn(process, "availableMemory").mockReturnValue(1000);
    await refused(trainStage({ stage: 3, model, conversations: tinyConversations({ black: picture, white: picture, count: 4 }), batchSize: 4 }), /batchSize.*a step of 4 samples of up to \d+ tokens needs about .* free; lower batchSize or maxTokens, or train adapters/);
  });

  it("options out of range", async () => {
    await refused(generate({ model, requests: [], temperature: -1 }), /temperature.*between 0 and 100/);
    await refused(generate({ model, requests: [], topK: 0.5 }), /topK/);
    await refused(trainStage({ stage: 2, model, conversations: tinyConversations({ black: "", white: "", count: 2 }), lora: {} }), /lora.*stage 3/);
    await refused(trainStage({ stage: 3, model, conversations: tinyConversations({ black: "", white: "", count: 2 }), lora: { dropout: 2 } }), /lora\.dropout/);
  });
});
