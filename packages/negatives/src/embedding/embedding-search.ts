import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, rename, stat } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder, readSafetensors, writeSafetensors } from "@mmgeo/engine";
import { InputError } from "@mmgeo/dataset";
import { vectorSearch } from "../retrieval/vector-search.js";
import type { Search } from "../retrieval/search.js";
import { loadEmbedder } from "./embedder.js";

/** The files of an encoder that shape its vectors. */
const shapingFiles = ["config.json", "tokenizer.json", "sentence_bert_config.json", "1_Pooling/config.json", "model.safetensors"];

async function contentKey(folder: string, texts: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const name of shapingFiles) {
    const file = join(folder, name);
    const information = await stat(file).catch(() => null);
    if (information === null) continue;
    hash.update(`${name} ${information.size}\n`);
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

/**
 * Vectors of texts under the encoder of a folder. They are kept in the per-user cache under a hash of the encoder's files and the texts, so the
 * same texts are embedded once.
 *
 * @param input.cache folder to keep them in; null keeps nothing. Default: `embeddings` in the engine's cache folder
 */
export async function embedTexts({ folder, texts, cache = join(cacheFolder(), "embeddings"), onProgress }: { folder: string; texts: readonly string[]; cache?: string | null; onProgress?: (done: number, total: number) => void }): Promise<CachedVectors> {
  const file = cache === null ? null : join(cache, `${await contentKey(folder, texts)}.safetensors`);
  if (file !== null && (await stat(file).catch(() => null)) !== null) {
    const { vectors } = await readSafetensors(file).catch(() => ({ vectors: undefined }));
    // A damaged file is made again.
    if (vectors !== undefined && vectors.data instanceof Float32Array && vectors.shape.length === 2 && vectors.shape[0] === texts.length) return { vectors: vectors.data, width: vectors.shape[1]!, cached: true };
  }
  const embedder = await loadEmbedder(folder);
  try {
    const vectors = await embedder.embed(texts, { onProgress });
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

/** Exact search over the vectors that an encoder gives texts. */
export async function embeddingSearch(input: Parameters<typeof embedTexts>[0]): Promise<Search> {
  const { vectors, width } = await embedTexts(input);
  return vectorSearch({ vectors, width });
}

/** Exact search over vectors computed elsewhere: the one two-dimensional float tensor of a safetensors file, in the order of the captions. */
export async function precomputedSearch({ file, captions }: { file: string; captions: number }): Promise<Search> {
  const tensors = Object.entries(await readSafetensors(file)).filter(([, { shape, data }]) => shape.length === 2 && data instanceof Float32Array);
  const only = tensors[0];
  if (tensors.length !== 1 || only === undefined) throw new InputError({ message: "has to hold one two-dimensional float tensor, a row for each caption", file });
  const [name, { shape, data }] = only;
  const [rows, width] = shape as [number, number];
  if (rows !== captions) throw new InputError({ message: `has ${rows} rows for ${captions} captions; compute it from this file`, file, field: name });
  return vectorSearch({ vectors: data as Float32Array, width });
}
