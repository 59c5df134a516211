import { dirname, join, resolve } from "node:path";
import { type DiagramRecord, InputError, readRecords, validate } from "@mmgeo/dataset";
import { z } from "zod";
import { type ClipModel, loadModel } from "../model/model.js";
import { captionsOf, newEncoder } from "./new-encoder.js";
import { recipeSchema } from "./recipe.js";
import { type Sample, type SampleCounts, samplesOf } from "./sample.js";

const towerSchema = z.strictObject({ width: z.number().int().positive(), layers: z.number().int().positive(), heads: z.number().int().positive(), intermediate: z.number().int().positive().optional() });

/** The file of `mmgeo mmclip train --config`; paths in it are relative to the file. */
export const runConfigSchema = z.strictObject({
  /** A dataset folder, or its records.jsonl. */
  data: z.string().min(1),
  /** The run's folder. */
  out: z.string().min(1),
  /** A checkpoint folder to start from; without it a new encoder of the size `encoder` is made. */
  from: z.string().min(1).optional(),
  encoder: z
    .strictObject({
      type: z.enum(["siglip", "clip"]).default("siglip"),
      vision: towerSchema.extend({ imageSize: z.number().int().positive(), patchSize: z.number().int().positive() }),
      text: towerSchema,
      maximumTokens: z.number().int().positive().optional(),
    })
    .optional(),
  /** Recipes in order. */
  stages: z.array(recipeSchema).min(1),
  seed: z.number().int().default(1),
  /** Steps between checkpoints. */
  saveEvery: z.number().int().positive().optional(),
});
export type RunConfig = z.infer<typeof runConfigSchema>;

/** Checks a run's configuration as it was read from `file` and makes its paths absolute. */
export function parseRunConfig({ value, file }: { value: unknown; file: string }): RunConfig {
  const config = validate({ schema: runConfigSchema, value, place: { file } });
  if ((config.from === undefined) === (config.encoder === undefined)) throw new InputError({ message: "give either `from` (a checkpoint folder) or `encoder` (the size of a new one)", file, field: "encoder" });
  const folder = dirname(resolve(file));
  return { ...config, data: resolve(folder, config.data), out: resolve(folder, config.out), ...(config.from === undefined ? {} : { from: resolve(folder, config.from) }) };
}

/** All samples of a dataset folder or records.jsonl. */
export async function readSamples(path: string): Promise<{ samples: Sample[]; counts: SampleCounts }> {
  const records: DiagramRecord[] = [];
  for await (const record of readRecords(path)) records.push(record);
  return samplesOf({ records, folder: path.endsWith(".jsonl") ? dirname(path) : path });
}

/** The model a run starts with. */
export async function startingModel({ config, samples }: { config: RunConfig; samples: readonly Sample[] }): Promise<ClipModel> {
  if (config.from !== undefined) return loadModel(config.from);
  const { encoder } = config;
  if (encoder === undefined) throw new InputError({ message: "is missing", field: "encoder" });
  return newEncoder({ ...encoder, captions: captionsOf(samples), seed: config.seed });
}

/** Where the trained model of a run lies. */
export function modelFolderOf(config: RunConfig): string {
  return join(config.out, "model");
}
