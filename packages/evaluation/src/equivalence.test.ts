import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { conventions } from "./conventions.js";
import { equivalent } from "./equivalence.js";
import { processorTime, publishedData } from "./testing.js";

const folder = publishedData("answer-equivalence");

const casesOf = (file: string) =>
  readFileSync(`${folder}/${file}`, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe.skipIf(folder === null)("published cases", () => {
  it("agrees with all of hendrycks/math's", () => {
    const wrong = casesOf("hendrycks_is_equiv_cases.jsonl").filter(({ a, b, equal }) => equivalent(a as string, b as string).equal !== equal || equivalent(b as string, a as string).equal !== equal);
    expect(wrong).toEqual([]);
  });

  it("agrees with at least 98.5 % of Math-Verify's", () => {
    const cases = casesOf("math_verify_cases.jsonl");
    const wrong = cases.filter(({ gold, pred, expected, result }) => Number(equivalent(gold as string, pred as string).equal) !== (expected ?? result));
    expect(1 - wrong.length / cases.length).toBeGreaterThanOrEqual(0.985);
  });
});

describe("conventions", () => {
  const cases = conventions.flatMap(({ equal, different }) => [...equal.map((pair) => [...pair, true] as const), ...different.map((pair) => [...pair, false] as const)]);
  it.each(cases)("%s and %s: %s", (gold, prediction, expected) => {
    expect(equivalent(gold, prediction).equal).toBe(expected);
  });

  it("hold both ways, but for those that say otherwise", () => {
    const bothWays = conventions.filter(({ oneWay }) => oneWay !== true).flatMap(({ equal, different }) => [...equal.map((pair) => [...pair, true] as const), ...different.map((pair) => [...pair, false] as const)]);
    for (const [gold, prediction, expected] of bothWays) if (!/boxed/.test(prediction)) expect(equivalent(prediction, gold).equal, `${prediction} | ${gold}`).toBe(expected);
  });
});

describe("equivalent", () => {
  it("finds the answer in a response", () => {
    expect(equivalent("12", "So DE is 4. Therefore, BC = 12.").equal).toBe(true);
    expect(equivalent("2\\sqrt{3}", "The height is $h=2\\sqrt{3}$ cm.").equal).toBe(true);
    expect(equivalent("16", "So the perimeter is 4 m + 4 m + 4 m + 4 m = **16 m**.\n\nIs there anything else I can help you with?").equal).toBe(true);
    expect(equivalent("7", "The difference is 53.5% - 46.5% = 7%.\n\nI hope this helps! Let me know if you have any other questions.").equal).toBe(true);
    expect(equivalent("140", "Angle CED = 140°").equal).toBe(true);
    expect(equivalent("5", "I cannot see it.")).toMatchObject({ equal: false, readable: false });
    for (const text of ["9^9^9^9", "\\boxed{9^{9^{9^9}}}", "\\boxed{".repeat(1_000_000), "1/0"]) expect(equivalent("5", text)).toMatchObject({ equal: false, readable: false });
    expect(equivalent("5", "")).toMatchObject({ equal: false, readable: false });
    expect(equivalent("1000.99", "it is 1,000.99€").equal).toBe(true);
    expect(equivalent("2", "AZYUK2A").equal).toBe(false);
  });

  it("rounds only where it is told to", () => {
    expect(equivalent("1.41", "\\sqrt{2}").equal).toBe(false);
    expect(equivalent("1.41", "\\sqrt{2}", { decimals: 2 }).equal).toBe(true);
    expect(equivalent("1.41", "1.43", { decimals: 2 }).equal).toBe(false);
  });

  it("says of every number that it equals itself, however it is written", () => {
    fc.assert(
      fc.property(fc.integer({ min: -9999, max: 9999 }), fc.integer({ min: 1, max: 99 }), (numerator, denominator) => {
        const fraction = `\\frac{${numerator}}{${denominator}}`;
        for (const form of [`${numerator}/${denominator}`, `$${fraction}$`, `\\boxed{${fraction}}`, `The answer is $x=${fraction}$.`, String(numerator / denominator)]) expect(equivalent(fraction, form).equal, form).toBe(true);
        expect(equivalent(fraction, `${numerator + 1}/${denominator}`).equal).toBe(false);
      }),
    );
  });

  it("never throws, and ends within 100 ms on hostile input", () => {
    const pieces = ["\\boxed{", "}", "$", "\\frac{", "(", ")", "[", "]", "1", "x", ",", "=", "<", "\\text{", " and ", "\\pm", "\\{", "\\}", "^", "_", "answer is ", "\n", ". ", "\\begin{pmatrix}", "&", "\\\\", "\\end{pmatrix}", "|", "\\cup"];
    fc.assert(fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 50 }), fc.string(), (parts, text) => void [equivalent("1", parts.join("")), equivalent(parts.join(""), text), equivalent(text, parts.join(""))]), { numRuns: 1500 });
    const nested = Array.from({ length: 10 }).reduce<string>((inner) => `\\{${inner},${inner}\\}`, "1");
    const hostile = ["\\boxed{".repeat(1_000_000), "9^9^9^9", "\\boxed{9^{9^{9^9}}}", "$".repeat(1_000_000), "\\[".repeat(500_000), "(".repeat(100_000), "1,".repeat(100_000), "{1,".repeat(1900), "\\pm1".repeat(12), `\\boxed{${"1±1±".repeat(30)}1}`, nested, "a".repeat(1_000_000), "1 and ".repeat(160_000), "x".repeat(3999), "\\boxed{1}".repeat(100_000), "answer is ".repeat(100_000), "\\sqrt".repeat(1000), "170!!!!!!!!", "\\text{".repeat(100_000), ". ".repeat(500_000), "1 ".repeat(500_000), `\\begin{pmatrix}${"1&".repeat(1000)}1\\end{pmatrix}`.repeat(3), "((((1)^2)^2)^2)^2".repeat(100), "|".repeat(1000), "-".repeat(100_000), "\\quad".repeat(100_000), "\\text{a}".repeat(100_000), "\"".repeat(100_000), "\\\"".repeat(100_000), "<|".repeat(100_000), "I hope it".repeat(50_000)];
    for (const text of hostile) {
      for (const [gold, prediction] of [["5", text], [text, text], [text, "5"]] as const) {
        expect(processorTime(() => void equivalent(gold, prediction)), text.slice(0, 20)).toBeLessThan(100);
      }
    }
  });
});
