import { InputError } from "@mmgeo/dataset";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { describe, expect, it } from "vitest";
import { randomFor } from "../choose-edits.js";
import { BestNeighbours } from "./search.js";
import { shortVectors } from "./shortlist.js";
import { unitVectors, vectorSearch } from "./vector-search.js";

function randomVectors(count: number, width: number): Float32Array {
  const random = randomFor(1, "vectors");
  return Float32Array.from({ length: count * width }, () => uniformFloat64(random) - 0.5);
}

/** By plain loops in double precision. */
function bruteForce(vectors: Float32Array, width: number, query: number, limit: number) {
  const unit = unitVectors(vectors, width);
  const best = new BestNeighbours(limit);
  for (let row = 0; row * width < unit.length; row += 1) {
    if (row === query) continue;
    let score = 0;
    for (let place = 0; place < width; place += 1) score += unit[query * width + place]! * unit[row * width + place]!;
    best.add(row, score);
  }
  return best.sorted();
}

describe("vectorSearch", () => {
  it("finds what plain loops find, over several blocks", async () => {
    const [count, width] = [20_000, 24];
    const vectors = randomVectors(count, width);
    const search = await vectorSearch({ vectors, width });
    const queries = [0, 1, 16_383, 16_384, 19_999];
    const found = await search(queries, 20);
    queries.forEach((query, place) => {
      const expected = bruteForce(vectors, width, query, 20);
      expect(found[place]!.map(({ index }) => index)).toEqual(expected.map(({ index }) => index));
      found[place]!.forEach(({ similarity }, rank) => expect(similarity).toBeCloseTo(expected[rank]!.similarity, 5));
    });
    search.dispose();
  });

  it("is as exact where vectors lie near a subspace and most rows are ruled out by a bound, copies among them too", async () => {
    const [count, width, held] = [20_500, 64, 12];
    const parts = randomVectors(count, held);
    const noise = randomVectors(count, width);
    const vectors = Float32Array.from({ length: count * width }, (_, at) => {
      const [row, place] = [Math.floor(at / width), at % width];
      return (place < held ? parts[row * held + place]! : 0) + 0.05 * noise[at]!;
    });
    // The last 40 rows are copies of the first.
    for (let row = count - 40; row < count; row += 1) vectors.set(vectors.subarray(0, width), row * width);
    expect(shortVectors(unitVectors(vectors, width), width)!.width).toBe(33);
    const search = await vectorSearch({ vectors, width });
    const queries = [0, 7, 10_000, count - 1];
    const found = await search(queries, 30);
    queries.forEach((query, place) => {
      const expected = bruteForce(vectors, width, query, 30);
      found[place]!.forEach(({ similarity }, rank) => expect(similarity).toBeCloseTo(expected[rank]!.similarity, 5));
      if (place === 1 || place === 2) expect(found[place]!.map(({ index }) => index)).toEqual(expected.map(({ index }) => index));
      else expect(found[place]!.every(({ index }) => index === 0 || index >= count - 40)).toBe(true);
    });
    search.dispose();
  });

  it("gives all others where fewer are there than asked for", async () => {
    const search = await vectorSearch({ vectors: Float32Array.from([1, 0, 2, 0, 0, 3]), width: 2 });
    const found = await search([0], 10);
    expect(found[0]!.map(({ index }) => index)).toEqual([1, 2]);
    expect(found[0]![0]!.similarity).toBeCloseTo(1);
    search.dispose();
  });

  it("refuses vectors that are none", async () => {
    await expect(vectorSearch({ vectors: Float32Array.from([1, Number.NaN]), width: 2 })).rejects.toSatisfy(InputError.isInstance);
    await expect(vectorSearch({ vectors: Float32Array.from([1, 2, 3]), width: 2 })).rejects.toThrow(/width/);
    await expect(vectorSearch({ vectors: Float32Array.from([0, 0]), width: 2 })).rejects.toThrow(/zero/);
  });
});
