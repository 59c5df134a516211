import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { InputError } from "@mmgeo/dataset";
import { type EncoderRecipe, quickRecipe, recipeSchema } from "@mmgeo/mmclip";
import { loadConfig } from "c12";
import { z } from "zod";
import { nearestName, validateConfig } from "./config-problem.js";
import { presetNames, presets } from "./presets.js";

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
  encoder: z.strictObject({
    /** 0 leaves the encoder as it was drawn: what training is measured against */
    steps: z.number().int().min(0),
    /** of the first weights and the order of the samples; null takes that of the run */
    seed: z.number().int().nullable(),
    /** laid over the recipe of the quick encoder (`recipeSchema` of @mmgeo/mmclip) */
    recipe: z.record(z.string(), z.unknown()),
  }),
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

/** Lays the members of `over` on those of `base`; lists and plain values replace, objects are merged. */
export function mergeConfig(base: unknown, over: unknown): unknown {
  const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);
  if (over === undefined) return base;
  if (!isObject(base) || !isObject(over)) return over;
  return Object.fromEntries([...new Set([...Object.keys(base), ...Object.keys(over)])].map((key) => [key, mergeConfig(base[key], over[key])]));
}

/** A configuration file as an object, and as text for the lines of messages. */
export async function readConfigFile(file: string): Promise<{ value: Record<string, unknown>; text: string }> {
  if (!existsSync(file)) throw new InputError({ message: "there is no such configuration file; check the path given with --config", file });
  try {
    const { config } = await loadConfig<Record<string, unknown>>({ configFile: resolve(file), rcFile: false, globalRc: false, packageJson: false });
    return { value: config ?? {}, text: await readFile(file, "utf8") };
  } catch (error) {
    throw new InputError({ message: `cannot be read as a configuration (${error instanceof Error ? error.message.split("\n")[0]! : String(error)}); correct it`, file, cause: error });
  }
}

/**
 * A preset with `over` laid on it.
 *
 * @throws {InputError} for an unknown preset, and for a member that is unknown or of the wrong type, with its line in `text`
 */
export function completeConfig({ preset, over, file = null, text = "" }: { preset: string; over: Record<string, unknown>; file?: string | null; text?: string }): RunConfig {
  const name = typeof over["preset"] === "string" ? over["preset"] : preset;
  const known = presetNames.find((known) => known === name);
  if (known === undefined) {
    const nearest = nearestName(name, presetNames);
    throw new InputError({ message: `there is no preset "${name}"; ${nearest === null ? "" : `did you mean "${nearest}"? `}take one of ${presetNames.join(", ")}`, field: "preset" });
  }
  const config = validateConfig({ schema: runConfigSchema, value: mergeConfig(presets[known], over), file, text });
  validateConfig({ schema: recipeSchema, value: encoderRecipe(config), file, text, below: ["encoder", "recipe"] });
  return config;
}

/** How the encoder of a run is trained: the quick encoder's recipe with what the configuration lays over it. */
export function encoderRecipe({ encoder }: RunConfig): EncoderRecipe {
  // A run without steps trains nothing, yet its recipe has to be one.
  return mergeConfig(quickRecipe, { ...encoder.recipe, steps: Math.max(1, encoder.steps) }) as EncoderRecipe;
}

/** The configuration of a run: a preset, what the file says beyond it, and the flags on top. */
export async function loadRunConfig({ preset = "quick", file, problems }: { preset?: string; file?: string; problems?: string }): Promise<RunConfig> {
  const { value, text } = file === undefined ? { value: {}, text: "" } : await readConfigFile(file);
  const flags = problems === undefined ? {} : { problems: { folder: resolve(problems) } };
  return completeConfig({ preset, over: mergeConfig(value, flags) as Record<string, unknown>, file: file ?? null, text });
}
