import { expect, test } from "vitest";
import { buildRecord } from "../build/build-record.js";
import { exportDiagram } from "../export/exporters.js";
import { parseProgram } from "../language/parse.js";
import { solve } from "../solve/solve.js";
import { problemOfProgram } from "../sources/programs.js";
import { renderPixels } from "./png.js";
import { regionsOf } from "./regions.js";
import { drawSvg } from "./svg.js";

const construction = ["Shape(OAB,OBC,OCD,ODA)", "Shape(AB,BC,CD,DA)", "Cocircular(O,ABCD)", "Square(ABCD)", "IsCentreOfCircle(O,O)", "Equal(LengthOfLine(AB),4)"];
const figureOf = (...marks: string[]) => {
  const statements = parseProgram([...construction, ...marks].join("\n")).lines.map(({ statement }) => statement);
  const solved = solve({ statements: statements.filter(({ kind }) => kind !== "mark"), seed: 1 });
  if (!solved.ok) throw new Error(solved.reason.message);
  return { scene: solved.scene, statements };
};
/** By the shoelace formula. */
const areaOf = (outline: readonly (readonly [number, number])[]): number => Math.abs(outline.reduce((sum, [x, y], index) => sum + x * outline[(index + 1) % outline.length]![1] - outline[(index + 1) % outline.length]![0] * y, 0)) / 2;
const grey = (svg: string): number => renderPixels(svg, { size: 224 }).data.filter((value, index) => index % 4 === 0 && value > 190 && value < 225).length / 224 ** 2;

test("areas are shaded, and what is taken away is ground again", () => {
  const { scene, statements } = figureOf("Mark(Sub(AreaOfCircle(O),AreaOfQuadrilateral(ABCD)))");
  const [circle, square] = regionsOf(statements, scene);
  expect([circle?.shaded, square?.shaded]).toEqual([true, false]);
  // A circle of 40 sides is 0.4 % smaller than a round one.
  expect(areaOf(circle!.outline) / (8 * Math.PI)).toBeCloseTo(1, 1);
  expect(areaOf(square!.outline)).toBeCloseTo(16, 6);
  const [whole, rest, none] = ["Mark(AreaOfCircle(O))", "Mark(Sub(AreaOfCircle(O),AreaOfQuadrilateral(ABCD)))", ""].map((mark) => grey(drawSvg({ ...figureOf(...(mark === "" ? [] : [mark])), seed: 1 })));
  expect(none).toBeLessThan(0.01);
  // The square is 2 / pi of its circle.
  expect((rest! - none!) / (whole! - none!)).toBeCloseTo(1 - 2 / Math.PI, 1);
});

test("sectors and triangles are shaded; what the scene lacks or is no area is not", () => {
  const { scene, statements } = figureOf("Mark(AreaOfSector(OAB))", "Mark(AreaOfTriangle(ABC))", "Mark(AreaOfTriangle(ABX))", "Mark(Add(AreaOfTriangle(ABC),LengthOfLine(AB)))");
  expect(regionsOf(statements, scene).map(({ outline }) => areaOf(outline))).toEqual([expect.closeTo(2 * Math.PI, 1), expect.closeTo(8, 6)]);
});

test("shading is exported, and drawn in datasets", () => {
  const figure = figureOf("Mark(Sub(AreaOfCircle(O),AreaOfTriangle(ABC)))");
  expect(exportDiagram({ ...figure, format: "tikz" })).toMatch(/\\fill\[black!18\].*cycle;\n {2}\\fill\[white\].*cycle;/);
  expect(exportDiagram({ ...figure, format: "matplotlib" })).toMatch(/axes\.fill\(.*color="0\.82".*\naxes\.fill\(.*color="white"/);
  expect(exportDiagram({ ...figure, format: "geogebra" })).toContain("SetFilling(region2,1)");
  const picture = (...marks: string[]) => {
    const result = buildRecord({ problem: problemOfProgram([...construction, ...marks].join("\n"), { id: "shaded" }), seed: 1, negatives: 0 });
    if (!result.ok) throw new Error(result.reason);
    return { program: result.record.program, png: result.images[0]!.png };
  };
  const shaded = picture("Mark(AreaOfCircle(O))");
  expect(shaded.program).toContain("Mark(AreaOfCircle(O))");
  expect(Buffer.compare(Buffer.from(shaded.png), Buffer.from(picture().png))).not.toBe(0);
});
