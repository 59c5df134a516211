import { describe, expect, it } from "vitest";
import { measure } from "../check/measure.js";
import { parseExpression, parseProgram } from "../language/parse.js";
import { solve } from "./solve.js";

const statementsOf = (...lines: string[]) => parseProgram(lines.join("\n")).lines.map(({ statement }) => statement);

describe("solve", () => {
  it.each([
    ["LengthOfLine(BC)", 6, ["Shape(AD,DE,EA)", "Shape(DB,BC,CE,ED)", "Collinear(ADB)", "Collinear(AEC)", "Equal(LengthOfLine(AD),2)", "Equal(LengthOfLine(DB),4)", "Equal(LengthOfLine(DE),2)", "ParallelBetweenLine(DE,BC)"]],
    ["x", 2.5981, ["Shape(FB,BA,AF)", "Shape(BL,LA,AB)", "Collinear(LBF)", "Equal(LengthOfLine(BF),x)", "Equal(LengthOfLine(LA),sqrt(3))", "Equal(LengthOfLine(LF),2*sqrt(3))", "PerpendicularBetweenLine(FB,AB)", "PerpendicularBetweenLine(LA,FA)"]],
    ["MeasureOfAngle(AOC)", 120, ["Shape(AO,OC,CA)", "Shape(AB,BC,CO,OA)", "Cocircular(O,ABC)", "Equal(MeasureOfAngle(ABC),60)", "IsCentreOfCircle(O,O)"]],
  ])("measures %s as %f", (goal, value, lines) => {
    const result = solve({ statements: statementsOf(...lines), seed: 1 });
    expect(result.ok).toBe(true);
    if (result.ok) expect(measure(parseExpression(goal), result.scene)).toBeCloseTo(value, 4);
  });

  it("gives the same drawing for the same seed", () => {
    const statements = statementsOf("Shape(AB,BC,CA)", "Equal(LengthOfLine(AB),3)");
    expect(solve({ statements, seed: 5 })).toEqual(solve({ statements, seed: 5 }));
    expect(solve({ statements, seed: 5 })).not.toEqual(solve({ statements, seed: 6 }));
  });

  it("refuses an impossible triangle and names it", () => {
    const result = solve({ statements: statementsOf("Shape(AB,BC,CA)", "Equal(LengthOfLine(AB),1)", "Equal(LengthOfLine(BC),2)", "Equal(LengthOfLine(CA),9)"), seed: 1 });
    expect(result.ok).toBe(false);
    if (!result.ok) expect(result.reason.statements.length).toBeGreaterThan(0);
  });
});
