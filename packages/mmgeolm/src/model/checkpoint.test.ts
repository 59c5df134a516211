import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readSafetensors, type TensorToWrite, tf, useNativeBackend, writeSafetensors } from "@mmgeo/engine";
import { InputError } from "@mmgeo/dataset";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tinyConversations, tinyModel } from "../testing.js";
import { loadModel, saveModel } from "./checkpoint.js";
import { disposeModel } from "./model.js";
import { canonicalName, moduleName } from "./names.js";

const fixtures = fileURLToPath(new URL("../__fixtures__/parity", import.meta.url));
let folder = "";
let copies = 0;
beforeAll(async () => {
  await useNativeBackend();
  folder = await mkdtemp(join(tmpdir(), "mmgeolm-checkpoint-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

type Json = Record<string, unknown>;

/** A copy of a fixture with its configuration and its tensors changed. */
async function changed(name: string, { config = (value) => value, tensors = (value) => value }: { config?: (value: Json) => Json; tensors?: (value: Record<string, TensorToWrite>) => Record<string, TensorToWrite> }): Promise<string> {
  copies += 1;
  const target = join(folder, String(copies));
  await cp(join(fixtures, name), target, { recursive: true });
  const configFile = join(target, "config.json");
  await writeFile(configFile, JSON.stringify(config(JSON.parse(await readFile(configFile, "utf8")) as Json)));
  const weights = join(target, "model.safetensors");
  await writeSafetensors(weights, tensors(await readSafetensors(weights)));
  return target;
}

const without = (value: Record<string, TensorToWrite>, name: string) => Object.fromEntries(Object.entries(value).filter(([other]) => other !== name));
const renamed = (value: Record<string, TensorToWrite>, rename: (name: string) => string) => Object.fromEntries(Object.entries(value).map(([name, tensor]) => [rename(name), tensor]));

describe("loadModel", () => {
  it("reads every spelling of LLaVA's parameters", async () => {
    for (const rename of [(name: string) => name, canonicalName, (name: string) => moduleName(canonicalName(name))]) {
      const model = await loadModel(await changed("llava-siglip", { tensors: (value) => renamed(value, rename) }));
      expect(Object.keys(model.parameters).every((name) => canonicalName(name) === name)).toBe(true);
      disposeModel(model);
    }
  });

  it("reads the rotary settings as transformers 4 wrote them, and leaves out buffers and a tied head's copy", async () => {
    const old = (config: Json): Json => {
      const { rope_parameters: rope, ...rest } = config as { rope_parameters: Json };
      const { rope_theta, rope_type, ...scaling } = rope;
      return { ...rest, rope_theta, rope_scaling: { type: rope_type, ...scaling } };
    };
    const model = await loadModel(await changed("llama-yarn", { config: old, tensors: (value) => ({ ...value, "model.layers.0.self_attn.rotary_emb.inv_freq": { shape: [2], data: new Float32Array(2) } }) }));
    expect(model.config.language.rotary).toMatchObject({ type: "yarn", factor: 4, originalMaxPositions: 16 });
    disposeModel(model);
    const tied = await loadModel(await changed("qwen2", { tensors: (value) => ({ ...value, "lm_head.weight": value["model.embed_tokens.weight"] as TensorToWrite }) }));
    expect(Object.keys(tied.parameters)).not.toContain("lm_head.weight");
    disposeModel(tied);
  });

  it.each<[string, string, Parameters<typeof changed>[1], RegExp]>([
    ["a missing parameter", "llama", { tensors: (value) => without(value, "model.norm.weight") }, /model\.norm\.weight.*no parameter/],
    ["a surplus parameter", "llama", { tensors: (value) => ({ ...value, extra: { shape: [1], data: new Float32Array(1) } }) }, /extra.*not in the model/],
    ["a wrong shape", "llama", { config: (value) => ({ ...value, intermediate_size: 25 }) }, /mlp.*\[24, 16\].*\[25, 16\]/],
    ["a projector for another tower", "llava-clip", { config: (value) => ({ ...value, vision_feature_layer: [-1, -2] }) }, /linear_1\.weight.*\[16, 16\].*\[16, 32\]/],
    ["an unknown model", "llama", { config: (value) => ({ ...value, model_type: "gpt2" }) }, /model_type.*gpt2/],
    ["an unknown activation", "llama", { config: (value) => ({ ...value, hidden_act: "xielu" }) }, /hidden_act.*xielu/],
    ["an unknown scaling", "llama", { config: (value) => ({ ...value, rope_parameters: { rope_type: "longrope", rope_theta: 1e4 } }) }, /rope_type.*longrope/],
    ["heads that do not share", "llama", { config: (value) => ({ ...value, num_key_value_heads: 3 }) }, /num_key_value_heads.*evenly/],
    ["absurd sizes", "llama", { config: (value) => ({ ...value, hidden_size: 1e12 }) }, /hidden_size/],
    ["an image token beyond the vocabulary", "llava-clip", { config: (value) => ({ ...value, image_token_index: 61 }) }, /image_token_index.*61/],
    ["a layer the tower has not", "llava-clip", { config: (value) => ({ ...value, vision_feature_layer: 9 }) }, /vision_feature_layer.*0 to 3/],
  ])("names %s in one line", async (_, name, change, message) => {
    const before = tf.memory().numTensors;
    const error: unknown = await loadModel(await changed(name, change)).catch((thrown: unknown) => thrown);
    expect(InputError.isInstance(error)).toBe(true);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).not.toContain("\n");
    expect(tf.memory().numTensors).toBe(before);
  });

  it("names a tokenizer that does not fit and a template that is none", async () => {
    const model = await tinyModel(tinyConversations({ black: "", white: "", count: 2 }));
    await saveModel(model, join(folder, "tiny"));
    disposeModel(model);
    await cp(join(folder, "tiny", "tokenizer.json"), join(await changed("llama", {}), "tokenizer.json"));
    await expect(loadModel(join(folder, String(copies)))).rejects.toThrow(/tokenizer\.json.*embedding table has 61 rows/);
    await writeFile(join(folder, "tiny", "chat_template.jinja"), "{% for %}");
    await expect(loadModel(join(folder, "tiny"))).rejects.toThrow(/chat_template.*not valid Jinja/);
    await writeFile(join(folder, "tiny", "tokenizer.json"), "[]");
    await expect(loadModel(join(folder, "tiny"))).rejects.toThrow(/tokenizer\.json.*not a JSON object/);
  });
});

describe("saveModel", () => {
  it("writes what loadModel reads: the same parameters, texts and end tokens", async () => {
    const model = await tinyModel(tinyConversations({ black: "", white: "", count: 2 }));
    await saveModel(model, join(folder, "saved"));
    const loaded = await loadModel(join(folder, "saved"));
    expect(loaded.config).toEqual(model.config);
    expect(loaded.endTokens).toEqual(model.endTokens);
    expect(loaded.imageProcessor).toEqual(model.imageProcessor);
    const messages = [{ role: "user" as const, text: "∠ABC = 60°?" }];
    expect(loaded.chat.render(messages, { generate: true })).toBe(model.chat.render(messages, { generate: true }));
    expect(loaded.tokenizer?.decode(loaded.tokenizer.encode("∠ABC = 60°?"))).toBe("∠ABC = 60°?");
    for (const [name, tensor] of Object.entries(model.parameters)) expect(await loaded.parameters[name]?.data(), name).toEqual(await tensor.data());
    disposeModel(model);
    disposeModel(loaded);
  });
});
