import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { InputError } from "@mmgeo/dataset";
import { readSafetensors, saveCheckpoint, tf, useNativeBackend } from "@mmgeo/engine";
import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { createModel, disposeModel, loadModel, saveModel } from "./model.js";

const fixtures = fileURLToPath(new URL("../__fixtures__/parity/", import.meta.url));
const config = { model_type: "clip", projection_dim: 8, vision_config: { hidden_size: 8, intermediate_size: 8, num_hidden_layers: 1, num_attention_heads: 2, image_size: 16, patch_size: 8 }, text_config: { hidden_size: 8, intermediate_size: 8, num_hidden_layers: 1, num_attention_heads: 2, vocab_size: 20, max_position_embeddings: 8 } };

let folder: string;
beforeAll(async () => {
  await useNativeBackend();
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "mmclip-model-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test.each(["siglip", "clip", "altclip", "dual-vit", "dual-clip"])("a %s checkpoint is written back with the same names and numbers", async (name) => {
  const model = await loadModel(join(fixtures, name));
  await saveModel({ model, folder });
  const [before, after] = await Promise.all([join(fixtures, name), folder].map((path) => readSafetensors(join(path, "model.safetensors"))));
  expect(Object.keys(after ?? {}).sort()).toEqual(Object.keys(before ?? {}).sort());
  for (const [key, { data, shape }] of Object.entries(before ?? {})) expect(after?.[key], key).toMatchObject({ data, shape });
  const read = async (path: string): Promise<Record<string, unknown>> => JSON.parse(await readFile(join(path, "config.json"), "utf8"));
  const [{ model_type: typeBefore, architectures }, saved] = [await read(join(fixtures, name)), await read(folder)];
  expect(saved).toMatchObject({ model_type: typeBefore, architectures });
  disposeModel(model);
});

test("the parameters of a new model follow from its configuration and seed", () => {
  const [first, same, other] = [1, 1, 2].map((seed) => createModel({ config, seed }));
  const weight = "vision_model.encoder.layers.0.mlp.fc1.weight";
  expect(same?.parameters[weight]?.dataSync()).toEqual(first?.parameters[weight]?.dataSync());
  expect(other?.parameters[weight]?.dataSync()).not.toEqual(first?.parameters[weight]?.dataSync());
  for (const model of [first, same, other]) if (model !== undefined) disposeModel(model);
});

test("tensors that are missing, unknown or of another shape are named", async () => {
  const model = createModel({ config, seed: 1 });
  const write = (change: (parameters: Record<string, tf.Tensor>) => void): Promise<void> => {
    const parameters = { ...model.parameters };
    change(parameters);
    return saveCheckpoint(folder, { config: model.config, parameters });
  };
  await write((parameters) => delete parameters["text_projection.weight"]);
  await expect(loadModel(folder)).rejects.toThrow("text_projection.weight: is missing from the checkpoint");
  await write((parameters) => (parameters["vision_model.extra"] = tf.zeros([1])));
  await expect(loadModel(folder)).rejects.toThrow("vision_model.extra: does not belong to a clip model");
  await write((parameters) => (parameters["visual_projection.weight"] = tf.zeros([8, 9])));
  await expect(loadModel(folder)).rejects.toThrow("visual_projection.weight: has shape [8, 9], but config.json makes it [8, 8]");
  await writeFile(join(folder, "config.json"), "{");
  await expect(loadModel(folder)).rejects.toSatisfy(InputError.isInstance);
  await expect(loadModel(join(folder, "nowhere"))).rejects.toSatisfy(InputError.isInstance);
  disposeModel(model);
});

test("a checkpoint may be the old one that carries position numbers", async () => {
  const model = createModel({ config, seed: 1 });
  await saveCheckpoint(folder, { config: model.config, parameters: { ...model.parameters, "text_model.embeddings.position_ids": tf.range(0, 8, 1, "int32") } });
  const loaded = await loadModel(folder);
  expect(Object.keys(loaded.parameters)).toEqual(expect.arrayContaining(Object.keys(model.parameters)));
  disposeModel(loaded);
  disposeModel(model);
});
