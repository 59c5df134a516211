import { parseExpression } from "./parse.js";
import type { Expression, Statement } from "./statement.js";

/** The equation of a `Graph`, in the coordinates x and y. */
export interface Equation {
  points: string;
  left: Expression;
  right: Expression;
  /** free symbols besides x and y */
  symbols: string[];
}

/** The equation of a `Graph` statement; null for any other. */
export function equationOf(statement: Statement): Equation | null {
  if (statement.kind !== "relation" || statement.name !== "Graph") return null;
  const [points = "", left = "0", right = "0"] = statement.arguments;
  const sides = [parseExpression(left), parseExpression(right)] as const;
  const symbols = new Set<string>();
  const visit = (expression: Expression): void => {
    if (expression.kind === "symbol") symbols.add(expression.name);
    else if (expression.kind === "operation") expression.operands.forEach(visit);
    else if (expression.kind === "negate" || expression.kind === "function") visit(expression.operand);
  };
  sides.forEach(visit);
  return { points, left: sides[0], right: sides[1], symbols: [...symbols].filter((symbol) => symbol !== "x" && symbol !== "y") };
}

/** Whether statements tell where in the plane a figure lies, so that it may not be turned or moved. */
export function isLocated(statements: readonly Statement[]): boolean {
  const named = (expression: Expression): boolean => {
    if (expression.kind === "measure") return expression.name === "XCoordinateOfPoint" || expression.name === "YCoordinateOfPoint";
    if (expression.kind === "operation") return expression.operands.some(named);
    return (expression.kind === "negate" || expression.kind === "function") && named(expression.operand);
  };
  return statements.some((statement) => (statement.kind === "relation" && (statement.name === "Axes" || statement.name === "Graph")) || (statement.kind === "equal" && (named(statement.left) || named(statement.right))));
}

export type ConicName = "line" | "circle" | "ellipse" | "parabola" | "hyperbola";

/** Places at which a quadratic is told from its six coefficients, and others at which it is tried; no symmetry between them. */
const probes: readonly (readonly [number, number])[] = [[0.37, 1.21], [-1.43, 0.59], [2.17, -0.83], [-0.71, -1.93], [3.31, 2.73], [-2.57, 3.11]];

/** What curve an equation without free symbols is, by its coefficients; null where it is no conic or cannot be told. */
export function conicOf({ left, right, symbols }: Equation): ConicName | null {
  if (symbols.length > 0) return null;
  const plain = (x: number, y: number): number => valueAt(left, x, y) - valueAt(right, x, y);
  // k/x is a hyperbola once both sides are multiplied by x.
  for (const multiplied of [plain, (x: number, y: number) => x * plain(x, y), (x: number, y: number) => y * plain(x, y)]) {
    const name = conicName(multiplied);
    if (name !== null) return name;
  }
  return null;
}

function conicName(f: (x: number, y: number) => number): ConicName | null {
  // Differences about a place off the axes, where no fraction of x or y is undefined.
  const [x0, y0, h] = [1.37, 1.73, 0.5];
  const at = (i: number, j: number): number => f(x0 + i * h, y0 + j * h);
  const a = (at(1, 0) - 2 * at(0, 0) + at(-1, 0)) / (2 * h * h);
  const c = (at(0, 1) - 2 * at(0, 0) + at(0, -1)) / (2 * h * h);
  const b = (at(1, 1) - at(1, -1) - at(-1, 1) + at(-1, -1)) / (4 * h * h);
  const d = (at(1, 0) - at(-1, 0)) / (2 * h);
  const e = (at(0, 1) - at(0, -1)) / (2 * h);
  const size = Math.max(Math.abs(a), Math.abs(b), Math.abs(c), Math.abs(d), Math.abs(e), Math.abs(at(0, 0)));
  const fits = probes.every(([x, y]) => {
    const [u, v] = [x - x0, y - y0];
    return Math.abs(at(0, 0) + d * u + e * v + a * u * u + b * u * v + c * v * v - f(x, y)) <= 1e-7 * size * (1 + u * u + v * v);
  });
  if (!fits || !Number.isFinite(size)) return null;
  const [quadratic, linear] = [Math.max(Math.abs(a), Math.abs(b), Math.abs(c)), Math.max(Math.abs(d), Math.abs(e))];
  if (quadratic <= 1e-9 * size) return linear > 1e-9 * size ? "line" : null;
  const discriminant = b * b - 4 * a * c;
  if (Math.abs(discriminant) <= 1e-7 * quadratic * quadratic) return "parabola";
  if (discriminant > 0) return "hyperbola";
  return Math.abs(a - c) <= 1e-7 * quadratic && Math.abs(b) <= 1e-7 * quadratic ? "circle" : "ellipse";
}

/** An equation's side at a place; other symbols have their values in `symbols`. Not a number where it has none. */
export function valueAt(expression: Expression, x: number, y: number, symbols: Record<string, number> = {}): number {
  switch (expression.kind) {
    case "number":
      return expression.value;
    case "constant":
      return Math.PI;
    case "symbol":
      return expression.name === "x" ? x : expression.name === "y" ? y : (symbols[expression.name] ?? Number.NaN);
    case "measure":
      return Number.NaN;
    case "negate":
      return -valueAt(expression.operand, x, y, symbols);
    case "function": {
      const value = valueAt(expression.operand, x, y, symbols);
      const degree = expression.degrees && expression.name !== "sqrt" ? Math.PI / 180 : 1;
      return expression.name.startsWith("a") ? Math[expression.name](value) / degree : Math[expression.name](value * degree);
    }
    case "operation":
      return expression.operands
        .map((operand) => valueAt(operand, x, y, symbols))
        .reduce((total, value) => {
          if (expression.operator === "add") return total + value;
          if (expression.operator === "subtract") return total - value;
          if (expression.operator === "multiply") return total * value;
          return expression.operator === "divide" ? total / value : total ** value;
        });
  }
}
