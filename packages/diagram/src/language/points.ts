import { equationOf } from "./equation.js";
import { isStatement } from "./format.js";
import type { Expression, Statement } from "./statement.js";
import { vocabulary } from "./vocabulary.js";

/** The letters a statement names, circles apart from points, and its free symbols; each once, in order of appearance. */
export interface Names {
  points: string[];
  circles: string[];
  symbols: string[];
}

/** The names in a list of statements. A letter may be both a point and a circle, as O in `IsCentreOfCircle(O,O)`. */
export function namesOf(statements: readonly Statement[]): Names {
  const points = new Set<string>();
  const circles = new Set<string>();
  const symbols = new Set<string>();

  const letters = (name: string, list: readonly string[]): void => {
    for (const [index, argument] of (name === "Graph" ? list.slice(0, 1) : list).entries()) {
      const circle = circleLetters(name, index, argument);
      if (circle > 0) circles.add(argument.charAt(0));
      for (const letter of argument.slice(circle)) points.add(letter);
    }
  };
  const expression = (term: Expression): void => {
    if (term.kind === "symbol") symbols.add(term.name);
    else if (term.kind === "measure") letters(term.name, term.arguments);
    else if (term.kind === "operation") for (const operand of term.operands) expression(operand);
    else if (term.kind === "negate" || term.kind === "function") expression(term.operand);
  };
  const visit = (statement: Statement): void => {
    if (statement.kind === "relation") {
      letters(statement.name, statement.arguments);
      for (const symbol of equationOf(statement)?.symbols ?? []) symbols.add(symbol);
    }
    else if (statement.kind === "equal") {
      expression(statement.left);
      expression(statement.right);
    } else if (statement.kind === "value") expression(statement.expression);
    else if (isStatement(statement.target)) visit(statement.target);
    else expression(statement.target);
  };
  for (const statement of statements) visit(statement);
  // `Shape(O)` alone is a point or, where a circle has that name, the circle.
  return { points: [...points], circles: [...circles], symbols: [...symbols] };
}

/** How many leading letters of an argument (0 or 1) name a circle. */
function circleLetters(name: string, index: number, argument: string): 0 | 1 {
  if (name === "Shape") return argument.length === 3 ? 1 : 0;
  if (name === "Cocircular") return index === 0 ? 1 : 0;
  if (name === "IsDiameterOfCircle" || name === "IsTangentOfCircle" || name === "IsCentreOfCircle" || name === "IsMidpointOfArc") return index === 1 ? 1 : 0;
  const pattern = vocabulary.get(name)?.pattern?.[index];
  if (pattern === undefined) return 0;
  if (name.endsWith("OfCircle") || name === "Circle") return 1;
  return /Arc|Sector/.test(name) ? 1 : 0;
}
