import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, rename, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { cacheFolder, readSafetensors, writeSafetensors, type HostTensor } from "@mmgeo/engine";
import { InputError } from "@mmgeo/dataset";
import { vectorSearch } from "../retrieval/vector-search.js";
import type { Search } from "../retrieval/search.js";
import { sentenceEncoder, type EmbedderSource } from "./embedder.js";
import { readNpy } from "./npy.js";

async function contentKey({ files, settings = "" }: EmbedderSource, texts: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  if (settings !== "") hash.update(`${settings}\n`);
  for (const file of files) {
    const information = await stat(file).catch(() => null);
    if (information === null) continue;
    hash.update(`${basename(file)} ${information.size}\n`);
    for await (const block of createReadStream(file)) hash.update(block as Buffer);
  }
  for (const text of texts) hash.update(`${Buffer.byteLength(text)} ${text}\n`);
  return hash.digest("hex");
}

export interface CachedVectors {
  /** row after row, of unit length */
  vectors: Float32Array;
  width: number;
  /** whether they were read and not computed */
  cached: boolean;
}

/** A sentence encoder's folder, or any other source of vectors. */
export type EmbedderGiven = string | EmbedderSource;

/**
 * Vectors of texts under an embedder. They are kept in the per-user cache under a hash of its files and the texts, so the
 * same texts are embedded once.
 *
 * @param input.embedder folder of a BERT sentence encoder, or another source of vectors
 * @param input.cache folder to keep them in; null keeps nothing. Default: `embeddings` in the engine's cache folder
 */
export async function embedTexts({ embedder: given, texts, cache = join(cacheFolder(), "embeddings"), onProgress }: { embedder: EmbedderGiven; texts: readonly string[]; cache?: string | null; onProgress?: (done: number, total: number) => void }): Promise<CachedVectors> {
  const source = typeof given === "string" ? sentenceEncoder(given) : given;
  const file = cache === null ? null : join(cache, `${await contentKey(source, texts)}.safetensors`);
  if (file !== null && (await stat(file).catch(() => null)) !== null) {
    const { vectors } = await readSafetensors(file).catch(() => ({ vectors: undefined }));
    // A damaged file is made again.
    if (vectors !== undefined && vectors.data instanceof Float32Array && vectors.shape.length === 2 && vectors.shape[0] === texts.length) return { vectors: vectors.data, width: vectors.shape[1]!, cached: true };
  }
  const embedder = await source.open();
  try {
    const vectors = await embedder.embed(texts, { onProgress });
    if (vectors.length !== texts.length * embedder.width) throw new Error(`the embedder gave ${vectors.length} numbers for ${texts.length} texts of width ${embedder.width}`);
    if (file !== null && cache !== null) {
      await mkdir(cache, { recursive: true });
      const temporary = `${file}.${process.pid}.tmp`;
      await writeSafetensors(temporary, { vectors: { shape: [texts.length, embedder.width], data: vectors } });
      await rename(temporary, file);
    }
    return { vectors, width: embedder.width, cached: false };
  } finally {
    embedder.dispose();
  }
}

/** Search over vectors of some kind; `approximate` where speed counts more than the last neighbour. */
type SearchMaker = (input: { vectors: Float32Array; width: number }) => Promise<Search>;

/** Search over the vectors that an embedder gives texts: exact, unless another kind is given. */
export async function embeddingSearch({ searchIn = vectorSearch, ...input }: Parameters<typeof embedTexts>[0] & { searchIn?: SearchMaker }): Promise<Search> {
  const { vectors, width } = await embedTexts(input);
  return searchIn({ vectors, width });
}

/** The one two-dimensional float tensor of a safetensors file. */
async function readSafetensorsVectors(file: string): Promise<HostTensor> {
  const tensors = Object.entries(await readSafetensors(file)).filter(([, { shape, data }]) => shape.length === 2 && data instanceof Float32Array);
  const only = tensors[0];
  if (tensors.length !== 1 || only === undefined) throw new InputError({ message: "has to hold one two-dimensional float tensor, a row for each caption", file });
  return only[1];
}

/** Search over vectors computed elsewhere: a `.npy` file, or a safetensors file with one two-dimensional float tensor; a row for each caption, in their order. */
export async function precomputedSearch({ file, captions, searchIn = vectorSearch }: { file: string; captions: number; searchIn?: SearchMaker }): Promise<Search> {
  const { shape, data } = file.endsWith(".npy") ? await readNpy(file) : await readSafetensorsVectors(file);
  if (shape.length !== 2) throw new InputError({ message: `has ${shape.length} dimensions; give one row for each caption`, file });
  const [rows, width] = shape as [number, number];
  if (rows !== captions) throw new InputError({ message: `has ${rows} rows for ${captions} captions; compute it from this file`, file });
  try {
    return await searchIn({ vectors: data as Float32Array, width });
  } catch (error) {
    if (InputError.isInstance(error) && error.file === null) throw new InputError({ message: error.message, file });
    throw error;
  }
}
