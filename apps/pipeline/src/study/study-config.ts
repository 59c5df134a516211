import { InputError } from "@mmgeo/dataset";
import { z } from "zod";
import { completeConfig, readConfigFile, type RunConfig } from "../config.js";
import { validateConfig } from "../config-problem.js";
import { mergeConfig } from "../merge-config.js";
import { measures } from "./cell.js";

const overlay = z.record(z.string(), z.unknown());

export const studyConfigSchema = z.strictObject({
  title: z.string().min(1),
  /** what the study asks, for its page */
  question: z.string().default(""),
  /** a run's configuration, laid over its preset: what all variants share, and what all are measured on */
  base: overlay.default({}),
  /** seeds of the training; the data are those of the base */
  seeds: z.array(z.number().int()).min(1).max(100).default([1]),
  /** whether a language model is trained on each encoder and asked the held-out questions */
  languageModel: z.boolean().default(false),
  /** what each variant lays over the base */
  variants: z.array(z.strictObject({ name: z.string().min(1), over: overlay.default({}) })).min(1),
  /** settings by dotted path (`captions.retrieval`) and their values: each variant is tried with every combination */
  grid: z.record(z.string(), z.array(z.union([z.number(), z.string(), z.boolean()])).min(1)).default({}),
  /** claims of order: on the set named, `better` is thought to be above `worse` */
  comparisons: z.array(z.strictObject({ better: z.string(), worse: z.string(), set: z.enum(measures) })).default([]),
});

export type StudyConfig = z.infer<typeof studyConfigSchema>;

export interface Variant {
  name: string;
  /** one configuration a seed, in the order of the study's seeds */
  configs: RunConfig[];
}

export interface Study extends Omit<StudyConfig, "variants" | "grid" | "base"> {
  base: RunConfig;
  variants: Variant[];
}

/** The most trainings that a study may ask for: more is a slip in a grid. */
const MOST_CELLS = 2000;

function atPath(path: string, value: unknown): Record<string, unknown> {
  return path.split(".").reduceRight<unknown>((inner, name) => ({ [name]: inner }), value) as Record<string, unknown>;
}

/** Every combination of the grid's values, as what it lays over a variant and how it is called. */
function combinations(grid: StudyConfig["grid"]): { name: string; over: Record<string, unknown> }[] {
  let all = [{ name: "", over: {} as Record<string, unknown> }];
  for (const [path, values] of Object.entries(grid)) {
    all = all.flatMap(({ name, over }) => values.map((value) => ({ name: `${name}, ${path} ${value}`, over: mergeConfig(over, atPath(path, value)) as Record<string, unknown> })));
    if (all.length > MOST_CELLS) throw new InputError({ message: `the grid has more than ${MOST_CELLS} combinations; take fewer values`, field: `grid.${path}` });
  }
  return all;
}

/** A study with every variant's configuration complete and checked. */
export function completeStudy(config: StudyConfig, { file = null, text = "" }: { file?: string | null; text?: string } = {}): Study {
  const configOf = (over: Record<string, unknown>): RunConfig => completeConfig({ preset: "quick", over: mergeConfig(config.base, over) as Record<string, unknown>, file, text });
  const variants = config.variants.flatMap(({ name, over }) =>
    combinations(config.grid).map((combination) => ({
      name: `${name}${combination.name}`,
      configs: config.seeds.map((seed) => configOf(mergeConfig(mergeConfig(over, combination.over), { encoder: { seed } }) as Record<string, unknown>)),
    })),
  );
  const names = new Set(variants.map(({ name }) => name));
  if (names.size < variants.length) throw new InputError({ message: "two variants have the same name; rename one", file, field: "variants" });
  for (const { better, worse, set } of config.comparisons) {
    for (const name of [better, worse]) if (!names.has(name)) throw new InputError({ message: `no variant is called "${name}"; take one of ${[...names].join("; ")}`, file, field: "comparisons" });
    if (set === "questions" && !config.languageModel) throw new InputError({ message: 'questions are asked only with "languageModel": true', file, field: "comparisons" });
  }
  return { ...config, base: configOf({}), variants };
}

/** @throws {InputError} for a missing file and for a setting that is unknown or of the wrong type, with its line */
export async function loadStudy(file: string): Promise<Study> {
  const { value, text } = await readConfigFile(file);
  return completeStudy(validateConfig({ schema: studyConfigSchema, value, file, text }), { file, text });
}
