import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { InputError, validate } from "@mmgeo/dataset";
import { loadConfig } from "c12";
import { z } from "zod";

const count = z.number().int().positive();

/** Everything that shapes a run, save where it is written and how many workers do it. */
export const runConfigSchema = z.strictObject({
  preset: z.string(),
  seed: z.number().int(),
  problems: z.strictObject({
    /** a folder in FormalGeo's published layout, or null for problems of the project's own sampler */
    folder: z.string().nullable(),
    /** how many problems are taken; of a folder, a seeded choice */
    count,
  }),
  diagrams: z.strictObject({
    /** image negatives a problem */
    negatives: count,
    /** side of the square pictures, in pixels */
    size: count,
  }),
  captions: z.strictObject({
    /** rule-based negative captions a record */
    rule: count,
    /** retrieved negative captions a record */
    retrieval: count,
  }),
  /** share of the problems that no training sees */
  heldOut: z.number().min(0.05).max(0.9),
  encoder: z.strictObject({ steps: count }),
  languageModel: z.strictObject({
    /** steps on words alone, which a model from nothing needs first */
    textSteps: count,
    /** stage 2: the projector */
    projectorSteps: count,
    /** stage 3: everything */
    steps: count,
  }),
  evaluation: z.strictObject({
    /** negatives that each held-out positive is tried against, in every set */
    negatives: count,
    /** held-out questions asked at most */
    questions: count,
  }),
});

export type RunConfig = z.infer<typeof runConfigSchema>;

export const presets = {
  quick: {
    preset: "quick",
    seed: 1,
    problems: { folder: null, count: 1400 },
    diagrams: { negatives: 3, size: 112 },
    captions: { rule: 5, retrieval: 5 },
    heldOut: 0.2,
    encoder: { steps: 500 },
    languageModel: { textSteps: 500, projectorSteps: 40, steps: 150 },
    evaluation: { negatives: 3, questions: 100 },
  },
  // The same models on more problems, for longer: some hours on two cores.
  small: {
    preset: "small",
    seed: 1,
    problems: { folder: null, count: 6000 },
    diagrams: { negatives: 10, size: 112 },
    captions: { rule: 10, retrieval: 10 },
    heldOut: 0.1,
    encoder: { steps: 20_000 },
    languageModel: { textSteps: 4000, projectorSteps: 500, steps: 4000 },
    evaluation: { negatives: 10, questions: 500 },
  },
} satisfies Record<string, RunConfig>;

/** Lays the members of `over` on those of `base`; lists and plain values replace, objects are merged. */
function merge(base: unknown, over: unknown): unknown {
  const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);
  if (over === undefined) return base;
  if (!isObject(base) || !isObject(over)) return over;
  return Object.fromEntries([...new Set([...Object.keys(base), ...Object.keys(over)])].map((key) => [key, merge(base[key], over[key])]));
}

/**
 * The configuration of a run: a preset, what the file says beyond it, and the flags on top.
 *
 * @throws {InputError} for an unknown preset, a missing file, and a member that is unknown or of the wrong type
 */
export async function loadRunConfig({ preset = "quick", file, problems }: { preset?: string; file?: string; problems?: string }): Promise<RunConfig> {
  let fromFile: Record<string, unknown> = {};
  if (file !== undefined) {
    if (!existsSync(file)) throw new InputError({ message: "there is no such configuration file; check the path given with --config", file });
    fromFile = (await loadConfig<Record<string, unknown>>({ configFile: resolve(file), rcFile: false, globalRc: false, packageJson: false })).config ?? {};
  }
  const name = typeof fromFile["preset"] === "string" ? fromFile["preset"] : preset;
  if (!Object.hasOwn(presets, name)) throw new InputError({ message: `there is no preset "${name}"; take one of ${Object.keys(presets).join(", ")}`, field: "preset" });
  const merged = merge(merge(presets[name as keyof typeof presets], fromFile), problems === undefined ? undefined : { problems: { folder: resolve(problems) } });
  return validate({ schema: runConfigSchema, value: merged, place: { file: file ?? null } });
}
