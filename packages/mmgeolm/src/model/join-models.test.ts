import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { useNativeBackend } from "@mmgeo/engine";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { generate } from "../generation/generate.js";
import { encodePrompt } from "../text/prompt.js";
import { greyPng, tinyTower } from "../testing.js";
import { loadModel, saveModel } from "./checkpoint.js";
import { createModel } from "./create.js";
import { joinModels } from "./join-models.js";
import { disposeModel } from "./model.js";

let folder = "";
beforeAll(async () => {
  await useNativeBackend();
  folder = await mkdtemp(join(tmpdir(), "mmgeolm-join-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("joinModels", () => {
  it("leaves the language model as it was, and adds a picture token where there is none", async () => {
    const language = await createModel({ tower: null, language: { hiddenSize: 32, layers: 2, heads: 4, vocabularySize: 280 }, texts: ["How long is AB?"], seed: 1 });
    const { tokenizer } = language;
    if (tokenizer === null) throw new Error("a new model has a tokenizer");
    // As a language model that never met pictures comes: without the token.
    const addedTokens = tokenizer.files.tokenizer["added_tokens"] as { content: string }[];
    const { vocab } = tokenizer.files.tokenizer["model"] as { vocab: Record<string, number> };
    tokenizer.files.tokenizer["added_tokens"] = addedTokens.filter(({ content }) => content !== "<image>");
    delete vocab["<image>"];
    await saveModel(language, join(folder, "language"));
    const requests = [{ messages: [{ role: "user" as const, text: "How long is AB?" }] }];
    const before = await generate({ model: language, requests, maxNewTokens: 6 });
    disposeModel(language);

    const joined = joinModels({ tower: tinyTower(), language: await loadModel(join(folder, "language")), seed: 1 });
    await saveModel(joined, join(folder, "joined"));
    disposeModel(joined);
    const model = await loadModel(join(folder, "joined"));
    expect((await generate({ model, requests, maxNewTokens: 6 }))[0]?.ids).toEqual(before[0]?.ids);
    const prompt = encodePrompt(model, [{ role: "user", text: "What?" }], 1);
    expect(prompt.filter((id) => id === model.config.multimodal?.imageToken)).toHaveLength(4);
    expect((await generate({ model, requests: [{ messages: [{ role: "user", text: "What?" }], images: [greyPng(9)] }], maxNewTokens: 3 }))[0]?.ids).toHaveLength(3);
    await expect(async () => joinModels({ tower: tinyTower(), language: model, seed: 1 })).rejects.toThrow(/multimodal already/);
    disposeModel(model);
  });
});
