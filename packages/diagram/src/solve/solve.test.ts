import type { Scene } from "@mmgeo/dataset";
import { describe, expect, it } from "vitest";
import { measure } from "../check/measure.js";
import { formatStatement } from "../language/format.js";
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

  it("names a smallest contradiction, and nothing that is no part of it", () => {
    const result = solve({ statements: statementsOf("Shape(AB,BC,CA)", "Shape(DE,EF,FD)", "Equal(LengthOfLine(AB),1)", "Equal(LengthOfLine(BC),2)", "Equal(LengthOfLine(CA),9)", "Equal(LengthOfLine(DE),4)"), seed: 1 });
    expect(result.ok).toBe(false);
    if (result.ok) return;
    expect(result.reason.kind).toBe("contradiction");
    expect(result.reason.statements.filter((text) => text.startsWith("Equal")).sort()).toEqual(["Equal(LengthOfLine(AB),1)", "Equal(LengthOfLine(BC),2)", "Equal(LengthOfLine(CA),9)"]);
    expect(result.reason.message).not.toContain("DE");
  });

  it.each([
    ["parallel sides exchanged", "ParallelBetweenLine(BC,DE)", "ParallelBetweenLine(DE,BC)"],
    ["a shape walked clockwise", "Shape(AE,ED,DA)", "Shape(AD,DE,EA)"],
  ])("puts right %s and says so, but not where told how hard to try", (_what, slip, meant) => {
    const right = ["Shape(AD,DE,EA)", "Shape(DB,BC,CE,ED)", "Collinear(ADB)", "Collinear(AEC)", "ParallelBetweenLine(DE,BC)", "Equal(LengthOfLine(AD),2)", "Equal(LengthOfLine(DB),4)"];
    const statements = statementsOf(...right.map((line) => (line === meant ? slip : line)));
    const result = solve({ statements, seed: 1 });
    expect(result.ok).toBe(true);
    if (!result.ok) return;
    expect(result.notes).toEqual([`read ${slip} as ${meant}, which the rest of the program asks for`]);
    expect(result.statements.map(formatStatement)).toContain(meant);
    expect(solve({ statements, seed: 1, attempts: 2 }).ok).toBe(false);
  });

  it.each([
    ["an angle that the bisector does not start in", ["Shape(CA,AQ,QC)", "Shape(CQ,QB,BC)", "Collinear(AQB)", "IsBisectorOfAngle(CQ,CAB)"], "read IsBisectorOfAngle(CQ,CAB) as IsBisectorOfAngle(CQ,BCA), which the rest of the program asks for"],
    ["a circle's letter", ["Shape(ODA,AO,OD)", "Shape(OAB,BA)", "Shape(OBD,DO,OB)", "Shape(ODA,DC,CA)", "Shape(OA,AB,BO)", "Collinear(BODC)", "Cocircular(O,ABC)", "Equal(MeasureOfAngle(ABO),25)", "IsCentreOfCircle(O,O)", "IsTangentOfCircle(CA,O)"], "read Cocircular(O,ABC) as Cocircular(O,ABD), which the rest of the program asks for"],
  ])("puts right %s", (_what, lines, note) => {
    const result = solve({ statements: statementsOf(...lines), seed: 1 });
    expect(result.ok).toBe(true);
    if (result.ok) expect(result.notes).toEqual([note]);
  });

  it("names every statement of a contradiction that takes several", () => {
    const result = solve({ statements: statementsOf("Shape(AC,CD,DA)", "Shape(DC,CB,BD)", "Collinear(ADB)", "Equal(LengthOfLine(AD),5)", "Equal(LengthOfLine(BC),32)", "Equal(LengthOfLine(CD),12)", "PerpendicularBetweenLine(AC,BC)", "PerpendicularBetweenLine(BD,CD)"), seed: 1 });
    expect(result.ok).toBe(false);
    if (!result.ok) for (const text of ["Equal(LengthOfLine(AD),5)", "Equal(LengthOfLine(BC),32)", "Equal(LengthOfLine(CD),12)"]) expect(result.reason.statements).toContain(text);
  });

  it("finds the few statements that contradict one another among hundreds", () => {
    const letters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
    const unit = letters.flatMap((from, at) => letters.slice(at + 1, at + 12).map((to) => `Equal(LengthOfLine(${from}${to}),1)`));
    const result = solve({ statements: statementsOf(...unit), seed: 1 });
    expect(result.ok).toBe(false);
    // Four points cannot be at equal distances from one another in the plane.
    if (!result.ok) expect(result.reason.statements).toHaveLength(6);
  });

  it("leaves out what is no figure, with the reason", () => {
    const result = solve({ statements: statementsOf("Shape(AB,BC,CA)", "Shape(AB,CD,BC)", "Collinear(AXA)", "Equal(MeasureOfAngle(ABA),20)"), seed: 1 });
    expect(result.ok).toBe(true);
    if (!result.ok) return;
    expect(result.statements.map(formatStatement)).toEqual(["Shape(AB,BC,CA)"]);
    expect(result.notes).toEqual(["left out Shape(AB,CD,BC): its pieces do not join into a closed shape", "left out Collinear(AXA): it names a point twice", "left out Equal(MeasureOfAngle(ABA),20): it names a point twice"]);
  });

  it("stands a figure on a level base and takes a start as it is where all holds on it", () => {
    const statements = statementsOf("Shape(AB,BC,CD,DA)", "Rectangle(ABCD)", "Equal(LengthOfLine(AB),3)", "Equal(LengthOfLine(BC),5)");
    const result = solve({ statements, seed: 3 });
    expect(result.ok).toBe(true);
    if (!result.ok) return;
    const [b, c] = [result.scene.points.B, result.scene.points.C];
    expect(Math.abs((b?.[1] ?? 0) - (c?.[1] ?? 9))).toBeLessThan(1e-6);
    const again = solve({ statements, seed: 9, start: result.scene });
    expect(again.ok && again.scene).toBe(result.scene);
  });

  it("leaves out the statement that the published picture denies where they contradict one another", () => {
    const start = { points: { A: [0, 0], B: [4, 0], C: [0, 3] }, circles: {}, symbols: {} } satisfies Scene;
    const statements = statementsOf("Shape(AB,BC,CA)", "Equal(LengthOfLine(AB),4)", "Equal(LengthOfLine(BC),9)", "Equal(LengthOfLine(CA),3)", "PerpendicularBetweenLine(CA,BA)");
    const result = solve({ statements, seed: 1, start });
    expect(result.ok).toBe(true);
    if (result.ok) expect(result.notes).toEqual(["left out Equal(LengthOfLine(BC),9): it contradicts the others, and the published picture is 44 % off it"]);
  });

  it("has nothing to draw where no point is named", () => {
    const result = solve({ statements: statementsOf("Equal(x,3)"), seed: 1 });
    expect(result).toMatchObject({ ok: false, reason: { kind: "nothing to draw" } });
  });
});
