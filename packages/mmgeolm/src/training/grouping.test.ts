import { array, assert, integer, nat, property, tuple } from "fast-check";
import { describe, expect, it } from "vitest";
import { groupedBatches } from "./grouping.js";

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
