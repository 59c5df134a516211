import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { useNativeBackend } from "@mmgeo/engine";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PixelStore } from "../images/pixel-store.js";
import { disposeModel } from "../model/model.js";
import { barSamples } from "../testing.js";
import { captionsOf, newEncoder } from "../training/new-encoder.js";
import { classRanks } from "./class-ranks.js";
import type { CandidateRank } from "./rank-candidates.js";
import { pairRanks, writeRanks } from "./rank-files.js";
import { similarityMap, similarityMapSvg } from "./similarity-map.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mmclip-evaluation-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const rankOf = (id: string, rank: number, more: Partial<CandidateRank> = {}): CandidateRank => ({ id, set: "rule", rank, blindRank: rank, count: 4, classes: {}, ...more });

test("by class of edits the positive stands among the negatives of that class alone", () => {
  const ranks = [rankOf("a", 2, { classes: { number: { won: 1, count: 2 }, order: { won: 1, count: 1 } } }), rankOf("b", 1, { classes: { number: { won: 3, count: 3 } } })];
  expect(classRanks(ranks)).toEqual({ number: [{ rank: 2, count: 3 }, { rank: 1, count: 4 }], order: [{ rank: 1, count: 2 }] });
});

test("two files of ranks are paired by sample, and ranks of different data are not", async () => {
  const [first, second, other] = ["first", "second", "other"].map((name) => join(folder, `${name}.jsonl`)) as [string, string, string];
  await writeRanks(first, [rankOf("a", 1), rankOf("b", 3), rankOf("c", 1)]);
  await writeRanks(second, [rankOf("b", 1), rankOf("a", 2), rankOf("d", 1)]);
  expect(await pairRanks({ first, second })).toEqual([{ set: "rule", ids: ["a", "b"], first: [true, false], second: [false, true] }]);
  await writeRanks(other, [rankOf("a", 1, { count: 9 })]);
  await expect(pairRanks({ first, second: other })).rejects.toThrow('has 9 candidates for "a" in the set rule, where the first has 4');
  await writeFile(other, '{"id": "z", "set": "rule", "rank": 1, "count": 4}\n');
  await expect(pairRanks({ first, second: other })).rejects.toThrow("has no sample of");
});

test("a map has a value a patch, nothing where the patch is blank already, and is drawn over the picture", async () => {
  await useNativeBackend();
  const { folder: bars, samples } = await barSamples();
  const model = newEncoder({ captions: captionsOf(samples), seed: 2, vision: { width: 16, layers: 1, heads: 2, imageSize: 16, patchSize: 4 }, text: { width: 16, layers: 1, heads: 2 } });
  const sample = samples[0] as (typeof samples)[number];
  const map = await similarityMap({ model, image: sample.image, text: sample.caption, against: samples[1]?.caption });
  expect(map).toMatchObject({ rows: 4, columns: 4 });
  const { data, shape } = await new PixelStore({ processor: model.imageProcessor }).pixels([sample.image]);
  const white = Math.max(...data);
  for (let patch = 0; patch < 16; patch++) {
    const isBlank = Array.from({ length: 16 }, (_, index) => data[((patch >> 2) * 4 + (index >> 2)) * shape[3] + (patch & 3) * 4 + (index & 3)]).every((value) => value === white);
    if (isBlank) expect(map.values[patch]).toBeCloseTo(0, 6);
  }
  expect(map.values.some((value) => Math.abs(value) > 1e-5)).toBe(true);
  const svg = await similarityMapSvg({ map, image: sample.image, title: "AB < CD" });
  expect(svg).toContain("<image href=\"data:image/png;base64,");
  expect(svg).toContain("AB &#60; CD");
  expect((await new PixelStore({ processor: model.imageProcessor, variant: "rotate-30" }).pixels([sample.image])).data).not.toEqual(data);
  disposeModel(model);
  await rm(bars, { recursive: true });
});
