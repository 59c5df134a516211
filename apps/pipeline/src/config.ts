import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { InputError } from "@mmgeo/dataset";
import { encoderSizeSchema, recipeSchema } from "@mmgeo/mmclip";
import { trainingConfigSchema } from "@mmgeo/mmgeolm";
import { loadConfig } from "c12";
import { z } from "zod";
import { nearestName, validateConfig } from "./config-problem.js";
import { mergeConfig } from "./merge-config.js";
import { presetNames, presets } from "./presets.js";
import { encoderRecipe, encoderSize, languageModelStages } from "./recipes.js";

const count = z.number().int().positive();
const overlay = z.record(z.string(), z.unknown());

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
    /** `plain`: black, ruler-straight, one face; `varied`: another look (face, line, turn, hand) for every twenty problems */
    style: z.enum(["plain", "varied"]),
    /** `stated`: what the problem states is marked in the picture where a figure can show it; `none`: lines and letters alone */
    marks: z.enum(["stated", "none"]),
    /** `code`: redrawn pictures of any edit of the code; `template`: only those with other numbers or letters, which is all that filling a template anew gives */
    edits: z.enum(["code", "template"]),
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
    /** a checkpoint folder to go on from (`mmgeo models pull`), or null for the quick encoder from nothing */
    from: z.string().nullable(),
    /** of an encoder from nothing: laid over the size of the quick one (`encoderSizeSchema` of @mmgeo/mmclip) */
    size: overlay,
    /** 0 leaves the encoder as it was drawn: what training is measured against */
    steps: z.number().int().min(0),
    /** how many processes train together, each on its share of every batch: of this machine, or as many as a scheduler started with the same command */
    processes: count.max(1024),
    /** of the first weights and the order of the samples; null takes that of the run */
    seed: z.number().int().nullable(),
    /** laid over the recipe of the quick encoder, or over the paper's for a checkpoint (`recipeSchema` of @mmgeo/mmclip) */
    recipe: z.record(z.string(), z.unknown()),
  }),
  languageModel: z.strictObject({
    /** the folder of a causal language model to build on, or null for a small Llama from nothing */
    from: z.string().nullable(),
    /** steps on words alone, which a model from nothing needs first; 0 leaves them out */
    textSteps: z.number().int().min(0),
    /** stage 2: the projector */
    projectorSteps: count,
    /** stage 3: everything */
    steps: count,
    /** laid over the recipe of each stage (`trainingConfigSchema` of @mmgeo/mmgeolm) */
    recipe: z.strictObject({ text: overlay, projector: overlay, everything: overlay }).partial(),
  }),
  evaluation: z.strictObject({
    /** negatives that each held-out positive is tried against, in every set */
    negatives: count,
    /** held-out questions asked at most */
    questions: count,
  }),
});

export type RunConfig = z.infer<typeof runConfigSchema>;

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
  validateConfig({ schema: encoderSizeSchema, value: encoderSize(config), file, text, below: ["encoder", "size"] });
  for (const { part, recipe } of languageModelStages(config)) validateConfig({ schema: trainingConfigSchema.shape.stages.element, value: recipe, file, text, below: ["languageModel", "recipe", part] });
  return config;
}

/** The configuration of a run: a preset, what the file says beyond it, and the flags on top. */
export async function loadRunConfig({ preset = "quick", file, problems }: { preset?: string; file?: string; problems?: string }): Promise<RunConfig> {
  const { value, text } = file === undefined ? { value: {}, text: "" } : await readConfigFile(file);
  const flags = problems === undefined ? {} : { problems: { folder: resolve(problems) } };
  return completeConfig({ preset, over: mergeConfig(value, flags) as Record<string, unknown>, file: file ?? null, text });
}
