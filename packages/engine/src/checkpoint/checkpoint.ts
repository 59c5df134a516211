import { mkdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { hasNativeBackend, requireBackend } from "../backend/backend.js";
import { InputError } from "../input-error.js";
import { readSafetensorsHeader, streamSafetensors, writeSafetensors, type HostTensor, type SafetensorsEntry, type SafetensorsType, type TensorToWrite } from "./safetensors.js";

/** Parameters by the names of the Hugging Face checkpoint. */
export type Parameters = Record<string, tf.Tensor>;

export interface Checkpoint {
  /** The parsed `config.json`. */
  readonly config: Record<string, unknown>;
  readonly parameters: Parameters;
}

export interface LoadOptions {
  /** Which tensors to load. @default all */
  readonly select?: (name: string) => boolean;
  /**
   * The shapes of all parameters that the model has, by name: a tensor that is missing, of another shape, or (among those selected) not of the
   * model is an error before any is read. @default whatever the checkpoint has
   */
  readonly shapes?: Readonly<Record<string, readonly number[]>>;
}

/**
 * Loads a folder that transformers wrote: `config.json` with `model.safetensors`, or shards with `model.safetensors.index.json`.
 * All headers are read and checked first. Tensors go to the backend one at a time, so host memory never holds a second copy of
 * the model.
 * @throws InputError if the folder is not a checkpoint, or not that of the model that `shapes` describes
 */
export async function loadCheckpoint(folder: string, { select = () => true, shapes }: LoadOptions = {}): Promise<Checkpoint> {
  const config = await readJson(join(folder, "config.json"), "is this the folder of a checkpoint?");
  const files: { file: string; entries: SafetensorsEntry[] }[] = [];
  for (const { file, names } of await weightFiles(folder)) {
    const entries = new Map((await readSafetensorsHeader(file)).entries.map((entry) => [entry.name, entry]));
    const selected: SafetensorsEntry[] = [];
    for (const name of names ?? entries.keys()) {
      const entry = entries.get(name);
      if (entry === undefined) throw new InputError({ file, field: name, message: "is named by the index but not in the file: download or write the checkpoint again" });
      if (select(name)) selected.push(entry);
    }
    files.push({ file, entries: selected });
  }
  if (shapes !== undefined) checkShapes({ folder, selected: files.flatMap(({ file, entries }) => entries.map((entry) => ({ file, entry }))), shapes });
  const parameters: Parameters = {};
  try {
    await streamSafetensors({ files, take: (name, tensor) => (parameters[name] = upload(tensor)) });
  } catch (error) {
    tf.dispose(parameters);
    throw error;
  }
  return { config, parameters };
}

function checkShapes({ folder, selected, shapes }: { folder: string; selected: readonly { file: string; entry: SafetensorsEntry }[]; shapes: Readonly<Record<string, readonly number[]>> }): void {
  const missing = new Set(Object.keys(shapes));
  for (const { file, entry } of selected) {
    const wanted = Object.hasOwn(shapes, entry.name) ? shapes[entry.name] : undefined;
    if (wanted === undefined) throw new InputError({ file, field: entry.name, message: "is not a parameter of this model: is it the checkpoint of another one?" });
    if (String(wanted) !== String(entry.shape)) throw new InputError({ file, field: entry.name, message: `has shape [${entry.shape}] where the model has [${wanted}]: is config.json of this checkpoint?` });
    missing.delete(entry.name);
  }
  const [first] = missing;
  if (first !== undefined) throw new InputError({ file: folder, field: first, message: `is missing${missing.size > 1 ? `, as are ${missing.size - 1} more` : ""}: is it the checkpoint of another model?` });
}

/** A tensor that owns its memory: TensorFlow has copied the data when this returns. */
function upload(tensor: HostTensor): tf.Tensor {
  if (!hasNativeBackend()) return toTensor({ ...tensor, data: tensor.data.slice() });
  const result = toTensor(tensor);
  const { backend } = requireBackend();
  backend.realId(backend.tensorMap.get(result.dataId));
  return result;
}

/** The file or shards of a checkpoint, each with the names the index says it has (null: all it has). */
async function weightFiles(folder: string): Promise<{ file: string; names: string[] | null }[]> {
  const single = join(folder, "model.safetensors");
  if (await exists(single)) return [{ file: single, names: null }];
  const indexFile = join(folder, "model.safetensors.index.json");
  if (!(await exists(indexFile))) throw new InputError({ file: folder, message: "has neither model.safetensors nor model.safetensors.index.json: is this the folder of a checkpoint?" });
  const { weight_map: map } = await readJson(indexFile, "download or write the checkpoint again");
  if (typeof map !== "object" || map === null) throw new InputError({ file: indexFile, field: "weight_map", message: "is not an object: download or write the checkpoint again" });
  const shards = new Map<string, string[]>();
  for (const [name, shard] of Object.entries(map)) {
    if (typeof shard !== "string" || /[/\\]/.test(shard)) throw new InputError({ file: indexFile, field: name, message: "does not name a file of this folder" });
    shards.set(shard, [...(shards.get(shard) ?? []), name]);
  }
  return [...shards].map(([shard, names]) => ({ file: join(folder, shard), names }));
}

export interface SaveOptions {
  /** Type of the floating-point weights on disk. @default "F32" */
  readonly type?: Extract<SafetensorsType, "F32" | "BF16">;
  /** Bytes after which a new shard begins. @default 5e9, as transformers does */
  readonly maxShardSize?: number;
}

/** Writes `config.json` and the weights as transformers does. Every file is published by a rename, the index last. */
export async function saveCheckpoint(folder: string, { config, parameters }: Checkpoint, { type = "F32", maxShardSize = 5e9 }: SaveOptions = {}): Promise<void> {
  await mkdir(folder, { recursive: true });
  const shards: string[][] = [[]];
  let shardSize = 0;
  let totalSize = 0;
  for (const [name, { size, dtype }] of Object.entries(parameters)) {
    const bytes = size * (dtype === "float32" && type === "BF16" ? 2 : 4);
    if (shardSize > 0 && shardSize + bytes > maxShardSize) {
      shards.push([]);
      shardSize = 0;
    }
    (shards.at(-1) as string[]).push(name);
    shardSize += bytes;
    totalSize += bytes;
  }
  const fileOf = (index: number): string =>
    shards.length === 1 ? "model.safetensors" : `model-${String(index + 1).padStart(5, "0")}-of-${String(shards.length).padStart(5, "0")}.safetensors`;
  const map: Record<string, string> = {};
  for (const [index, names] of shards.entries()) {
    const tensors: Record<string, TensorToWrite> = {};
    for (const name of names) {
      const tensor = parameters[name] as tf.Tensor;
      // One at a time leaves the backend.
      tensors[name] = { shape: tensor.shape, type: typeOnDisk(name, tensor, type), data: async () => (await tensor.data()) as HostTensor["data"] };
      map[name] = fileOf(index);
    }
    await writeSafetensors(join(folder, fileOf(index)), tensors);
  }
  await writeJson(join(folder, "config.json"), config);
  if (shards.length > 1) await writeJson(join(folder, "model.safetensors.index.json"), { metadata: { total_size: totalSize }, weight_map: map });
}

function typeOnDisk(name: string, { dtype }: tf.Tensor, floats: SafetensorsType): SafetensorsType {
  if (dtype === "float32") return floats;
  if (dtype === "int32") return "I32";
  if (dtype === "bool") return "BOOL";
  throw new Error(`saveCheckpoint: ${name} is of type ${dtype}, which a checkpoint cannot hold`);
}

/** A host tensor on the backend. */
export function toTensor({ shape, data }: HostTensor): tf.Tensor {
  return tf.tensor(data, [...shape], data instanceof Float32Array ? "float32" : data instanceof Int32Array ? "int32" : "bool");
}

/** Writes JSON beside the file and renames it over. */
export async function writeJson(file: string, value: unknown): Promise<void> {
  const partial = `${file}.partial-${process.pid}`;
  await writeFile(partial, `${JSON.stringify(value, null, 2)}\n`);
  await rename(partial, file);
}

/** Reads a JSON object; what to do if it is none is the caller's `advice`. */
export async function readJson(file: string, advice: string): Promise<Record<string, unknown>> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    throw new InputError({ file, message: `cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown error"}): ${advice}`, cause: error });
  }
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch (error) {
    throw new InputError({ file, message: `is not JSON (${(error as Error).message}): ${advice}`, cause: error });
  }
  throw new InputError({ file, message: `is not a JSON object: ${advice}` });
}

async function exists(file: string): Promise<boolean> {
  try {
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}
