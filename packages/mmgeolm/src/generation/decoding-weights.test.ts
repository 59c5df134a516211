import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheFolder, tf, useNativeBackend } from "@mmgeo/engine";
import { beforeAll, describe, expect, it } from "vitest";
import type { DecodingWeights } from "../model/decoding-weights.js";
import { loadModel } from "../model/checkpoint.js";
import { disposeModel, type Model } from "../model/model.js";
import { tinyConversations, tinyModel } from "../testing.js";
import { decode, disposeCache, prefill } from "./decoder.js";
import { weightTypes, withDecodingWeights } from "./decoding-weights.js";
import { generateIds } from "./generate.js";

beforeAll(async () => {
  await useNativeBackend();
});

/** Log-probabilities that each row's own next token, and each token of the vocabulary, get step by step of decoding, teacher-forced. */
async function scored(model: Model, rows: readonly (readonly number[])[]): Promise<{ own: number[]; all: Float32Array[] }> {
  const tokens = Math.min(...rows.map(({ length }) => length));
  const own: number[] = [];
  const all: Float32Array[] = [];
  let step = prefill({ model, prompts: rows.map((row) => row.slice(0, 1)), pixels: null, room: tokens });
  for (let at = 1; at < tokens; at += 1) {
    const scores = tf.tidy(() => tf.logSoftmax(step.logits));
    const values = (await scores.data()) as Float32Array;
    tf.dispose([scores, step.logits, step.next]);
    const vocabulary = values.length / rows.length;
    for (const [row, ids] of rows.entries()) {
      own.push(values[row * vocabulary + (ids[at] as number)] as number);
      all.push(values.slice(row * vocabulary, (row + 1) * vocabulary));
    }
    step = decode({ model, ids: rows.map((ids) => ids[at] as number), positions: rows.map(() => at), cache: step.cache });
  }
  tf.dispose([step.logits, step.next]);
  disposeCache(step.cache);
  return { own, all };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe("weights packed for decoding", () => {
  it("give scores near those of the model's own, and leave no tensors behind", async () => {
    const model = await tinyModel(tinyConversations({ black: "b", white: "w", count: 4 }));
    const rows = [[5, 80, 90, 100, 7, 30], [9, 70, 60, 200, 3, 12]];
    const before = tf.memory().numTensors;
    const expected = await scored(model, rows);
    for (const type of weightTypes) {
      const packed = await withDecodingWeights(model, type);
      const found = await scored(packed, rows);
      const largest = Math.max(...found.all.flatMap((values, at) => Array.from(values, (value, id) => Math.abs(value - (expected.all[at]?.[id] as number)))));
      expect(largest, type).toBeLessThan({ float32: 1e-6, bfloat16: 0.05, int8: 0.1 }[type]);
      expect(packed.decodingWeights?.type).toBe(type === "float32" ? undefined : type);
      const { layers, head } = packed.decodingWeights ?? ({ layers: [], head: null } as unknown as DecodingWeights);
      tf.dispose([...layers.flatMap((layer) => Object.values(layer)), ...(head === null ? [] : [head])].flatMap(({ data, scale }) => [data, scale]));
    }
    expect(tf.memory().numTensors).toBe(before);
    await expect(withDecodingWeights(model, "int4" as "int8")).rejects.toThrow(/one of float32, bfloat16, int8/);
    disposeModel(model);
  });

  const file = join(cacheFolder(), "models", "smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf");
  const data = process.env["MMGEO_DATA"] ?? fileURLToPath(new URL("../../../../../shared/data", import.meta.url));
  const problems = join(data, "formalgeo7k", "problems");
  it.skipIf(!existsSync(file) || !existsSync(problems) || process.env["MMGEO_SLOW"] !== "1")("lose little on real problems with SmolLM2 (slow; needs `mmgeo models pull smollm2` and FormalGeo7k)", { timeout: 600_000 }, async () => {
    const model = await loadModel(file);
    const texts = await Promise.all(Array.from({ length: 16 }, async (_, index) => (JSON.parse(await readFile(join(problems, `${[1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 16, 17][index]}.json`), "utf8")) as { problem_text_en: string }).problem_text_en));
    const rows = texts.map((text) => [1, ...(model.tokenizer?.encode(text) ?? [])]).filter(({ length }) => length >= 33).slice(0, 8);
    expect(rows.length).toBe(8);
    const expected = await scored(model, rows);
    const lines = [`perplexity of ${expected.own.length} tokens: float32 ${Math.exp(-mean(expected.own)).toFixed(3)}`];
    for (const type of ["bfloat16", "int8"] as const) {
      const packed = await withDecodingWeights(model, type);
      const found = await scored(packed, rows);
      const divergence = mean(found.all.map((values, at) => (expected.all[at] as Float32Array).reduce((sum, value, id) => sum + Math.exp(value) * (value - (values[id] as number)), 0)));
      const best = (values: Float32Array) => values.indexOf(Math.max(...values));
      const agreement = mean(found.all.map((values, at) => Number(best(values) === best(expected.all[at] as Float32Array))));
      lines.push(`${type} ${Math.exp(-mean(found.own)).toFixed(3)}, divergence ${divergence.toFixed(5)} nats, same most likely token ${(100 * agreement).toFixed(1)} %`);
      expect(divergence).toBeLessThan(0.02);
      expect(agreement).toBeGreaterThan(0.9);
      const [made] = await generateIds({ model: packed, prompts: [rows[0] as number[]], maxNewTokens: 4 });
      expect(made?.ids.length).toBe(4);
    }
    process.stderr.write(`${lines.join("; ")}\n`);
    disposeModel(model);
  });
});
