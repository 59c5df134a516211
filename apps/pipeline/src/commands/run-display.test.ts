import { describe, expect, it } from "vitest";
import { describeProgress } from "./run-display.js";

describe("describeProgress", () => {
  it("says the rate and what is left at it", () => {
    expect(describeProgress({ done: 180, total: 260, text: "problems" }, 12)).toBe("180 of 260 problems, 15 a second, 6 s left");
    expect(describeProgress({ done: 10, total: 10_000, text: "records" }, 5)).toBe("10 of 10000 records, 2.0 a second, 83 min left");
    expect(describeProgress({ done: 1, total: 9000 }, 4)).toBe("1 of 9000, 0.3 a second, 10.0 h left");
  });

  it("leaves out what is not known, or said already", () => {
    expect(describeProgress({ done: 0, total: 4, text: "sets" }, 3)).toBe("0 of 4 sets");
    expect(describeProgress({ done: 4, total: 4, text: "sets" }, 2)).toBe("4 of 4 sets, 2.0 a second");
    expect(describeProgress({ done: 2, total: 4, text: "steps, loss 1.4, 3.4 examples a second" }, 2)).toBe("2 of 4 steps, loss 1.4, 3.4 examples a second, 2 s left");
  });
});
