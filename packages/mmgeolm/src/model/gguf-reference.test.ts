import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheFolder, readSafetensors, tf } from "@mmgeo/engine";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { generateIds } from "../generation/generate.js";
import { loadModel, saveModel } from "./checkpoint.js";
import { computeLogits } from "./logits.js";
import { disposeModel, type Model } from "./model.js";

const fixture = fileURLToPath(new URL("../__fixtures__/smollm2", import.meta.url));
const file = join(cacheFolder(), "models", "smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf");

interface Reference {
  every: number;
  cases: { prompt: string; text: string; ids: number[]; greedy: number[]; answer: string }[];
}

describe.skipIf(!existsSync(file))("SmolLM2-135M from its GGUF file (skipped unless `mmgeo models pull smollm2` was run)", () => {
  let model: Model;
  let reference: Reference;
  let folder: string;
  beforeAll(async () => {
    reference = JSON.parse(await readFile(join(fixture, "prompts.json"), "utf8")) as Reference;
    folder = await mkdtemp(join(tmpdir(), "mmgeolm-gguf-"));
    model = await loadModel(join(file, ".."));
  });
  afterAll(async () => {
    disposeModel(model);
    await rm(folder, { recursive: true, force: true });
  });

  it("renders and cuts text as the published tokenizer does", () => {
    for (const { prompt, text, ids, greedy, answer } of reference.cases) {
      expect(model.chat.render([{ role: "user", text: prompt }], { generate: true })).toBe(text);
      expect(model.tokenizer?.encode(text)).toEqual(ids);
      expect(model.tokenizer?.decode(greedy)).toBe(answer);
    }
    expect(model.endTokens).toEqual([2]);
  });

  it("computes the logits that Python's transformers computes", async () => {
    const expected = await readSafetensors(join(fixture, "expected.safetensors"));
    for (const [index, { ids }] of reference.cases.entries()) {
      const { logits } = computeLogits({ model, batch: { ids: Int32Array.from(ids), batch: 1, tokens: ids.length } });
      const vocabulary = logits.shape[2];
      const chosen = tf.tidy(() => tf.stridedSlice(tf.reshape(logits, [ids.length, vocabulary]), [0, 0], [ids.length, vocabulary], [1, reference.every]));
      const normalizer = tf.tidy(() => tf.logSumExp(tf.reshape(logits, [ids.length, vocabulary]), 1));
      for (const [tensor, name] of [[chosen, "logits"], [normalizer, "normalizer"]] as const) {
        const values = tensor.dataSync();
        const reference = expected[`${index}.${name}`]?.data as Float32Array;
        expect(values.length).toBe(reference.length);
        let worst = 0;
        for (let at = 0; at < values.length; at += 1) worst = Math.max(worst, Math.abs((values[at] as number) - (reference[at] as number)) - 1e-5 * Math.abs(reference[at] as number));
        expect(worst, `${name} of prompt ${index}`).toBeLessThan(1e-4);
      }
      tf.dispose([logits, chosen, normalizer]);
    }
  });

  it("makes the same greedy tokens, alone and side by side", async () => {
    const { cases } = reference;
    const maxNewTokens = process.env["MMGEO_SLOW"] === "1" ? 48 : 16;
    const together = await generateIds({ model, prompts: cases.map(({ ids }) => ids), maxNewTokens });
    expect(together.map(({ ids }) => ids)).toEqual(cases.map(({ greedy }) => greedy.slice(0, maxNewTokens)));
    const [alone] = await generateIds({ model, prompts: [(cases[0] as Reference["cases"][number]).ids], maxNewTokens: 8 });
    expect(alone?.ids).toEqual(cases[0]?.greedy.slice(0, 8));
  });

  it.skipIf(process.env["MMGEO_SLOW"] !== "1")("is written as a transformers folder that gives the same (slow: 540 MB)", async () => {
    await saveModel(model, folder);
    const again = await loadModel(folder);
    const ids = Int32Array.from(reference.cases[1]?.ids ?? []);
    const batch = { ids, batch: 1, tokens: ids.length };
    const [before, after] = [computeLogits({ model, batch }).logits, computeLogits({ model: again, batch }).logits];
    expect(after.dataSync()).toEqual(before.dataSync());
    expect(again.tokenizer?.files).toEqual(model.tokenizer?.files);
    expect(again.chat.template).toBe(model.chat.template);
    expect(again.endTokens).toEqual(model.endTokens);
    tf.dispose([before, after]);
    disposeModel(again);
  });
});
