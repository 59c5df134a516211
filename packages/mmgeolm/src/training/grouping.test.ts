import { array, assert, integer, nat, property, tuple } from "fast-check";
import { describe, expect, it } from "vitest";
import { groupedBatches, packedRows } from "./grouping.js";

describe("groupedBatches", () => {
  it("takes every sample at most once, in whole batches, the same way for the same seed and pass", () => {
    assert(
      property(array(tuple(nat(500), nat(2)), { minLength: 1, maxLength: 200 }), integer({ min: 1, max: 16 }), integer(), nat(5), (samples, batchSize, seed, epoch) => {
        const input = { lengths: samples.map(([length]) => length), images: samples.map(([, images]) => images), batchSize, seed, epoch };
        const batches = groupedBatches(input);
        expect(batches).toHaveLength(Math.floor(samples.length / batchSize));
        expect(batches.every((batch) => batch.length === batchSize)).toBe(true);
        expect(new Set(batches.flat()).size).toBe(batches.flat().length);
        expect(groupedBatches(input)).toEqual(batches);
      }),
    );
  });

  it("puts like lengths together and text apart from pictures", () => {
    const lengths = Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? 10 : 100));
    const images = Array.from({ length: 40 }, (_, index) => (index % 4 < 2 ? 1 : 0));
    const batches = groupedBatches({ lengths, images, batchSize: 10, seed: 1, epoch: 0 });
    for (const batch of batches) {
      expect(new Set(batch.map((index) => lengths[index])).size).toBe(1);
      expect(new Set(batch.map((index) => images[index])).size).toBe(1);
    }
  });
});

describe("packedRows", () => {
  it("holds every sample once, within the capacity, in few rows", () => {
    assert(
      property(array(tuple(integer({ min: 1, max: 100 }), nat(1)), { minLength: 1, maxLength: 300 }), (samples) => {
        const lengths = samples.map(([length]) => length);
        const images = samples.map(([, count]) => count);
        const rows = packedRows({ lengths, images, capacity: 100, seed: 1 });
        expect(rows.flat().toSorted((a, b) => a - b)).toEqual(samples.map((_, index) => index));
        const total = (row: number[]) => row.reduce((sum, index) => sum + (lengths[index] as number), 0);
        expect(rows.every((row) => total(row) <= 100 && new Set(row.map((index) => images[index])).size === 1)).toBe(true);
        // Two rows of one kind that would fit into one are never left apart.
        for (const kind of [0, 1]) expect(rows.filter((row) => images[row[0] as number] === kind && total(row) <= 50).length).toBeLessThan(2);
      }),
    );
  });
});
