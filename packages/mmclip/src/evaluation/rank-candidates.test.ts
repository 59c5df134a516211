import { rm } from "node:fs/promises";
import { useNativeBackend } from "@mmgeo/engine";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ClipModel, disposeModel } from "../model/model.js";
import { barSamples } from "../testing.js";
import { captionsOf, newEncoder } from "../training/new-encoder.js";
import type { Sample } from "../training/sample.js";
import { candidateSets, rankCandidates } from "./rank-candidates.js";

let folder: string;
let samples: Sample[];
let model: ClipModel;
beforeAll(async () => {
  await useNativeBackend();
  ({ folder, samples } = await barSamples());
  model = newEncoder({ captions: captionsOf(samples), seed: 2, vision: { width: 16, layers: 1, heads: 2, imageSize: 16, patchSize: 8 }, text: { width: 16, layers: 1, heads: 2 } });
});
afterAll(async () => {
  disposeModel(model);
  await rm(folder, { recursive: true, force: true });
});

test.each(candidateSets)("%s: one rank a sample that has such negatives, within its candidates, the same every time", async (set) => {
  const ranks = await rankCandidates({ model, samples, set, negatives: 3, seed: 7 });
  if (set === "retrieval") {
    expect(ranks).toEqual([]);
    return;
  }
  expect(ranks.map(({ id }) => id)).toEqual(samples.map(({ id }) => id));
  for (const { rank, count, classes } of ranks) {
    expect(count).toBe(4);
    expect(rank).toBeGreaterThanOrEqual(1);
    expect(rank).toBeLessThanOrEqual(4);
    // The positive beat as many negatives as its rank says.
    if (set !== "random") expect(classes.number).toEqual({ won: 4 - rank, count: 3 });
  }
  expect(await rankCandidates({ model, samples, set, negatives: 3, seed: 7, batchSize: 3 })).toEqual(ranks);
});

test("blind ranks depend on the candidates alone: every anchor sees the same order", async () => {
  const ranks = await rankCandidates({ model, samples, set: "rule" });
  // All samples choose among the same eight captions, so each rank occurs once.
  expect(ranks.map(({ blindRank }) => blindRank).sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});

test("a negative that cannot be told from the positive counts against it", async () => {
  const twin = samples.map((sample) => ({ ...sample, imageNegatives: [{ image: sample.image, caption: null, classes: [] }] }));
  const ranks = await rankCandidates({ model, samples: twin, set: "image" });
  expect(ranks.every(({ rank }) => rank === 2)).toBe(true);
});
