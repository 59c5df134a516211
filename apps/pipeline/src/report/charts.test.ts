import { describe, expect, it } from "vitest";
import { lossChart, scoreChart, thin } from "./charts.js";

const points = Array.from({ length: 1000 }, (_, step) => ({ step, loss: 1000 - step, series: step < 500 ? "first" : "second" }));

describe("thin", () => {
  it("keeps few points and the mean of all", () => {
    const thinned = thin(points, 50);
    expect(thinned).toHaveLength(100);
    const mean = (values: { loss: number }[]) => values.reduce((sum, { loss }) => sum + loss, 0) / values.length;
    expect(mean(thinned)).toBeCloseTo(mean(points));
  });
});

describe("charts", () => {
  it("draws one line a series, named beside it", () => {
    const { text } = lossChart({ points, label: "loss" });
    expect(text).toMatch(/<svg/);
    expect(text).toContain(">first</text>");
    expect(text).toContain(">second</text>");
  });

  it("writes every score", () => {
    const { text } = scoreChart({ rows: [{ label: "rule", value: 0.345, interval: [0.3, 0.4], chance: 0.1 }], label: "scores" });
    expect(text).toContain("34.5 %");
    expect(text).toContain(">rule</text>");
  });
});
