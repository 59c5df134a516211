import { constantValue } from "../language/constant.js";
import { equationOf } from "../language/equation.js";
import { formatExpression } from "../language/format.js";
import type { Expression, Statement } from "../language/statement.js";
import { inDegrees } from "../caption/terms.js";

/** Angles move by a step a reader sees; the multiples of 5 that problems use. */
const degreeSteps = [-40, -30, -25, -20, -15, -10, 10, 15, 20, 25, 30, 40];
/** Lengths, areas and ratios become this many times as large, at least a seventh away. */
const factors = [0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 1.15, 1.25, 1.4, 1.5, 1.75, 2, 2.5];

const numberOf = (value: number): Expression => ({ kind: "number", value, text: String(value) });

/** The statement with one of its numbers changed, in every way that a picture can show. */
export function numberEdits(statement: Statement): Statement[] {
  const equation = equationOf(statement);
  if (equation !== null) {
    const graph = (left: Expression, right: Expression): Statement => ({ kind: "relation", name: "Graph", arguments: [equation.points, formatExpression(left), formatExpression(right)] });
    return [...changed(equation.right, false).map((right) => graph(equation.left, right)), ...changed(equation.left, false).map((left) => graph(left, equation.right))];
  }
  if (statement.kind !== "equal") return [];
  const degrees = inDegrees(statement.left) || inDegrees(statement.right);
  return [
    ...changed(statement.right, degrees).map((right): Statement => ({ ...statement, right })),
    ...changed(statement.left, degrees).map((left): Statement => ({ ...statement, left })),
  ];
}

function changed(expression: Expression, degrees: boolean): Expression[] {
  switch (expression.kind) {
    case "number":
      return newValues(expression.value, degrees).map(numberOf);
    case "negate":
      return changed(expression.operand, degrees).map((operand) => ({ ...expression, operand }));
    case "function":
      // A radicand is no number of degrees, and stays whole.
      if (constantValue(expression.operand) === null) return changed(expression.operand, false).map((operand) => ({ ...expression, operand }));
      return changed(expression.operand, false).flatMap((operand) => ((constantValue(operand) ?? 0) > 0 ? [{ ...expression, operand }] : []));
    case "operation":
      return expression.operands.flatMap((operand, index) => changed(operand, degrees && constantValue(expression) !== null).map((next) => ({ ...expression, operands: expression.operands.with(index, next) })));
    default:
      return [];
  }
}

function newValues(value: number, degrees: boolean): number[] {
  if (degrees && value >= 15) return degreeSteps.map((step) => value + step).filter((next) => next >= 10 && (value > 180 || next < 180));
  const places = Number.isInteger(value) ? (value > 3 ? 0 : 1) : Math.min(2, (String(value).split(".")[1] ?? "").length);
  const unit = 10 ** places;
  const values = new Set(factors.map((factor) => Math.round(value * factor * unit) / unit));
  if (Number.isInteger(value) && value <= 12) for (const step of [-3, -2, -1, 1, 2, 3, 4]) values.add(value + step);
  return [...values].filter((next) => next > 0 && Math.abs(next - value) > 0.07 * Math.max(next, value) && (!Number.isInteger(value) || Number.isInteger(next)));
}
