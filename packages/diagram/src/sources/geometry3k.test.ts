import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { measure } from "../check/measure.js";
import { parseExpression } from "../language/parse.js";
import { ProgramError } from "../language/program-error.js";
import { solve } from "../solve/solve.js";
import { algebraOf, parseForm } from "./geometry3k-form.js";
import { readGeometry3k, type Geometry3kProblem } from "./geometry3k.js";
import { readProblemStatements } from "./problem-statements.js";

/** Set MMGEO_SLOW=1 for a hundred thousand inputs (a minute or two). */
const slow = process.env["MMGEO_SLOW"] === "1";

const logicForm = {
  text_logic_form: ["Find(LengthOf(Line(B, C)))", "Parallel(Line(D, E), Line(B, C))", "Shiny(Line(A, B))"],
  diagram_logic_form: [
    "Equals(LengthOf(Line(A, D)), 2)",
    "Equals(LengthOf(Line(D, B)), 2x)",
    "Equals(x, \\frac{4}{2})",
    "Equals(LengthOf(Line(D, E)), 2",
    "PointLiesOnLine(D, Line(A, B))",
    "PointLiesOnLine(E, Line(A, C))",
    "Equals(MeasureOf(Angle(C, B, A)), MeasureOf(angle 1))",
    "Equals(MeasureOf(Angle(1)), 65)",
  ],
  line_instances: ["AB", "AC", "BC", "DE"],
  // pixels, y downwards
  point_positions: { A: [100, 10], B: [20, 190], C: [180, 190], D: [73, 70], E: [127, 70] },
};

async function read(form: unknown): Promise<Geometry3kProblem> {
  const folder = await mkdtemp(join(tmpdir(), "mmgeo-geometry3k-"));
  await mkdir(join(folder, "7"));
  await writeFile(join(folder, "7", "logic_form.json"), JSON.stringify(form));
  await writeFile(join(folder, "7", "data.json"), JSON.stringify({ problem_text: "Find BC.", choices: ["3", "4", "5", "6"], answer: "D" }));
  for await (const problem of readGeometry3k(folder)) return problem;
  throw new Error("no problem was read");
}

