import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cacheFolder, InputError, readGguf, readGgufCheckpoint, readGgufConfig, readGgufHeader } from "../index.js";
import { huggingFaceName, separateRotaryHalves } from "./gguf-llama.js";

const fixture = (name: string): string => fileURLToPath(new URL(`__fixtures__/${name}`, import.meta.url));
const types = fixture("types.gguf");
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mmgeo-gguf-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe("GGUF", () => {
  it("reads metadata and describes tensors", async () => {
    const { metadata, tensors } = await readGgufHeader(types);
    expect(metadata).toMatchObject({ "general.architecture": "llama", "general.name": "fixture", "test.words": ["one", "zwei", "τρία"], "test.numbers": [1, -2, 3], "test.real": 0.5, "test.flag": true });
    expect(tensors.map(({ type, shape }) => [type, shape])).toEqual(["F32", "F16", "BF16", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q4_K", "Q6_K"].map((type) => [type, [2, 256]]));
  });

  it("dequantises every type as the reference implementation does", async () => {
    const expected = JSON.parse(await readFile(fixture("types.json"), "utf8")) as Record<string, number[]>;
    const tensors = await readGguf(types);
    for (const [type, values] of Object.entries(expected)) {
      const { data } = tensors[`tensor.${type}`] as { data: Float32Array };
      expect(data.length).toBe(values.length);
      for (const [place, value] of values.entries()) expect(data[place], `${type}, place ${place}`).toBeCloseTo(value, 5);
    }
    expect(Object.keys(await readGguf(types, { select: (name) => name.endsWith("Q6_K") }))).toEqual(["tensor.Q6_K"]);
  });

  it("maps names and undoes the order of rotary rows", () => {
    expect(huggingFaceName("blk.12.attn_q.weight")).toBe("model.layers.12.self_attn.q_proj.weight");
    expect(huggingFaceName("blk.0.attn_k.bias")).toBe("model.layers.0.self_attn.k_proj.bias");
    expect(huggingFaceName("output_norm.weight")).toBe("model.norm.weight");
    expect(huggingFaceName("blk.0.unknown.weight")).toBeNull();
    // Two heads of four rows, one number each: pairs (0, 2) and (1, 3) of a head lie side by side in the file.
    const stored = { shape: [8, 1], data: Float32Array.of(0, 2, 1, 3, 10, 12, 11, 13) };
    expect(Array.from(separateRotaryHalves(stored, 2).data)).toEqual([0, 1, 2, 3, 10, 11, 12, 13]);
  });

  it("names what a header lacks to describe a model", async () => {
    await expect(readGgufConfig(types)).rejects.toThrow(/types\.gguf.*llama\.\w+.*is not a number/);
  });

  const smol = join(cacheFolder(), "models", "smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf");
  it.skipIf(!existsSync(smol))("reads SmolLM2 (skipped unless `mmgeo models pull smollm2` was run)", async () => {
    const { config, tensors, metadata } = await readGgufCheckpoint(smol);
    expect(config).toMatchObject({ model_type: "llama", hidden_size: 576, num_hidden_layers: 30, num_attention_heads: 9, num_key_value_heads: 3, vocab_size: 49152, tie_word_embeddings: true });
    expect(Object.keys(tensors)).toHaveLength(272);
    expect(config).toEqual((await readGgufConfig(smol)).config);
    expect(tensors["model.layers.29.mlp.down_proj.weight"]?.shape).toEqual([576, 1536]);
    expect((metadata["tokenizer.ggml.tokens"] as readonly string[]).length).toBe(49152);
    for (const { data } of Object.values(tensors)) expect(Number.isFinite(data[0])).toBe(true);
  });

  it("never fails otherwise than with an InputError, whatever the bytes", { timeout: 3_600_000 }, async () => {
    const original = await readFile(types);
    const mutated = join(folder, "mutated.gguf");
    // Most changes in the header, where they matter.
    const mutation = fc.array(fc.tuple(fc.oneof(fc.nat({ max: 900 }), fc.nat({ max: original.length - 1 })), fc.nat({ max: 255 })), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(mutation, fc.integer({ min: 0, max: original.length }), fc.boolean(), async (changes, length, cut) => {
        const bytes = Buffer.from(original.subarray(0, cut ? length : original.length));
        for (const [place, value] of changes) if (place < bytes.length) bytes[place] = value;
        await writeFile(mutated, bytes);
        try {
          await readGguf(mutated);
        } catch (error) {
          expect(InputError.isInstance(error), String(error)).toBe(true);
          expect((error as Error).message).not.toContain("\n");
        }
      }),
      { numRuns: process.env["MMGEO_SLOW"] === "1" ? 100_000 : 300 },
    );
  });
});
