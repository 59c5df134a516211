import { availableParallelism } from "node:os";
import { InputError } from "@mmgeo/dataset";
import type { Neighbour, Search } from "./search.js";
import { unitVectors, vectorSearch } from "./vector-search.js";

/** What is used of the package `usearch`. */
export interface UsearchLibrary {
  Index: new (configuration: { dimensions: number; metric: string; quantization: string; connectivity: number; expansion_add: number; expansion_search: number; multi: boolean }) => {
    add(keys: BigUint64Array, vectors: Float32Array, threads: number): void;
    search(vectors: Float32Array, count: number, threads: number): { keys: BigUint64Array };
  };
}

/** The graph's size and care; with these it finds 97 of 100 neighbours of captions' vectors and more. */
const connectivity = 32;
const expansion = { add: 256, search: 512 };
const queriesAtOnce = 1024;
/** Queries that recall is measured on, spread over the corpus. */
const measuredQueries = 200;

async function loadUsearch(): Promise<UsearchLibrary> {
  // By a name that bundlers and type checkers do not follow: the package is installed by those who want it.
  const name: string = "usearch";
  try {
    const loaded = (await import(name)) as UsearchLibrary & { default?: UsearchLibrary };
    return loaded.default ?? loaded;
  } catch (cause) {
    throw new InputError({ message: "an approximate search needs the package usearch: npm install usearch@2.26.2", cause });
  }
}

/** An approximate search with what it finds. */
export interface ApproximateSearch {
  search: Search;
  /** the share of exact neighbours that it found, over a sample of queries */
  recall: number;
}

/**
 * Search in a graph of neighbours (HNSW, by usearch): faster than the exact search over many millions of vectors, for a few neighbours lost. How many is measured
 * on a sample against the exact search.
 *
 * @param input.measuredAt how many neighbours a query recall is measured at. Default 100
 * @param input.library a stand-in for the package `usearch`, which has to be installed beside this one
 * @throws {InputError} where the package is not installed, or for vectors that are none
 */
export async function approximateSearch({ vectors, width, measuredAt = 100, library }: { vectors: Float32Array; width: number; measuredAt?: number; library?: UsearchLibrary }): Promise<ApproximateSearch> {
  const { Index } = library ?? (await loadUsearch());
  const unit = unitVectors(vectors, width);
  const size = unit.length / width;
  const threads = availableParallelism();
  const index = new Index({ dimensions: width, metric: "ip", quantization: "f32", connectivity, expansion_add: expansion.add, expansion_search: expansion.search, multi: false });
  index.add(BigUint64Array.from({ length: size }, (_, row) => BigInt(row)), unit, threads);

  const neighboursOf = (query: number, keys: BigUint64Array, limit: number): Neighbour[] => {
    const found: Neighbour[] = [];
    for (const key of keys) {
      const row = Number(key);
      if (row === query || row >= size) continue;
      let similarity = 0;
      for (let place = 0; place < width; place += 1) similarity += unit[query * width + place]! * unit[row * width + place]!;
      found.push({ index: row, similarity: Math.min(1, similarity) });
    }
    return found.sort((first, second) => second.similarity - first.similarity || first.index - second.index).slice(0, limit);
  };
  const search: Search = async (queries, limit) => {
    const wanted = Math.max(0, Math.min(limit, size - 1));
    // One more, since each query finds itself.
    const count = Math.min(size, wanted + 1);
    const found: Neighbour[][] = [];
    for (let start = 0; start < queries.length; start += queriesAtOnce) {
      const asked = queries.slice(start, start + queriesAtOnce);
      const rows = new Float32Array(asked.length * width);
      asked.forEach((query, place) => rows.set(unit.subarray(query * width, (query + 1) * width), place * width));
      const { keys } = index.search(rows, count, threads);
      asked.forEach((query, place) => found.push(neighboursOf(query, keys.subarray(place * count, (place + 1) * count), wanted)));
    }
    return found;
  };

  const step = Math.max(1, Math.floor(size / measuredQueries));
  const sample = Array.from({ length: Math.min(size, measuredQueries) }, (_, place) => place * step);
  const exact = await vectorSearch({ vectors, width });
  const expected = await exact(sample, measuredAt);
  exact.dispose();
  const found = await search(sample, measuredAt);
  let [hits, all] = [0, 0];
  expected.forEach((neighbours, place) => {
    const indices = new Set(found[place]!.map(({ index: row }) => row));
    all += neighbours.length;
    hits += neighbours.filter(({ index: row }) => indices.has(row)).length;
  });
  return { search, recall: all === 0 ? 1 : hits / all };
}
