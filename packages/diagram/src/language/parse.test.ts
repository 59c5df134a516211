import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatStatement } from "./format.js";
import { parseExpression, parseProgram, parseStatement } from "./parse.js";
import { ProgramError } from "./program-error.js";
import { repairStatement } from "./repair.js";
import { vocabulary } from "./vocabulary.js";

/** Set MMGEO_SLOW=1 for a hundred thousand inputs (a minute or two). */
const slow = process.env["MMGEO_SLOW"] === "1";

const canonical = [
  "Shape(AB,OBC,CA)",
  "Shape(A)",
  "Collinear(ABCD)",
  "Cocircular(O,ABC)",
  "Cocircular(O)",
  "RightTriangle(ABC)",
  "ParallelBetweenLine(AB,CD)",
  "Equal(LengthOfLine(AB),2*x-35)",
  "Equal(MeasureOfAngle(ABC),Add(MeasureOfAngle(CDE),30))",
  "Equal(Div(LengthOfLine(AB),LengthOfLine(CD)),1/2)",
  "Equal(Sin(MeasureOfAngle(ABC)),sqrt(3)/2)",
  "Equal(LengthOfLine(AB),(x+1)^2)",
  "Equal(LengthOfLine(AB),a-(b-c))",
  "Equal(MeasureOfAngle(AOB),α)",
  "Value(LengthOfLine(BC))",
  "Mark(LengthOfLine(AB))",
  "Mark(PerpendicularBetweenLine(AB,CB))",
  "Mark(Equal(LengthOfLine(AB),LengthOfLine(CD)))",
];

describe("parseStatement", () => {
  it.each(canonical)("reads and writes %s unchanged", (text) => {
    expect(formatStatement(parseStatement(text))).toBe(text);
  });

  it("reads every predicate of the vocabulary by its own pattern", () => {
    for (const { name, pattern, kind } of vocabulary.values()) {
      if (pattern === null) continue;
      const call = `${name}(${pattern.join(",")})`;
      const text = kind === "attribution" ? `Value(${call})` : call;
      expect(formatStatement(parseStatement(text))).toBe(text);
    }
    expect(vocabulary.size).toBe(80);
  });

  it.each([
    ["Equal(LengthOfLine(AB),)", 24],
    ["Paralel(AB,CD)", 1],
    ["ParallelBetweenLine(AB)", 21],
    ["ParallelBetweenLine(AB,CDE)", 24],
    ["Equal(LengthOfLine(ab),3)", 20],
    ["Equal(LengthOfLine(AB),3", 25],
    ["Equal(LengthOfLine(AB),3))", 26],
    ["Equal(x,3) ☃", 12],
    ["LengthOfLine(AB)", 1],
    ["Cocircular(AB,CD)", 12],
    ["Mark(Mark(LengthOfLine(AB)))", 6],
    ["", 1],
  ])("says where %s goes wrong", (text, column) => {
    const error = errorOf(() => parseStatement(text, { file: "a.cdl", line: 7 }));
    expect(error.column).toBe(column);
    expect(error.line).toBe(7);
    expect(error.message).toContain("a.cdl, line 7: column");
    expect(error.message).not.toContain("\n");
  });

  it("bounds depth and length", () => {
    expect(errorOf(() => parseStatement(`Equal(x,${"(".repeat(500)}1${")".repeat(500)})`)).message).toContain("nested");
    expect(errorOf(() => parseStatement(`Equal(x,${"-".repeat(500)}1)`)).message).toContain("nested");
    expect(errorOf(() => parseStatement(`Equal(x,${"1+".repeat(5000)}1)`)).message).toContain("characters");
    expect(errorOf(() => parseProgram("Shape(A)\n".repeat(10_000))).line).toBe(1001);
  });

  it("suggests the right capitals", () => {
    expect(errorOf(() => parseStatement("square(ABCD)")).message).toContain("did you mean Square?");
  });

  it("never throws anything but a ProgramError, and what it reads it writes readably", () => {
    const pieces = fc.constantFrom(...vocabulary.keys(), "Add", "Sub", "Mul", "Pow", "Sqrt", "sin", "(", ")", ",", "AB", "ABC", "O", "x", "pi", "3", "0.5", "+", "-", "*", "/", "**", " ", "α", "constructor", "__proto__", "😀");
    fc.assert(
      fc.property(fc.oneof(fc.array(pieces, { maxLength: 20 }).map((list) => list.join("")), fc.string()), (text) => {
        let statement;
        try {
          statement = parseStatement(text);
        } catch (error) {
          expect(error).toBeInstanceOf(ProgramError);
          return;
        }
        const written = formatStatement(statement);
        expect(formatStatement(parseStatement(written))).toBe(written);
      }),
      { numRuns: slow ? 100_000 : 2000 },
    );
  }, slow ? 600_000 : 20_000);
});

describe("parseExpression", () => {
  it("binds powers tighter than signs, and those tighter than products", () => {
    expect(parseExpression("-x^2")).toMatchObject({ kind: "negate", operand: { operator: "power" } });
    expect(parseExpression("a-b-c")).toMatchObject({ operator: "subtract", operands: [{ operator: "subtract" }, { name: "c" }] });
    expect(parseExpression("2*x-35")).toMatchObject({ operator: "subtract", operands: [{ operator: "multiply" }, { value: 35 }] });
  });
});

describe("parseProgram", () => {
  it("keeps lines and skips comments", () => {
    const { lines } = parseProgram("# a triangle\n\nShape(AB,BC,CA)\r\nEqual(LengthOfLine(AB),3)\n");
    expect(lines.map(({ line, text }) => [line, text])).toEqual([
      [3, "Shape(AB,BC,CA)"],
      [4, "Equal(LengthOfLine(AB),3)"],
    ]);
  });
});

describe("repairStatement", () => {
  it.each([
    ["IsoscelesTriangle(FGH))", "IsoscelesTriangle(FGH)"],
    ["IsTangentOfCircle(LK,M", "IsTangentOfCircle(LK,M)"],
    ["PerpendicularBetweenLine(BC，AC)", "PerpendicularBetweenLine(BC,AC)"],
    ["Value(MeasureOfArc(O,CF))", "Value(MeasureOfArc(OCF))"],
    ["Value(Div(LengthOfLine(DE),LengthOfLine(BC)),)", "Value(Div(LengthOfLine(DE),LengthOfLine(BC)))"],
    ["Equal(MeasureOfArc(PCY),3*Z-3)", "Equal(MeasureOfArc(PCY),3*z-3)"],
    ["Equal(LengthOfLine(VM),3a+11)", "Equal(LengthOfLine(VM),3*a+11)"],
  ])("reads %s as %s and says so", (text, repaired) => {
    const result = repairStatement(text);
    expect(formatStatement(result.statement)).toBe(repaired);
    expect(result.repairs).toHaveLength(1);
  });

  it("leaves what is right alone and does not guess", () => {
    expect(repairStatement("Shape(AB,BC)").repairs).toEqual([]);
    expect(() => repairStatement("Equal(LengthOfLine(AB),,3)")).toThrow(ProgramError);
  });
});

function errorOf(run: () => unknown): ProgramError {
  try {
    run();
  } catch (error) {
    if (error instanceof ProgramError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}
