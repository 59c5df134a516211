import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bootstrapInterval } from "./bootstrap.js";
import { hitRate } from "./hit-rate.js";
import { comparePaired, mcnemarProbability } from "./paired.js";
import { seededRandom, shuffled } from "./random.js";
import { normalQuantile, wilsonInterval } from "./wilson.js";

describe("wilsonInterval", () => {
  it("gives the published example of 81 in 263 (Newcombe 1998, method 3)", () => {
    const [low, high] = wilsonInterval({ successes: 81, total: 263 });
    expect(low).toBeCloseTo(0.2553, 4);
    expect(high).toBeCloseTo(0.3662, 4);
    expect(wilsonInterval({ successes: 0, total: 20 })[1]).toBeCloseTo(0.1611, 4);
    expect(wilsonInterval({ successes: 0, total: 0 })).toEqual([0, 1]);
  });

  it("holds the rate and stays inside [0, 1]", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (total, share) => {
        const successes = Math.round(total * share);
        const [low, high] = wilsonInterval({ successes, total });
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(low).toBeLessThanOrEqual(successes / total);
        expect(high).toBeGreaterThanOrEqual(successes / total);
      }),
    );
  });

  it("knows the normal quantiles", () => {
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963985, 7);
    expect(normalQuantile(0.001)).toBeCloseTo(-3.090232306, 7);
  });
});

describe("bootstrapInterval", () => {
  const values = Array.from({ length: 400 }, (_, index) => (index % 4 === 0 ? 1 : 0));

  it("agrees with Wilson where every question stands alone, and is the same for one seed", () => {
    const interval = bootstrapInterval({ values, seed: 1 });
    const [low, high] = wilsonInterval({ successes: 100, total: 400 });
    expect(Math.abs(interval[0] - low)).toBeLessThan(0.01);
    expect(Math.abs(interval[1] - high)).toBeLessThan(0.01);
    expect(bootstrapInterval({ values, seed: 1 })).toEqual(interval);
  });

  it("is wider where questions stand or fall together", () => {
    const grouped = [...values].sort((a, b) => a - b);
    const groups = grouped.map((_, index) => `picture-${Math.floor(index / 10)}`);
    const [low, high] = bootstrapInterval({ values: grouped, groups, seed: 1 });
    const [plainLow, plainHigh] = bootstrapInterval({ values: grouped, seed: 1 });
    expect(high - low).toBeGreaterThan(2 * (plainHigh - plainLow));
  });
});

describe("comparePaired", () => {
  it("gives the exact probability", () => {
    expect(mcnemarProbability(0, 0)).toBe(1);
    expect(mcnemarProbability(5, 0)).toBeCloseTo(2 / 32, 12);
    expect(mcnemarProbability(1, 9)).toBeCloseTo((2 * (1 + 10)) / 1024, 12);
    expect(mcnemarProbability(3, 3)).toBe(1);
    expect(mcnemarProbability(5000, 5000)).toBe(1);
    expect(mcnemarProbability(6000, 5000)).toBeLessThan(1e-15);
  });

  it("counts only where the two differ", () => {
    const first = [true, true, false, true];
    const second = [true, false, false, false];
    expect(comparePaired({ first, second, seed: 1 })).toMatchObject({ n: 4, difference: 0.5, firstOnly: 2, secondOnly: 0, probability: 0.5 });
    expect(comparePaired({ first, second: first, seed: 1 }).interval).toEqual([0, 0]);
    expect(() => comparePaired({ first, second: [], seed: 1 })).toThrow(RangeError);
  });
});

describe("hitRate", () => {
  it("counts hits, reciprocal ranks and chance", () => {
    const rate = hitRate([{ rank: 1, count: 10 }, { rank: 2, count: 10 }, { rank: 4, count: 5 }, { rank: 1, count: 1 }]);
    expect(rate.hitAt1).toBe(0.5);
    expect(rate.meanReciprocalRank).toBeCloseTo((1 + 0.5 + 0.25 + 1) / 4, 12);
    expect(rate.chance).toBeCloseTo((0.1 + 0.1 + 0.2 + 1) / 4, 12);
    expect(rate.beatsChance).toBe(false);
  });

  it("says when chance is excluded, and claims nothing of nothing", () => {
    expect(hitRate(Array.from({ length: 200 }, (_, index) => ({ rank: index % 2 === 0 ? 1 : 5, count: 10 }))).beatsChance).toBe(true);
    expect(hitRate([])).toMatchObject({ n: 0, beatsChance: false });
    expect(() => hitRate([{ rank: 0, count: 10 }])).toThrow(RangeError);
  });
});

describe("seededRandom", () => {
  it("permutes every item, the same for one seed and name", () => {
    const items = Array.from({ length: 50 }, (_, index) => index);
    const first = shuffled(items, seededRandom(3, "a"));
    expect([...first].sort((a, b) => a - b)).toEqual(items);
    expect(shuffled(items, seededRandom(3, "a"))).toEqual(first);
    expect(shuffled(items, seededRandom(3, "b"))).not.toEqual(first);
  });
});
