import { loadImage } from "@mmgeo/dataset";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { measure } from "../check/measure.js";
import { parseExpression, parseProgram } from "../language/parse.js";
import { namesOf } from "../language/points.js";
import type { Statement } from "../language/statement.js";
import { sampleProblems } from "../sources/sample.js";
import { markable } from "../build/claims.js";
import { layOut } from "./drawing.js";
import { angleText, expressionText, plainText } from "./label-text.js";
import { lengthInside } from "./place-labels.js";
import { differingPixels, encodePng, renderPixels } from "./png.js";
import { defaultStyle, frameSize, sampleStyle } from "./style.js";
import { drawSvg, svgOf } from "./svg.js";

const statementsOf = (lines: readonly string[]): Statement[] => parseProgram(lines.join("\n")).lines.map(({ statement }) => statement);
const problems = sampleProblems({ count: 105, seed: 11 }).map((problem) => {
  const [construction, text] = [statementsOf(problem.construction), statementsOf(problem.text)];
  return { scene: problem.start, family: problem.family, statements: [...construction, ...text, ...markable(construction, text).map((target): Statement => ({ kind: "mark", target }))] };
});

test("every label of every program is in the picture, inside the frame, in any style", () => {
  for (const [index, { scene, statements, family }] of problems.entries()) {
    const { labels } = layOut({ scene, statements, seed: index, style: index % 2 === 0 ? defaultStyle : sampleStyle(index, { colors: true }) });
    const { points, circles } = namesOf(statements);
    for (const name of [...points, ...circles]) expect(labels.some(({ text }) => text === name), `${family}: ${name}`).toBe(true);
    for (const { text, left, top, right, bottom } of labels) expect(left >= 0 && top >= 0 && right <= frameSize && bottom <= frameSize, `${family}: ${text}`).toBe(true);
  }
});

test("labels overlap one another in no sampled figure", () => {
  let overlaps = 0;
  for (const [index, { scene, statements }] of problems.entries()) {
    const { labels } = layOut({ scene, statements, seed: index });
    for (const [place, one] of labels.entries()) for (const two of labels.slice(place + 1)) if (Math.min(one.right, two.right) - Math.max(one.left, two.left) > 0.5 && Math.min(one.bottom, two.bottom) - Math.max(one.top, two.top) > 0.5) overlaps += 1;
  }
  expect(overlaps).toBeLessThanOrEqual(1);
});

test("the same seed draws the same picture, a style changes how it looks", () => {
  const { scene, statements } = problems[0] as (typeof problems)[number];
  expect(drawSvg({ scene, statements, seed: 4 })).toBe(drawSvg({ scene, statements, seed: 4 }));
  const plain = renderPixels(drawSvg({ scene, statements, seed: 4 }), { size: 96 });
  expect(plain.channels).toBe(1);
  const mirrored = renderPixels(drawSvg({ scene, statements, seed: 4, style: { mirror: true } }), { size: 96 });
  expect(differingPixels(plain, mirrored)).toBeGreaterThan(100);
  expect(renderPixels(drawSvg({ scene, statements, seed: 4, style: { lineColor: "#0b3d91" } }), { size: 96 }).channels).toBe(3);
});

test("a label for which there is no glyph is an error, not a gap", () => {
  expect(() => plainText("漢", { face: "roman", size: 10 })).toThrow(/no glyph/);
  const { scene, statements } = problems[0] as (typeof problems)[number];
  expect(() => layOut({ scene: { ...scene, points: {} }, statements, seed: 1 })).toThrow(/no point/);
  expect(() => layOut({ scene, statements, seed: 1, style: { fontSize: 120 } })).toThrow(/does not fit/);
});

test("algebra is set as in a textbook", () => {
  const setting = { face: "roman", size: 10 } as const;
  const count = (text: string): number => expressionText(parseExpression(text), setting).glyphs.length;
  expect(count("2*x-35")).toBe(5);
  expect(count("3*sqrt(2)")).toBe(3);
  const fraction = expressionText(parseExpression("7/2"), setting);
  expect(fraction.rules).toHaveLength(1);
  expect(fraction.descent).toBeGreaterThan(1);
  expect(angleText(parseExpression("60"), setting).glyphs).toHaveLength(3);
  expect(angleText(parseExpression("x+15"), setting).glyphs).toHaveLength(7);
});

test("a measured mark writes the drawing's own value", () => {
  const statements = statementsOf(["Shape(AB,BC,CA)", "Mark(LengthOfLine(AB))"]);
  const { labels } = layOut({ scene: { points: { A: [0, 3], B: [0, 0], C: [4, 0] }, circles: {}, symbols: {} }, statements, seed: 1, measure });
  expect(labels.map(({ text }) => text)).toContain("length AB");
});

test("PNG files hold what was rendered", async () => {
  const pixels = renderPixels(svgOf(layOut({ ...(problems[3] as (typeof problems)[number]), seed: 1 })), { size: 64 });
  const read = await loadImage(encodePng(pixels), { size: 64 });
  expect(read).toMatchObject({ width: 64, height: 64 });
  expect(new Set(pixels.data).size).toBeGreaterThan(2);
});

test("the length of a line inside a rectangle", () => {
  const box = { left: 0, top: 0, right: 10, bottom: 10 };
  expect(lengthInside([-5, 5, 15, 5], box)).toBeCloseTo(10);
  expect(lengthInside([20, 20, 30, 30], box)).toBe(0);
  fc.assert(fc.property(fc.tuple(fc.float({ noNaN: true, min: -50, max: 50 }), fc.float({ noNaN: true, min: -50, max: 50 }), fc.float({ noNaN: true, min: -50, max: 50 }), fc.float({ noNaN: true, min: -50, max: 50 })), (line) => lengthInside(line, box) <= Math.hypot(10, 10) + 1e-6));
});
