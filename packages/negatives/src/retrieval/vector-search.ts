import { InputError } from "@mmgeo/dataset";
import { tf, useNativeBackend } from "@mmgeo/engine";
import type { Neighbour, Search } from "./search.js";

/** Rows of the corpus whose scores are held at a time: 512 queries against these are 32 MB. */
const corpusBlock = 16_384;
/** Queries scored at a time. */
const queryBlock = 512;

/**
 * Vectors as rows of unit length. A vector with a value that is no number, or of length zero, is an InputError that names it.
 *
 * @returns a copy; `vectors` stays as it is
 */
export function unitVectors(vectors: Float32Array, width: number): Float32Array {
  if (!Number.isInteger(width) || width < 1) throw new InputError({ message: "the width of vectors has to be a whole number from 1", field: "width" });
  if (vectors.length % width !== 0) throw new InputError({ message: `${vectors.length} numbers are not a whole number of vectors ${width} wide; check the width`, field: "vectors" });
  const unit = new Float32Array(vectors.length);
  for (let start = 0; start < vectors.length; start += width) {
    let square = 0;
    for (let place = start; place < start + width; place += 1) square += vectors[place]! * vectors[place]!;
    if (!Number.isFinite(square)) throw new InputError({ message: `the vector ${start / width} holds a value that is not a number; compute it again`, field: "vectors" });
    if (square === 0) throw new InputError({ message: `the vector ${start / width} is zero and has no direction; compute it again`, field: "vectors" });
    const length = Math.sqrt(square);
    for (let place = start; place < start + width; place += 1) unit[place] = vectors[place]! / length;
  }
  return unit;
}

/**
 * Exact search by cosine over vectors: blocks of scores are computed and ranked on the engine, so the matrix of all scores never exists.
 * Memory is the vectors, once here and once on the engine, and one block of scores.
 *
 * @param input.vectors row after row
 * @param input.width numbers a vector
 */
export async function vectorSearch({ vectors, width }: { vectors: Float32Array; width: number }): Promise<Search & { dispose: () => void }> {
  const unit = unitVectors(vectors, width);
  const size = unit.length / width;
  await useNativeBackend();
  const blocks: { start: number; rows: tf.Tensor2D }[] = [];
  for (let start = 0; start < size; start += corpusBlock) {
    const end = Math.min(size, start + corpusBlock);
    blocks.push({ start, rows: tf.tensor2d(unit.subarray(start * width, end * width), [end - start, width]) });
  }

  const searchBlock = async (queries: number[], limit: number): Promise<Neighbour[][]> => {
    // One more, since each query finds itself.
    const wanted = limit + 1;
    const rows = new Float32Array(queries.length * width);
    queries.forEach((query, place) => rows.set(unit.subarray(query * width, (query + 1) * width), place * width));
    const asked = tf.tensor2d(rows, [queries.length, width]);
    const parts: { start: number; count: number; scores: Float32Array; indices: Int32Array }[] = [];
    for (const { start, rows: block } of blocks) {
      const count = Math.min(wanted, block.shape[0]);
      const best = tf.tidy(() => tf.topk(tf.matMul(asked, block, false, true), count, true));
      parts.push({ start, count, scores: (await best.values.data()) as Float32Array, indices: (await best.indices.data()) as Int32Array });
      tf.dispose([best.values, best.indices]);
    }
    asked.dispose();
    return queries.map((query, place) => merge({ parts, place, query, limit }));
  };

  const search: Search = async (queries, limit) => {
    const wanted = Math.max(0, Math.min(limit, size - 1));
    const found: Neighbour[][] = [];
    for (let start = 0; start < queries.length; start += queryBlock) found.push(...(await searchBlock(queries.slice(start, start + queryBlock), wanted)));
    return found;
  };
  return Object.assign(search, { dispose: () => tf.dispose(blocks.map(({ rows }) => rows)) });
}

/** The best of every block's best, by walking down their sorted lists together. */
function merge({ parts, place, query, limit }: { parts: { start: number; count: number; scores: Float32Array; indices: Int32Array }[]; place: number; query: number; limit: number }): Neighbour[] {
  const next = parts.map(({ count }) => place * count);
  const found: Neighbour[] = [];
  while (found.length < limit) {
    let best = -1;
    for (let part = 0; part < parts.length; part += 1) {
      const { count, scores } = parts[part]!;
      if (next[part]! >= (place + 1) * count) continue;
      // Blocks come in the order of the corpus, so of equal scores the first block's is the smaller index.
      if (best < 0 || scores[next[part]!]! > parts[best]!.scores[next[best]!]!) best = part;
    }
    if (best < 0) break;
    const { start, scores, indices } = parts[best]!;
    const at = next[best]!;
    next[best] = at + 1;
    const index = start + indices[at]!;
    if (index !== query) found.push({ index, similarity: Math.min(1, scores[at]!) });
  }
  return found;
}
