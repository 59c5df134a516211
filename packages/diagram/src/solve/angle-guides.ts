import { constantValue } from "../language/constant.js";
import type { Expression, Statement } from "../language/statement.js";
import { pointsOf } from "./expression-term.js";
import type { Residual } from "./levenberg-marquardt.js";
import { wrappedDirections } from "./term.js";
import type { Unknowns } from "./unknowns.js";

/** An angle that a problem speaks of is seldom narrower than this, radians. */
const LEAST_ANGLE = (4 * Math.PI) / 180;

/**
 * Angles that a problem speaks of, its goal included, are drawn as less than half a turn unless it says otherwise:
 * CDL counts counter-clockwise, so an annotator who writes angle ABC for one of 50 degrees means the sense in which it
 * is 50. These guide the choice among drawings on which all statements hold.
 */
export function angleGuides(statements: readonly Statement[], unknowns: Unknowns): Residual[] {
  const angles = new Map<string, boolean>();
  const visit = (expression: Expression, reflex: boolean): void => {
    if (expression.kind === "measure" && expression.name === "MeasureOfAngle") {
      const letters = expression.arguments[0] ?? "";
      angles.set(letters, (angles.get(letters) ?? false) || reflex);
    } else if (expression.kind === "operation") for (const operand of expression.operands) visit(operand, reflex);
    else if (expression.kind === "negate" || expression.kind === "function") visit(expression.operand, reflex);
  };
  for (const statement of statements) {
    if (statement.kind === "value") visit(statement.expression, false);
    else if (statement.kind === "equal") {
      const values = [constantValue(statement.left), constantValue(statement.right)];
      const reflex = values.some((value) => value !== null && value >= 180);
      visit(statement.left, reflex);
      visit(statement.right, reflex);
    }
  }
  return [...angles].flatMap(([letters, reflex]) => {
    if (reflex || [...letters].some((letter) => !unknowns.points.has(letter))) return [];
    const [start = 0, vertex = 0, end = 0] = pointsOf(unknowns, letters);
    const term = wrappedDirections([
      { from: vertex, to: start, coefficient: 1 },
      { from: vertex, to: end, coefficient: -1 },
    ]);
    return [{ term, weight: 0.5, atLeast: LEAST_ANGLE }];
  });
}
