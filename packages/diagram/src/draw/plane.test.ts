import type { ImageNegative } from "@mmgeo/dataset";
import { describe, expect, it } from "vitest";
import { buildRecord } from "../build/build-record.js";
import { checkRecord, type DatasetCheck } from "../build/check-dataset.js";
import { captionOf } from "../caption/caption.js";
import { checkStatement } from "../check/check.js";
import { exportDiagram } from "../export/exporters.js";
import { conicOf, type Equation, equationOf } from "../language/equation.js";
import { formatStatement } from "../language/format.js";
import { sameMeaning } from "../language/meaning.js";
import { parseProgram, parseStatement } from "../language/parse.js";
import { solve } from "../solve/solve.js";
import { problemOfProgram } from "../sources/programs.js";
import { traceCurve } from "./curves.js";
import { layOut } from "./drawing.js";

const program = ["Axes(O)", "Equal(XCoordinateOfPoint(A),-1)", "Equal(XCoordinateOfPoint(B),3)", "Graph(AB,y,x^2-2)", "Graph(AB,y,2*x+1)", "Graph(C,y,x^2-2)", "Equal(XCoordinateOfPoint(C),0)"].join("\n");
const statements = parseProgram(program).lines.map(({ statement }) => statement);
const equation = (text: string): Equation => equationOf(parseStatement(text)) as Equation;

describe("analytic geometry", () => {
  it("reads an equation and writes it back, and tells the same curve", () => {
    const graph = parseStatement("Graph(AB, y, x^2 - 2*x)");
    expect(formatStatement(graph)).toBe("Graph(AB,y,x^2-2*x)");
    expect(sameMeaning(graph, parseStatement("Graph(BA,x^2-2*x,y)"))).toBe(true);
    expect(() => parseStatement("Graph(y,x^2)")).toThrow(/points it passes through/);
    expect(() => parseStatement("Graph(A,y,LengthOfLine(AB))")).toThrow(/no measures/);
  });

  it.each([
    ["Graph(A,y,2*x+1)", "line"],
    ["Graph(A,x^2+y^2-4*x,21)", "circle"],
    ["Graph(A,x^2/9+y^2/4,1)", "ellipse"],
    ["Graph(A,y,x^2-2)", "parabola"],
    ["Graph(A,y,6/x)", "hyperbola"],
    ["Graph(A,x^2/9-y^2/4,1)", "hyperbola"],
    ["Graph(A,y,sin(x))", null],
    ["Graph(A,y,k*x)", null],
  ])("%s is a %s", (text, name) => {
    expect(conicOf(equation(text))).toBe(name);
  });

  it("solves coordinates, each proven, where the axes have them", () => {
    const solved = solve({ statements, seed: 1 });
    expect(solved.ok).toBe(true);
    if (!solved.ok) return;
    const [ax = 0, ay = 0] = solved.scene.points.A ?? [];
    expect([ax, ay]).toEqual([expect.closeTo(-1, 6), expect.closeTo(-1, 6)]);
    expect(checkStatement(parseStatement("Graph(B,y,x^2-2)"), solved.scene).verdict).toBe("true");
    expect(checkStatement(parseStatement("Graph(B,y,x^2-3)"), solved.scene).verdict).toBe("false");
    const drawing = layOut({ scene: solved.scene, statements, seed: 1 });
    expect(drawing.labels.map(({ text }) => text)).toEqual(expect.arrayContaining(["O", "A", "B", "C", "axis x", "axis y"]));
    expect(exportDiagram({ scene: solved.scene, statements, format: "geogebra" })).toContain("y = x^2-2");
    for (const format of ["tikz", "matplotlib"] as const) expect(exportDiagram({ scene: solved.scene, statements, format })).toMatch(/->/);
  });

  it("traces a curve to within a cell, and no pole", () => {
    const window = { left: -5, right: 5, bottom: -5, top: 5 };
    for (const [x, y] of traceCurve(equation("Graph(A,x^2+y^2,9)"), window, {}).flat()) expect(Math.hypot(x, y)).toBeCloseTo(3, 2);
    const branches = traceCurve(equation("Graph(A,y,6/x)"), window, {});
    expect(branches).toHaveLength(2);
    for (const [x, y] of branches.flat()) expect(x * y).toBeCloseTo(6, 1);
  });

  it("says curves in words", () => {
    const claims = [parseStatement("Graph(AB,y,x^2-2)"), parseStatement("Axes(O)")];
    expect(captionOf({ claims, seed: 1 }).text).toMatch(/parabola y = x\^2 - 2/);
    expect(captionOf({ claims, seed: 1, language: "zh" }).text).toMatch(/抛物线y=x\^2 - 2经过点A、B/);
  });

  it("builds a proven record with negatives", () => {
    const result = buildRecord({ problem: problemOfProgram(program, { id: "parabola" }), seed: 1, negatives: 6 });
    expect(result.ok ? "" : result.reason).toBe("");
    if (!result.ok) return;
    const check: DatasetCheck = { records: 0, images: 0, claims: 0, falseClaims: 0, wrong: [] };
    checkRecord(result.record, check);
    expect(check.wrong).toEqual([]);
    expect(result.record.negatives.length).toBeGreaterThanOrEqual(3);
    expect(result.record.negatives.some((negative) => (negative as ImageNegative).edits.some(({ class: editClass }) => editClass === "number"))).toBe(true);
  });
});
