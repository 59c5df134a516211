import { constantValue } from "../language/constant.js";
import type { Expression, Statement } from "../language/statement.js";
import { dimensionOf } from "./expression-term.js";

/** The size of a figure whose problem gives no length. */
const DEFAULT_SCALE = 10;

/** A typical length of the figure: the geometric mean of the lengths that the program states as numbers. */
export function scaleOf(statements: readonly Statement[]): number {
  const logarithms: number[] = [];
  for (const statement of statements) {
    if (statement.kind !== "equal") continue;
    const length = statedLength(statement.left, statement.right) ?? statedLength(statement.right, statement.left);
    if (length !== null) logarithms.push(Math.log(length));
  }
  if (logarithms.length === 0) return DEFAULT_SCALE;
  return Math.exp(logarithms.reduce((sum, value) => sum + value, 0) / logarithms.length);
}

function statedLength(measure: Expression, value: Expression): number | null {
  if (measure.kind !== "measure") return null;
  const dimension = dimensionOf(measure);
  const number = constantValue(value);
  if (number === null || !(number > 0) || typeof dimension !== "number" || dimension === 0) return null;
  const length = number ** (1 / dimension);
  return measure.name.startsWith("Perimeter") ? length / 4 : length;
}