describe("readGeometry3k", () => {
  it("says a problem in CDL with the senses of its picture, and solves it near the picture", async () => {
    const problem = await read(logicForm);
    expect(problem.construction).toContain("Collinear(ADB)");
    expect(problem.image).toContain("Equal(MeasureOfAngle(ABC),65)");
    expect(problem.text).toEqual(["ParallelBetweenLine(DE,BC)"]);
    expect(problem.question).toEqual({ text: "Find BC.", choices: ["3", "4", "5", "6"], answer: "6", goal: "Value(LengthOfLine(BC))" });
    expect(problem.leftOut).toHaveLength(1);
    const { all, unreadable } = readProblemStatements(problem);
    expect(unreadable).toEqual([]);
    const solved = solve({ statements: all, seed: 1, start: problem.start });
    expect(solved.ok).toBe(true);
    if (!solved.ok) return;
    expect(measure(parseExpression("LengthOfLine(BC)"), solved.scene)).toBeCloseTo(6, 6);
    const [, top = 0] = solved.scene.points.A ?? [];
    const [, foot = 0] = solved.scene.points.B ?? [];
    expect(top).toBeGreaterThan(foot);
  });

  it("places a figure without positions as a copy of the one it is similar to, and a point where its lines cross", async () => {
    const problem = await read({
      text_logic_form: ["Similar(Triangle(A, B, C), Triangle(P, Q, R))"],
      diagram_logic_form: ["PointLiesOnLine(E, Line(A, D))", "PointLiesOnLine(E, Line(B, C))", "Perpendicular(Line(A, B), Line(B, C))", "Perpendicular(Line(A, B), Line(A, C))"],
      line_instances: ["AB", "BC", "CA", "AD", "PQ", "QR", "RP"],
      point_positions: { A: [0, 100], B: [0, 0], C: [100, 0], D: [60, -20], E: [-1, -1], P: [-1, -1], Q: [-1, -1], R: [-1, -1] },
    });
    expect(problem.text).toEqual(["SimilarBetweenTriangle(ACB,PRQ)"]);
    // The angle at A is 45 degrees in the picture: the annotation names the wrong lines.
    expect(problem.image).toEqual(["PerpendicularBetweenLine(CB,AB)"]);
    expect(problem.construction).toEqual(expect.arrayContaining([expect.stringMatching(/^Collinear\((BEC|CEB)\)$/)]));
    expect(problem.leftOut.join()).toContain("no right angle");
    const { all } = readProblemStatements(problem);
    expect(solve({ statements: all, seed: 1, start: problem.start }).ok).toBe(true);
  });

  it.each([
    ["Regular(Pentagon(A, B, C, D, E))", "Polygon(AEDCB)"],
    ["IsMidpointOf(Point(F), LegOf(Trapezoid(A, B, C, D)))", "IsMidpointOfLine(F,CB)"],
    ["Equals(AreaOf(Shaded(Sector(O, A, B))), 5)", "Equal(AreaOfSector(OBA),5)"],
    ["InscribedIn(Quadrilateral(A, B, C, D), Circle(O))", "Cocircular(O,DCBA)"],
    ["Equals(ScaleFactorOf(Blue(Triangle(A, B, C)), Green(Triangle(B, C, D))), 2)", "Equal(Div(LengthOfLine(AB),LengthOfLine(BC)),2)"],
    ["Equals(LengthOf(HypotenuseOf(Right(Triangle(A, B, C)))), 5)", "Equal(LengthOfLine(AC),5)"],
    ["IsHypotenuseOf(Line(A, C), Triangle(A, B, C))", "RightTriangle(CBA)"],
  ])("says %s in CDL", async (form, statement) => {
    const problem = await read({
      text_logic_form: [form],
      diagram_logic_form: ["PointLiesOnCircle(A, Circle(O, radius_0))", "PointLiesOnCircle(B, Circle(O, radius_0))"],
      line_instances: ["AB", "BC", "CD", "DE", "EA"],
      point_positions: { A: [0, 0], B: [100, 0], C: [100, 100], D: [0, 100], E: [-40, 50], F: [100, 50], O: [50, 50] },
    });
    expect(problem.leftOut).toEqual([]);
    expect(problem.text.join("\n")).toContain(statement);
  });

  it("names the file and field of what is not its layout", async () => {
    await expect(read({ diagram_logic_form: 3, point_positions: {} })).rejects.toThrow(/logic_form\.json, field diagram_logic_form/);
  });
});

describe("algebraOf", () => {
  it.each([
    ["4y-10", "4*y-10"],
    ["\\frac{1}{2}x+3", "((1)/(2))*x+3"],
    ["6\\sqrt{3}", "6*sqrt(3)"],
    ["60\\degree", "60"],
    ["x^{2}", "x^(2)"],
  ])("%s is %s", (text, infix) => {
    expect(algebraOf(text)).toBe(infix);
    expect(() => parseExpression(algebraOf(text))).not.toThrow();
  });
});

describe("parseForm", () => {
  it("never throws anything but a ProgramError", () => {
    const piece = fc.constantFrom("Equals", "Line", "(", ")", ",", "A", "x", "\\frac{1}{2}", "+", " ", "angle 1", "é");
    fc.assert(
      fc.property(fc.oneof(fc.array(piece, { maxLength: 30 }).map((list) => list.join("")), fc.string()), (text) => {
        try {
          parseForm(text);
        } catch (error) {
          expect(error).toBeInstanceOf(ProgramError);
        }
        algebraOf(text);
      }),
      { numRuns: slow ? 100_000 : 2000 },
    );
  }, slow ? 600_000 : 20_000);
});
