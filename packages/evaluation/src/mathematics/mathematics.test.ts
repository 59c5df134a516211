import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { processorTime } from "../testing.js";
import { closeTo, numericValue } from "./number.js";

describe("numericValue", () => {
  it.each([
    ["6", 6],
    [".5", 0.5],
    ["-3", -3],
    ["12.5°", 12.5],
    ["45^\\circ", 45],
    ["90 degrees", 90],
    ["5 cm", 5],
    ["15\\mbox{ cm}^2", 15],
    ["28\\%", 28],
    ["$1,000.99", 1000.99],
    ["1 000", 1000],
    ["32,\\! 349", 32349],
    ["\\frac{10}{9}", 10 / 9],
    ["\\frac34", 0.75],
    ["-\\tfrac12", -0.5],
    ["2\\frac{1}{3}", 7 / 3],
    ["2\\sqrt3", 2 * Math.sqrt(3)],
    ["14*sqrt(3)", 14 * Math.sqrt(3)],
    ["3√2", 3 * Math.SQRT2],
    ["\\sqrt[3]{27}", 3],
    ["9\\pi/4", (9 * Math.PI) / 4],
    ["2πcm", 2 * Math.PI],
    ["968*pi/45", (968 * Math.PI) / 45],
    ["180*acos(13/15)/pi", (180 * Math.acos(13 / 15)) / Math.PI],
    ["-19*sqrt(2)/8+19*sqrt(10)/8+19*sqrt(sqrt(5)+5)/4", (-19 * Math.SQRT2) / 8 + (19 * Math.sqrt(10)) / 8 + (19 * Math.sqrt(Math.sqrt(5) + 5)) / 4],
    ["\\sin 30^\\circ", 0.5],
    ["\\tan(45°)", 1],
    ["\\sin 30", Math.sin(30)],
    ["3 1/2", 3.5],
    ["{3 \\over 4}", 0.75],
    ["5 \\choose 2", 10],
    ["\\lfloor 3.7 \\rfloor", 3],
    ["1.5e3", 1500],
    ["2**0.5", Math.SQRT2],
    ["two", 2],
    ["5!", 120],
    ["2^{10}", 1024],
    ["2^3^2", 512],
    ["-2^2", -4],
    ["|3-5|", 2],
    ["\\left(9+1\\right)", 10],
    ["½", 0.5],
  ])("reads %s", (text, value) => {
    expect(numericValue(text)).toBeCloseTo(value, 10);
  });

  it.each(["", "x", "(1,2)", "A", "1/0", "9^9^9^9", "\\boxed", "((((", "\\frac{1}{", "no number here", "2+", "500!", "1,2", "\\infty", "\\constructor", "\\text{toString}"])("has no number for %s", (text) => {
    expect(numericValue(text)).toBeNull();
  });

  it("reads what JavaScript writes", () => {
    fc.assert(fc.property(fc.double({ min: -1e6, max: 1e6, noNaN: true }), (value) => closeTo(numericValue(value.toFixed(6)) ?? Number.NaN, Number(value.toFixed(6)))));
  });

  it("never throws, and never takes long", () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom("\\frac", "{", "}", "(", ")", "1", "x", "^", "_", "\\sqrt", "[", "]", "|", ",", "-", "=", "\\text", " ", "\\begin{pmatrix}", "\\\\", "9"), maxLength: 60 }), (text) => void numericValue(text)), { numRuns: 2000 });
    for (const text of ["\\boxed{".repeat(1_000_000), "(".repeat(3000), "9^".repeat(1500) + "9", "\\sqrt".repeat(800) + "2", "{".repeat(3999), "|".repeat(3999), "-".repeat(3999), "\\frac".repeat(700), "1,000".repeat(500), " ".repeat(1_000_000)]) {
      expect(processorTime(() => void numericValue(text))).toBeLessThan(100);
    }
  });
});
