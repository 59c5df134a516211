import * as fc from "fast-check";
import { expect, it } from "vitest";
import { createSelector, largestAt } from "./select.js";

// Of the two zeros, which are equal, either may be the smallest; adding 0 makes them one.
const lists = fc.array(fc.oneof(fc.integer({ min: -3, max: 3 }), fc.float({ noNaN: true })), { minLength: 1, maxLength: 60 }).map((list) => Float32Array.from(list, (value) => value + 0));

it("largestAt finds what sorting finds", () => {
  fc.assert(
    fc.property(lists, fc.nat(), (list, seed) => {
      const count = 1 + (seed % list.length);
      expect(largestAt(Float32Array.from(list), list.length, count)).toBe(Float32Array.from(list).sort().at(-count));
    }),
  );
});

it("a selector takes the largest, of equal ones the first, in ascending order, whatever floor it is given", () => {
  fc.assert(
    fc.property(lists, fc.nat(), fc.boolean(), (list, seed, floored) => {
      const count = 1 + (seed % list.length);
      const expected = [...list.keys()].toSorted((first, second) => list[second]! - list[first]! || first - second).slice(0, count).toSorted((first, second) => first - second);
      const into = new Int32Array(count + 1).fill(-1);
      const smallest = Math.min(...expected.map((place) => list[place]!));
      const values = Float32Array.from([9, ...list]);
      expect(createSelector(60)({ values, start: 1, size: list.length, count, ...(floored ? { floor: smallest } : {}), into, at: 1 })).toBe(smallest);
      expect([...into]).toEqual([-1, ...expected]);
    }),
  );
});
