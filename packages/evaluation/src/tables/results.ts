import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { InputError } from "@mmgeo/dataset";
import { z } from "zod";
import { readJson } from "../benchmarks/files.js";
import { compareRuns } from "../compare.js";
import type { Interval } from "../statistics/wilson.js";

const intervalSchema = z.tuple([z.number(), z.number()]);
const officialSchema = z.object({ accuracy: z.number(), interval: intervalSchema }).nullish();
const scoreSchema = z.looseObject({
  model: z.string(),
  benchmark: z.string(),
  checksum: z.string(),
  n: z.number(),
  accuracy: z.number(),
  interval: intervalSchema,
  official: officialSchema,
  variant: z.string().nullish(),
  blind: z.boolean().optional(),
  byCategory: z.record(z.string(), z.object({ n: z.number(), accuracy: z.number(), interval: intervalSchema, official: officialSchema })),
});
const hitRatesSchema = z.looseObject({ model: z.string(), sets: z.record(z.string(), z.looseObject({ n: z.number(), hitAt1: z.number(), interval: intervalSchema })) });

/** A figure of a cell, as a fraction. */
export interface Figure {
  value: number;
  interval: Interval;
  n: number;
  /** paired difference to the run over the questions as they are */
  difference?: { value: number; interval: Interval };
}

/** The figures of one model or encoder that its result folders hold. */
export interface ModelResults {
  model: string;
  /** by benchmark, then by category, "" for all of it */
  benchmarks: Map<string, Map<string, Figure>>;
  /** by benchmark, then by variant, "" for the questions as they are */
  variants: Map<string, Map<string, Figure>>;
  /** by set of candidates */
  sets: Map<string, Figure>;
}

type ScoreFolder = z.infer<typeof scoreSchema> & { folder: string };

const inMap = <Value>(map: Map<string, Value>, key: string, make: () => Value): Value => {
  const found = map.get(key) ?? make();
  map.set(key, found);
  return found;
};

async function readScore(path: string): Promise<ScoreFolder | z.infer<typeof hitRatesSchema>> {
  const isFolder = (await stat(path).catch(() => null))?.isDirectory() ?? false;
  const file = isFolder ? ["score.json", "hit-rates.json"].map((name) => join(path, name)).find(existsSync) : path;
  if (file === undefined) throw new InputError({ message: "holds neither score.json nor hit-rates.json; give folders that `evaluate run` or `evaluate score --out` wrote", file: path });
  const value = await readJson(file, z.union([hitRatesSchema, scoreSchema]));
  return "sets" in value && !("benchmark" in value) ? (value as z.infer<typeof hitRatesSchema>) : { ...(value as z.infer<typeof scoreSchema>), folder: path };
}

/**
 * Reads what `evaluate run` and `evaluate score --out` wrote, and `mmclip evaluate --json` into a file, and gathers the figures of each model.
 * Runs with a variant are set against the run over the same questions as they are, where that is among the folders.
 *
 * @param official takes the authors' scores where there are any
 */
export async function readResults(paths: readonly string[], { official = false }: { official?: boolean } = {}): Promise<ModelResults[]> {
  const models = new Map<string, ModelResults>();
  const folders: ScoreFolder[] = [];
  const of = (model: string) => inMap(models, model, (): ModelResults => ({ model, benchmarks: new Map(), variants: new Map(), sets: new Map() }));
  for (const path of paths) {
    const score = await readScore(path);
    if (!("folder" in score)) {
      for (const [set, { n, hitAt1, interval }] of Object.entries((score as z.infer<typeof hitRatesSchema>).sets)) of(score.model).sets.set(set, { value: hitAt1, interval, n });
      continue;
    }
    folders.push(score as ScoreFolder);
  }
  const plain = folders.filter(({ variant, blind }) => (variant ?? null) === null && blind !== true);
  for (const score of folders) {
    const { model, benchmark, variant, blind } = score;
    const results = of(blind === true ? `${model}, without pictures` : model);
    const figureOf = (one: Pick<ScoreFolder, "n" | "accuracy" | "interval" | "official">): Figure => {
      const { accuracy, interval } = official ? (one.official ?? one) : one;
      return { value: accuracy, interval, n: one.n };
    };
    const figure = figureOf(score);
    if ((variant ?? null) === null) {
      const categories = inMap(results.benchmarks, benchmark, () => new Map<string, Figure>());
      categories.set("", figure);
      for (const [category, one] of Object.entries(score.byCategory)) categories.set(category, figureOf(one));
      inMap(results.variants, benchmark, () => new Map<string, Figure>()).set("", figure);
      continue;
    }
    const base = plain.find((one) => one.model === model && one.benchmark === benchmark && one.checksum === score.checksum);
    const compared = base === undefined ? null : await compareRuns(score.folder, base.folder);
    if (compared !== null) figure.difference = { value: compared.overall.difference, interval: compared.overall.interval };
    inMap(results.variants, benchmark, () => new Map<string, Figure>()).set(variant as string, figure);
  }
  return [...models.values()];
}
