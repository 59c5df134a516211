import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InputError } from "@mmgeo/dataset";
import { type HostTensor, tf, useNativeBackend } from "@mmgeo/engine";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { byteCharacters } from "../text/train-tokenizer.js";
import { tinyTower } from "../testing.js";
import { type GgufField, ggufTensors, tinyTokenizerFields, writeGguf } from "../testing-gguf.js";
import { estimateTraining } from "../training/run-training.js";
import { loadModel, saveModel } from "./checkpoint.js";
import { createModel } from "./create.js";
import { joinModels } from "./join-models.js";
import { computeLogits } from "./logits.js";
import { disposeModel, type Model } from "./model.js";

let folder = "";
let original: Model;
let tensors: Record<string, HostTensor> = {};
const sizes: Record<string, GgufField> = {
  "general.architecture": "llama",
  "llama.block_count": 2,
  "llama.context_length": 128,
  "llama.embedding_length": 32,
  "llama.feed_forward_length": 96,
  "llama.attention.head_count": 4,
  "llama.attention.head_count_kv": 2,
  "llama.attention.layer_norm_rms_epsilon": 1e-6,
};

beforeAll(async () => {
  await useNativeBackend();
  folder = await mkdtemp(join(tmpdir(), "mmgeolm-gguf-"));
  original = await createModel({ tower: null, language: { hiddenSize: 32, layers: 2, heads: 4, keyValueHeads: 2, vocabularySize: 261 }, texts: ["ab ab"], seed: 3 });
  const own = Object.fromEntries(Object.entries(original.parameters).map(([name, tensor]) => [name, { shape: tensor.shape, data: tensor.dataSync() as Float32Array }]));
  tensors = ggufTensors(own, { heads: 4, keyValueHeads: 2 });
});
afterAll(async () => {
  disposeModel(original);
  await rm(folder, { recursive: true, force: true });
});

async function written(name: string, metadata: Record<string, GgufField> = {}, type = 0): Promise<string> {
  const file = join(folder, name);
  await writeGguf(file, { metadata: { ...sizes, ...tinyTokenizerFields(byteCharacters), ...metadata }, tensors, type });
  return file;
}

describe("a GGUF file", () => {
  it("loads as the checkpoint it was made of, by its name or its folder's, and is written as transformers' folder", async () => {
    expect(original.config.language.vocabularySize).toBe(261);
    const file = await written("tiny.gguf");
    await mkdir(join(folder, "one"));
    await copyFile(file, join(folder, "one", "tiny.gguf"));
    const batch = { ids: Int32Array.from([5, 70, 71, 9, 200, 3]), batch: 1, tokens: 6 };
    const expected = computeLogits({ model: original, batch }).logits.dataSync();
    for (const path of [file, join(folder, "one")]) {
      const model = await loadModel(path);
      const values = computeLogits({ model, batch }).logits.dataSync();
      for (const [at, value] of values.entries()) expect(Math.abs(value - (expected[at] as number))).toBeLessThan(1e-5);
      expect(model.tokenizer?.encode("ABC 12<|im_end|>").map((id) => model.tokenizer?.decode([id], { special: true }))).toEqual(["ABC", " ", "1", "2", "<|im_end|>"]);
      expect(model.chat.render([{ role: "user", text: "Hi" }], { generate: true })).toBe("<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n");
      expect(model.endTokens).toEqual([2]);
      await saveModel(model, join(folder, "saved"));
      const again = await loadModel(join(folder, "saved"));
      expect(computeLogits({ model: again, batch }).logits.dataSync()).toEqual(values);
      expect(again.tokenizer?.files).toEqual(model.tokenizer?.files);
      expect(JSON.parse(await readFile(join(folder, "saved", "config.json"), "utf8"))).toMatchObject({ architectures: ["LlamaForCausalLM"], eos_token_id: 2, pad_token_id: 0 });
      disposeModel(model);
      disposeModel(again);
    }
  });

  it("is joined with a tower, and estimated without reading its weights", async () => {
    const file = await written("joined.gguf", { "llama.rope.scaling.type": "linear", "llama.rope.scaling.factor": 2 });
    const joined = joinModels({ tower: tinyTower(), language: await loadModel(file), seed: 1 });
    expect(joined.config.language).toMatchObject({ vocabularySize: 262, rotary: { type: "linear", factor: 2 } });
    expect(joined.config.multimodal?.imageToken).toBe(261);
    expect(joined.parameters["language_model.model.embed_tokens.weight"]?.shape).toEqual([262, 32]);
    disposeModel(joined);
    await mkdir(join(folder, "tower"));
    await writeFile(join(folder, "tower", "config.json"), JSON.stringify({ vision_config: { model_type: "siglip_vision_model", hidden_size: 16, intermediate_size: 24, num_hidden_layers: 2, num_attention_heads: 2, image_size: 16, patch_size: 8 } }));
    const [stage] = await estimateTraining({ config: { out: "out", model: { tower: "tower", language: "joined.gguf" }, data: {}, stages: [{ stage: 2 }] }, file: "train.json", folder, samples: 64 });
    expect(stage?.estimate.parameters.language).toBe(Object.values(original.parameters).reduce((sum, { size }) => sum + size, 0));
  });

  it.each<[string, Record<string, GgufField>, number, RegExp]>([
    ["another architecture", { "general.architecture": "gemma3" }, 0, /gemma3; llama and qwen2 are read/],
    ["a mixture of experts", { "llama.expert_count": 8 }, 0, /mixture of experts/],
    ["a scaling it does not know", { "llama.rope.scaling.type": "longrope" }, 0, /longrope; linear and yarn are read/],
    ["a tokenizer that is not byte-level BPE", { "tokenizer.ggml.model": "llama" }, 0, /tokenizers of type llama are not read from GGUF/],
    ["a way of cutting text it does not know", { "tokenizer.ggml.pre": "tekken" }, 0, /cuts text as tekken.*known are gpt-2, smollm, qwen2, llama-bpe/],
    ["no tokens", { "tokenizer.ggml.tokens": 5 }, 0, /tokenizer\.ggml\.tokens/],
    ["a special token that is none", { "tokenizer.ggml.eos_token_id": 999 }, 0, /is 999, and there are 261 tokens/],
    ["more tokens than embeddings", { "tokenizer.ggml.tokens": Array.from({ length: 300 }, (_, id) => `token ${id}`) }, 0, /ids up to 299 but the embedding table has 261 rows/],
    ["a quantisation it does not read", {}, 16, /GGML type 16; those read are .*Q4_1/],
    ["sizes that its tensors do not have", { "llama.embedding_length": 64 }, 0, /has shape \[.*\] where config\.json asks for/],
  ])("with %s is refused in one line", async (_, metadata, type, message) => {
    const before = tf.memory().numTensors;
    const refusal = await loadModel(await written("refused.gguf", metadata, type)).catch((error: unknown) => error);
    expect(InputError.isInstance(refusal), String(refusal)).toBe(true);
    expect((refusal as Error).message).toMatch(message);
    expect((refusal as Error).message).toMatch(/refused\.gguf/);
    expect((refusal as Error).message).not.toContain("\n");
    expect(tf.memory().numTensors).toBe(before);
  });

  it("is to be named where a folder has several", async () => {
    await expect(loadModel(folder)).rejects.toThrow(/holds \d+ GGUF files .*name the one you mean/);
  });
});
