import type { Expression, Statement } from "../language/statement.js";
import { pointsOf } from "./expression-term.js";
import type { Residual } from "./levenberg-marquardt.js";
import type { Context } from "./residuals.js";
import { difference, length, wrappedDirections } from "./term.js";

/** Faint: these lean the choice, they never bend a figure that its statements determine. */
const WEIGHT = 0.2;

/**
 * What a textbook draws where the statements leave it open: a quadrilateral whose midsegment is spoken of has parallel
 * bases, and one with two parallel sides whose other two are equal is an isosceles trapezoid (were it a parallelogram,
 * the problem would say so).
 */
export function trapezoidGuides(statements: readonly Statement[], { unknowns, scale }: Context): Residual[] {
  const guides: Residual[] = [];
  const legs = statements.flatMap(equalSegments);
  for (const statement of statements) {
    if (statement.kind !== "relation") continue;
    const [first = "", second = ""] = statement.arguments;
    if (statement.name === "IsMidsegmentOfQuadrilateral") {
      const [a = 0, b = 0, c = 0, d = 0] = pointsOf(unknowns, second);
      guides.push({
        term: wrappedDirections([
          { from: a, to: d, coefficient: 1 },
          { from: b, to: c, coefficient: -1 },
        ]),
        weight: WEIGHT,
      });
    }
    if (statement.name !== "ParallelBetweenLine" || new Set(first + second).size !== 4) continue;
    // AB and CD run the same way, so the legs are AC and BD, the diagonals AD and BC.
    const [a = 0, b = 0, c = 0, d = 0] = pointsOf(unknowns, first + second);
    const isLeg = (segment: string, from: string, to: string): boolean => segment === from + to || segment === to + from;
    const [p = "", q = ""] = first;
    const [r = "", s = ""] = second;
    if (legs.some(([one, other]) => (isLeg(one, p, r) && isLeg(other, q, s)) || (isLeg(one, q, s) && isLeg(other, p, r)))) {
      guides.push({ term: difference(length(a, d), length(b, c)), weight: WEIGHT / scale });
    }
  }
  return guides;
}

function equalSegments(statement: Statement): [string, string][] {
  if (statement.kind !== "equal") return [];
  const [left, right] = [segmentOf(statement.left), segmentOf(statement.right)];
  return left === null || right === null ? [] : [[left, right]];
}

function segmentOf(expression: Expression): string | null {
  return expression.kind === "measure" && expression.name === "LengthOfLine" ? (expression.arguments[0] ?? null) : null;
}
