import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bucketLength } from "../index.js";

describe("bucketLength", () => {
  it("pads to few lengths, never by more than a half", () => {
    expect([1, 16, 17, 24, 25, 32, 33, 49, 96, 97].map((length) => bucketLength(length))).toEqual([16, 16, 24, 24, 32, 32, 48, 64, 96, 128]);
    expect([bucketLength(70, { maximum: 77 }), bucketLength(77, { maximum: 77 }), bucketLength(3, { minimum: 8 })]).toEqual([77, 77, 8]);
    expect(() => bucketLength(78, { maximum: 77 })).toThrow(/more than the maximum/);
    fc.assert(
      fc.property(fc.integer({ min: 16, max: 1 << 20 }), (length) => {
        const bucket = bucketLength(length);
        expect(bucket).toBeGreaterThanOrEqual(length);
        expect(bucket).toBeLessThanOrEqual(1.5 * length);
      }),
    );
  });
});
