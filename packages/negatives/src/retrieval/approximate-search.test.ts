import { InputError } from "@mmgeo/dataset";
import { expect, it } from "vitest";
import { approximateSearch, type UsearchLibrary } from "./approximate-search.js";

const width = 8;
const vectors = Float32Array.from({ length: 300 * width }, (_, index) => Math.sin(index * 12.9898) + 0.2);

/** Looks at every row but those it is to miss. */
const libraryMissing = (missed: (row: number) => boolean): UsearchLibrary => ({
  Index: class {
    private rows = new Float32Array();
    add(_keys: BigUint64Array, rows: Float32Array): void {
      this.rows = Float32Array.from(rows);
    }
    search(queries: Float32Array, count: number): { keys: BigUint64Array } {
      const keys: bigint[] = [];
      for (let query = 0; query < queries.length; query += width) {
        const scores = Array.from({ length: this.rows.length / width }, (_, row) => ({ row, score: this.rows.subarray(row * width, (row + 1) * width).reduce((sum, value, place) => sum + value * queries[query + place]!, 0) }));
        const best = scores.filter(({ row }) => !missed(row)).toSorted((first, second) => second.score - first.score);
        keys.push(...best.slice(0, count).map(({ row }) => BigInt(row)));
      }
      return { keys: BigUint64Array.from(keys) };
    }
  },
});

it("finds what its index finds, without the query itself, and measures recall against the exact search", async () => {
  const all = await approximateSearch({ vectors, width, measuredAt: 10, library: libraryMissing(() => false) });
  expect(all.recall).toBe(1);
  const [found] = await all.search([5], 4);
  expect(found!.map(({ index }) => index)).not.toContain(5);
  expect(found).toHaveLength(4);
  const half = await approximateSearch({ vectors, width, measuredAt: 10, library: libraryMissing((row) => row % 2 === 1) });
  expect(half.recall).toBeGreaterThan(0.2);
  expect(half.recall).toBeLessThan(0.8);
});

it("names the package it needs, or finds nearly all with it", async () => {
  const made = await approximateSearch({ vectors, width, measuredAt: 10 }).catch((error: unknown) => error);
  if (InputError.isInstance(made)) expect(made.message).toContain("npm install usearch");
  else expect((made as { recall: number }).recall).toBeGreaterThan(0.95);
});
