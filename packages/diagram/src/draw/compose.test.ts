import { expect, test } from "vitest";
import { checkStatement } from "../check/check.js";
import { parseProgram } from "../language/parse.js";
import { composeScene } from "./compose.js";

const statementsOf = (text: string) => parseProgram(text).lines.map(({ statement }) => statement);

test("unconnected triangles are set apart, and everything still holds", () => {
  const statements = statementsOf("Shape(AB,BC,CA)\nShape(DE,EF,FD)\nSimilarBetweenTriangle(ABC,DEF)\nEqual(LengthOfLine(AB),LengthOfLine(DE))");
  const scene = { points: { A: [0, 0], B: [4, 1], C: [1, 3], D: [1, 1], E: [5, 2], F: [2, 4] }, circles: {}, symbols: {} } as const;
  const composed = composeScene(structuredClone(scene) as never, statements);
  for (const statement of statements) expect(checkStatement(statement, composed).verdict).toBe("true");
  const [first, second] = ["ABC", "DEF"].map((letters) => [...letters].map((letter) => composed.points[letter] as [number, number])) as [[number, number][], [number, number][]];
  const range = (list: [number, number][], axis: 0 | 1) => [Math.min(...list.map((at) => at[axis])), Math.max(...list.map((at) => at[axis]))] as [number, number];
  const apart = ([0, 1] as const).some((axis) => range(first, axis)[1] < range(second, axis)[0] || range(second, axis)[1] < range(first, axis)[0]);
  expect(apart).toBe(true);
});

test("the longest side comes to lie level at the foot", () => {
  const statements = statementsOf("Shape(AB,BC,CA)");
  const { points } = composeScene({ points: { A: [0, 0], B: [3, 3], C: [0, 2] }, circles: {}, symbols: {} }, statements);
  expect(points["A"]?.[1]).toBeCloseTo(points["B"]?.[1] as number);
  expect(points["C"]?.[1]).toBeGreaterThan(points["A"]?.[1] as number);
});
