import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { describe, expect, it } from "vitest";
import { parseStatement } from "../language/parse.js";
import type { Statement } from "../language/statement.js";
import { vocabulary } from "../language/vocabulary.js";
import { angleGuides } from "./angle-guides.js";
import { inequalitiesOf } from "./inequalities.js";
import type { Residual } from "./levenberg-marquardt.js";
import { equationsOf } from "./residuals.js";
import { styleGuides } from "./style-guides.js";
import { trapezoidGuides } from "./trapezoid-guides.js";
import { unknownsOf } from "./unknowns.js";

const texts = [
  ...[...vocabulary.values()].flatMap(({ name, pattern, kind }) => {
    if (pattern === null) return [];
    const call = `${name}(${pattern.join(",")})`;
    return kind === "attribution" ? [`Equal(${call},Add(x,Mul(2,y)))`] : [call];
  }),
  "Shape(AB,BC,CD,DA)",
  "Shape(OAB,BC,CA)",
  "Shape(AB,OAB)",
  "Shape(HC,CD)",
  "Collinear(ABCD)",
  "Cocircular(O,ABCD)",
  "Polygon(ABCDE)",
  "PerpendicularBetweenLine(AB,CD)",
  "Equal(Sin(MeasureOfAngle(ABC)),Div(LengthOfLine(AB),Pow(x,2)))",
  "Equal(Sqrt(LengthOfLine(AB)),Cos(Sub(x,3)))",
  "Equal(Tan(MeasureOfAngle(ABC)),atan(x))",
  "Equal(x^y,-asin(y/10)*acos(x/10))",
];

function gradientError(residual: Residual, x: Float64Array): number {
  const row = new Float64Array(x.length);
  residual.term.value(x);
  residual.term.accumulate(1, x, row);
  let worst = 0;
  for (let index = 0; index < x.length; index += 1) {
    const step = 1e-6;
    const at = (delta: number): number => {
      const moved = Float64Array.from(x);
      moved[index] = (moved[index] as number) + delta;
      return residual.term.value(moved);
    };
    const numeric = (at(step) - at(-step)) / (2 * step);
    worst = Math.max(worst, Math.abs(numeric - (row[index] as number)) / (1 + Math.abs(numeric)));
  }
  return worst;
}

describe("derivatives", () => {
  it.each(texts)("of %s are exact", (text) => {
    const statement: Statement = parseStatement(text);
    const unknowns = unknownsOf([statement]);
    const context = { unknowns, scale: 3 };
    const residuals = [...equationsOf(statement, context), ...inequalitiesOf(statement, context), ...angleGuides([statement], unknowns), ...styleGuides([statement], context), ...trapezoidGuides([statement], context)];
    const generator = xoroshiro128plus(11);
    for (let trial = 0; trial < 3; trial += 1) {
      const x = Float64Array.from({ length: unknowns.count }, () => 1 + 4 * uniformFloat64(generator));
      for (const residual of residuals) expect(gradientError(residual, x)).toBeLessThan(1e-5);
    }
  });
});
