import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { readSafetensors, useNativeBackend } from "@mmgeo/engine";
import { afterAll, beforeAll, expect, test } from "vitest";
import { encodeImages, encodeTexts } from "./model/encode.js";
import { type ClipModel, disposeModel, saveModel } from "./model/model.js";
import { barSamples } from "./testing.js";
import { captionsOf, newEncoder } from "./training/new-encoder.js";
import type { Sample } from "./training/sample.js";
import { trainEncoder } from "./training/train-encoder.js";

const environment = join(process.env["MMGEO_CACHE"] ?? join(homedir(), ".cache", "mmgeo"), "parity-venv", ".complete");
const runner = fileURLToPath(new URL("../../../tooling/parity/python", import.meta.url));
const hasPython = existsSync(environment) && existsSync(runner);

let folder: string;
let samples: Sample[];
beforeAll(async () => {
  await useNativeBackend();
  ({ folder, samples } = await barSamples());
  if (!hasPython) console.log("skipped: no Python with transformers; tooling/parity/setup.sh installs it. The committed references of parity.test.ts are checked all the same");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function largestDifference(left: ArrayLike<number>, right: ArrayLike<number>): number {
  expect(left.length).toBe(right.length);
  let largest = 0;
  for (let index = 0; index < left.length; index++) largest = Math.max(largest, Math.abs((left[index] as number) - (right[index] as number)));
  return largest;
}

test.skipIf(!hasPython)("transformers opens SigLIP and CLIP encoders trained here and makes the same embeddings of captions and pictures", async () => {
  const captions = [...samples.map(({ caption }) => caption), "A triangle ABC that it never saw, ∠ABC is 60.5°."];
  const images = samples.map(({ image }) => image);
  const jobs: { folder: string; captions: string[]; images: string[]; out: string }[] = [];
  const models: ClipModel[] = [];
  for (const type of ["siglip", "clip"] as const) {
    const untrained = newEncoder({ captions: captionsOf(samples), seed: 1, type, vision: { width: 16, layers: 1, heads: 2, imageSize: 24, patchSize: 8 }, text: { width: 16, layers: 1, heads: 2 } });
    const { model } = await trainEncoder({ model: untrained, samples, recipe: { steps: 5, batchSize: 4, learningRate: 1e-2 }, seed: 1 });
    await saveModel({ model, folder: join(folder, type) });
    models.push(model);
    jobs.push({ folder: join(folder, type), captions, images, out: join(folder, `${type}.safetensors`) });
  }
  await writeFile(join(folder, "jobs.json"), JSON.stringify(jobs));
  await promisify(execFile)(runner, ["open_clip_folder.py", join(folder, "jobs.json")]);
  for (const [index, model] of models.entries()) {
    const python = await readSafetensors(jobs[index]?.out ?? "");
    expect(largestDifference((await encodeTexts({ model, texts: captions })).data, python["text_embeds"]?.data ?? [])).toBeLessThan(2e-5);
    // A picture may differ by one of 255 levels after resizing.
    expect(largestDifference((await encodeImages({ model, images })).data, python["image_embeds"]?.data ?? [])).toBeLessThan(0.02);
    disposeModel(model);
  }
}, 180_000);
