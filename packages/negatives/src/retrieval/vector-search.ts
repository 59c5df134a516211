import { InputError } from "@mmgeo/dataset";
import { tf, useNativeBackend } from "@mmgeo/engine";
import type { Neighbour, Search } from "./search.js";
import { shortVectors, type ShortVectors } from "./shortlist.js";
import { topOfRows, type TopOfRows } from "./top-of-rows.js";

/** Rows of the corpus whose scores are held at a time: 128 queries against these are 64 MB. */
const corpusBlock = 131_072;
/** Queries scored at a time. */
const queryBlock = 128;
/** Below this many rows a shortlist saves nothing. */
const leastForShortlist = 20_000;
/** Rows on the shortlist for each one wanted. */
const listedForEach = 3;
/** More than float32 can be wrong by in a dot product of unit vectors. */
const rounding = 1e-5;
/** Where the shortlist fails to prove more than this share of queries, it is given up. */
const mostUnproven = 0.25;

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

interface Block {
  /** index of its first row in the corpus */
  start: number;
  rows: tf.Tensor2D;
  short: tf.Tensor2D | null;
}

/** Rows of `values`, each `width` wide, as a tensor. */
function rowsAt(values: Float32Array, width: number, places: readonly number[]): tf.Tensor2D {
  const rows = new Float32Array(places.length * width);
  places.forEach((from, to) => rows.set(values.subarray(from * width, (from + 1) * width), to * width));
  return tf.tensor2d(rows, [places.length, width]);
}

/**
 * The exact best rows of a block by way of its short vectors. Their products bound the cosines from above; the rows with the highest bounds are scored in
 * full. Where the last bound on the list lies below the last score wanted, no row beside the list can be among the best: that is proven, and else it is null.
 */
function topByShortlist({ asked, askedShort, rows, short, wanted }: { asked: tf.Tensor2D; askedShort: tf.Tensor2D; rows: tf.Tensor2D; short: tf.Tensor2D; wanted: number }): { top: TopOfRows; proven: boolean[] } {
  const [queries, width] = asked.shape;
  const listed = Math.min(rows.shape[0], listedForEach * wanted);
  const bounds = topOfRows({ make: () => tf.matMul(askedShort, short, false, true), rows: queries, columns: rows.shape[0], count: listed });
  const top = topOfRows({
    make: () => tf.matMul<tf.Tensor3D>(tf.gather(rows, tf.tensor2d(bounds.indices, [queries, listed], "int32")), asked.reshape([queries, width, 1])).reshape([queries, listed]),
    rows: queries,
    columns: listed,
    count: wanted,
  });
  const proven: boolean[] = [];
  for (let query = 0; query < queries; query += 1) {
    proven.push(listed === rows.shape[0] || bounds.smallest[query]! + rounding < top.smallest[query]!);
    for (let place = query * wanted; place < (query + 1) * wanted; place += 1) top.indices[place] = bounds.indices[query * listed + top.indices[place]!]!;
  }
  return { top, proven };
}

/**
 * Exact search by cosine over vectors, in blocks on the engine, so that the matrix of all scores never exists. Where the vectors lie near a subspace, as
 * those of captions do, most rows are ruled out by a bound on fewer numbers (`shortVectors`); the result is the exact one all the same.
 *
 * Memory is the vectors, once here and once on the engine, their short forms, and one block of scores.
 *
 * @param input.vectors row after row
 * @param input.width numbers a vector
 */
export async function vectorSearch({ vectors, width }: { vectors: Float32Array; width: number }): Promise<Search & { dispose: () => void }> {
  const unit = unitVectors(vectors, width);
  const size = unit.length / width;
  await useNativeBackend();
  let short = size < leastForShortlist ? null : shortVectors(unit, width);
  const blocks: Block[] = [];
  for (let start = 0; start < size; start += corpusBlock) {
    const end = Math.min(size, start + corpusBlock);
    blocks.push({
      start,
      rows: tf.tensor2d(unit.subarray(start * width, end * width), [end - start, width]),
      short: short === null ? null : tf.tensor2d(short.rows.subarray(start * short.width, end * short.width), [end - start, short.width]),
    });
  }
  let [asks, unproven, unprovenBefore] = [0, 0, 0];

  const inFull = (queries: readonly number[], block: Block, count: number): TopOfRows => topOfRows({ make: () => tf.matMul(rowsAt(unit, width, queries), block.rows, false, true), rows: queries.length, columns: block.rows.shape[0], count });
  const allInFull = (queries: readonly number[], limit: number): Neighbour[][] => {
    // One more, since each query finds itself.
    const parts = blocks.map((block) => ({ start: block.start, top: inFull(queries, block, Math.min(limit + 1, block.rows.shape[0])) }));
    return queries.map((query, place) => merge({ parts, place, query, limit }));
  };
  /** By shortlists; null for a query that no shortlist proves. */
  const byShortlist = ({ rows: shortRows, width: shortWidth }: ShortVectors, queries: readonly number[], limit: number): (Neighbour[] | null)[] => {
    const [asked, askedShort] = [rowsAt(unit, width, queries), rowsAt(shortRows, shortWidth, queries)];
    const parts = blocks.map(({ start, rows, short: shortBlock }) => ({ start, ...topByShortlist({ asked, askedShort, rows, short: shortBlock!, wanted: Math.min(limit + 1, rows.shape[0]) }) }));
    tf.dispose([asked, askedShort]);
    return queries.map((query, place) => (parts.every(({ proven }) => proven[place]) ? merge({ parts, place, query, limit }) : null));
  };

  const search: Search = async (queries, limit) => {
    const wanted = Math.max(0, Math.min(limit, size - 1));
    const found: Neighbour[][] = [];
    // Those that no shortlist proved are asked again together: a pass over the corpus costs nearly the same for one query as for a hundred.
    const open: number[] = [];
    for (let start = 0; start < queries.length; start += queryBlock) {
      const asked = queries.slice(start, start + queryBlock);
      if (short === null || unproven > 2 * queryBlock && unproven > mostUnproven * asks) {
        found.push(...allInFull(asked, wanted));
        continue;
      }
      byShortlist(short, asked, wanted).forEach((neighbours, place) => {
        if (neighbours === null) open.push(start + place);
        found.push(neighbours ?? []);
      });
      asks += asked.length;
      unproven = unprovenBefore + open.length;
    }
    unprovenBefore = unproven;
    for (let start = 0; start < open.length; start += queryBlock) {
      const places = open.slice(start, start + queryBlock);
      allInFull(places.map((place) => queries[place]!), wanted).forEach((neighbours, row) => (found[places[row]!] = neighbours));
    }
    return found;
  };
  return Object.assign(search, {
    dispose: () => {
      tf.dispose(blocks.map(({ rows, short: shortRows }) => (shortRows === null ? [rows] : [rows, shortRows])));
      short = null;
    },
  });
}

/** The best of every block's best but the query itself; of equal ones the smaller index first. */
function merge({ parts, place, query, limit }: { parts: { start: number; top: TopOfRows }[]; place: number; query: number; limit: number }): Neighbour[] {
  const found: Neighbour[] = [];
  for (const { start, top } of parts) {
    for (let at = place * top.count; at < (place + 1) * top.count; at += 1) {
      const index = start + top.indices[at]!;
      if (index !== query) found.push({ index, similarity: Math.min(1, top.values[at]!) });
    }
  }
  return found.sort((first, second) => second.similarity - first.similarity || first.index - second.index).slice(0, limit);
}
