import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tf, useNativeBackend } from "@mmgeo/engine";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadPixels } from "../generation/generate.js";
import { disposeModel, type Model } from "../model/model.js";
import { visionFeatures } from "../model/multimodal.js";
import { greyPng, tinyConversations, tinyModel } from "../testing.js";
import { featureStore, pixelStoreOf } from "./vision-cache.js";

let folder = "";
let model: Model;
let images: string[] = [];
beforeAll(async () => {
  await useNativeBackend();
  folder = await mkdtemp(join(tmpdir(), "mmgeolm-features-"));
  images = [join(folder, "black.png"), join(folder, "white.png"), join(folder, "white-again.png")];
  for (const [index, grey] of [0, 255, 255].entries()) await writeFile(images[index] as string, greyPng(grey));
  model = await tinyModel(tinyConversations({ black: "", white: "", count: 2 }));
});
afterAll(async () => {
  disposeModel(model);
  await rm(folder, { recursive: true, force: true });
});

const storeOf = (of: Model, kept: string | null) => featureStore({ model: of, images, pixels: pixelStoreOf(of) as NonNullable<ReturnType<typeof pixelStoreOf>>, folder: kept });

describe("featureStore", () => {
  it("gives what the tower gives, from memory and from disk", async () => {
    const pixels = await loadPixels(model, images);
    const expected = visionFeatures({ parameters: model.parameters, config: model.config.multimodal as NonNullable<Model["config"]["multimodal"]>, pixels });
    for (const kept of [null, join(folder, "kept"), join(folder, "kept")]) {
      const { shape, data } = await (await storeOf(model, kept)).features(images);
      expect(shape).toEqual(expected.shape);
      const difference = tf.max(tf.abs(tf.sub(tf.tensor(data as Float32Array, expected.shape), expected)));
      expect((await difference.data())[0]).toBeLessThan(1e-5);
    }
  });

  it("finds pictures by their content and towers by theirs", async () => {
    const kept = join(folder, "found");
    expect((await storeOf(model, kept)).counts).toEqual({ computed: 3, found: 0 });
    expect((await storeOf(model, kept)).counts).toEqual({ computed: 0, found: 3 });
    const [tower] = await readdir(kept);
    // Two of the three pictures are the same.
    expect(await readdir(join(kept, tower as string))).toHaveLength(2);
    const name = "vision_tower.vision_model.encoder.layers.0.mlp.fc1.bias";
    const other = { ...model, parameters: { ...model.parameters, [name]: tf.ones(model.parameters[name]?.shape as number[]) } };
    expect((await storeOf(other, kept)).counts).toEqual({ computed: 3, found: 0 });
  });

  it("computes anew what was cut off", async () => {
    const kept = join(folder, "cut");
    await storeOf(model, kept);
    const [tower] = await readdir(kept);
    for (const file of await readdir(join(kept, tower as string))) await writeFile(join(kept, tower as string, file), "half");
    expect((await storeOf(model, kept)).counts).toEqual({ computed: 3, found: 0 });
  });
});
