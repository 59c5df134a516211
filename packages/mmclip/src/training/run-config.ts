import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { type DiagramRecord, InputError, readRecords, validate } from "@mmgeo/dataset";
import { pullModel } from "@mmgeo/engine";
import { z } from "zod";
import { type ClipModel, loadModel } from "../model/model.js";
import { encoderSizeSchema } from "./encoder-size.js";
import { captionsOf, newEncoder } from "./new-encoder.js";
import { recipeSchema } from "./recipe.js";
import { type Sample, type SampleCounts, samplesOf, samplesOfPaper } from "./sample.js";

/** The file of `mmgeo mmclip train --config`; paths in it are relative to the file. */
export const runConfigSchema = z.strictObject({
  /** A dataset folder, its records.jsonl, or a JSON file in one of the paper's two forms; several of them in a list. */
  data: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]).transform((paths) => (typeof paths === "string" ? [paths] : paths)),
  /** The run's folder. */
  out: z.string().min(1),
  /** A checkpoint to start from: a folder, or the id of a repository of the Hugging Face hub; without it a new encoder of the size `encoder` is made. */
  from: z.string().min(1).optional(),
  encoder: encoderSizeSchema.optional(),
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
  return { ...config, data: config.data.map((path) => resolve(folder, path)), out: resolve(folder, config.out), ...(config.from === undefined ? {} : { from: localOrHub(config.from, folder) }) };
}

/** A path that exists below `folder` as an absolute one; what else reads like `owner/name` is left for the hub. */
function localOrHub(model: string, folder: string): string {
  const path = resolve(folder, model);
  return existsSync(path) || !/^[\w.-]+\/[\w.-]+$/u.test(model) ? path : model;
}

/** The folder of a checkpoint: the one given, or that of the hub's repository `owner/name`, which is fetched once. */
export async function checkpointFolder(model: string, { onProgress }: { onProgress?: (line: string) => void } = {}): Promise<string> {
  return existsSync(model) || !/^[\w.-]+\/[\w.-]+$/u.test(model) ? model : pullModel({ model, onProgress });
}

/** All samples of dataset folders, records.jsonl files and files in the paper's forms. */
export async function readSamples(paths: string | readonly string[]): Promise<{ samples: Sample[]; counts: SampleCounts }> {
  const all: { samples: Sample[]; counts: SampleCounts } = { samples: [], counts: { samples: 0, sameAsPositive: 0, repeated: 0 } };
  for (const path of typeof paths === "string" ? [paths] : paths) {
    const { samples, counts } = path.endsWith(".json") ? await samplesOfPaper(path) : await samplesOfRecords(path);
    all.samples.push(...samples);
    for (const name of ["samples", "sameAsPositive", "repeated"] as const) all.counts[name] += counts[name];
  }
  return all;
}

async function samplesOfRecords(path: string): Promise<{ samples: Sample[]; counts: SampleCounts }> {
  const records: DiagramRecord[] = [];
  for await (const record of readRecords(path)) records.push(record);
  return samplesOf({ records, folder: path.endsWith(".jsonl") ? dirname(path) : path });
}

/** The model a run starts with. */
export async function startingModel({ config, samples }: { config: RunConfig; samples: readonly Sample[] }): Promise<ClipModel> {
  if (config.from !== undefined) return loadModel(await checkpointFolder(config.from));
  const { encoder } = config;
  if (encoder === undefined) throw new InputError({ message: "is missing", field: "encoder" });
  return newEncoder({ ...encoder, captions: captionsOf(samples), seed: config.seed });
}

/** Where the trained model of a run lies. */
export function modelFolderOf(config: RunConfig): string {
  return join(config.out, "model");
}
