import type { Expression, Statement } from "../language/statement.js";
import { namesOf } from "../language/points.js";
import type { EditContext } from "./context.js";

/** Names of arguments whose first letter is a circle and not a point. */
const circleFirst = /Arc|Sector/;
const circleSecond = new Set(["IsDiameterOfCircle", "IsTangentOfCircle", "IsCentreOfCircle"]);

/** Renames point letters everywhere in a statement; circles keep theirs. */
export function renamePoints(statement: Statement, rename: (letter: string) => string): Statement {
  switch (statement.kind) {
    case "relation":
      return { ...statement, arguments: renamed(statement.name, statement.arguments, rename) };
    case "equal":
      return { ...statement, left: renameIn(statement.left, rename), right: renameIn(statement.right, rename) };
    case "value":
      return { ...statement, expression: renameIn(statement.expression, rename) };
    case "mark":
      return { ...statement, target: renameTarget(statement.target, rename) };
  }
}

function renameTarget(target: Statement | Expression, rename: (letter: string) => string): Statement | Expression {
  return target.kind === "relation" || target.kind === "equal" || target.kind === "value" || target.kind === "mark" ? renamePoints(target, rename) : renameIn(target, rename);
}

function renameIn(expression: Expression, rename: (letter: string) => string): Expression {
  switch (expression.kind) {
    case "measure":
      return { ...expression, arguments: renamed(expression.name, expression.arguments, rename) };
    case "operation":
      return { ...expression, operands: expression.operands.map((operand) => renameIn(operand, rename)) };
    case "negate":
    case "function":
      return { ...expression, operand: renameIn(expression.operand, rename) };
    default:
      return expression;
  }
}

function renamed(name: string, list: readonly string[], rename: (letter: string) => string): string[] {
  if (name === "Graph") return [Array.from(list[0] ?? "", rename).join(""), ...list.slice(1)];
  return list.map((argument, index) => {
    if ((name === "Cocircular" && index === 0) || (circleSecond.has(name) && index === 1) || name.endsWith("OfCircle") && list.length === 1) return argument;
    const circle = name === "Shape" ? argument.length === 3 : name === "IsMidpointOfArc" ? index === 1 : circleFirst.test(name);
    const kept = circle ? 1 : 0;
    return argument.slice(0, kept) + Array.from(argument.slice(kept), rename).join("");
  });
}

/** The arguments of a statement, with those of the measures inside it. */
function argumentsOf(statement: Statement): string[] {
  if (statement.kind === "relation") return statement.name === "Graph" ? [] : statement.arguments;
  const list: string[] = [];
  const visit = (expression: Expression): void => {
    if (expression.kind === "measure") list.push(...expression.arguments);
    else if (expression.kind === "operation") expression.operands.forEach(visit);
    else if (expression.kind === "negate" || expression.kind === "function") visit(expression.operand);
  };
  if (statement.kind === "equal") {
    visit(statement.left);
    visit(statement.right);
  }
  return list;
}

/**
 * The statement with two of its point letters exchanged, or with one replaced by another label of the figure. Segments
 * that nobody drew are named only where the statement itself names such.
 */
export function orderEdits(statement: Statement, context: EditContext): Statement[] {
  const own = namesOf([statement]).points.filter((point) => context.points.includes(point));
  const edits: Statement[] = [];
  for (const [index, one] of own.entries()) {
    for (const two of own.slice(index + 1)) edits.push(renamePoints(statement, (letter) => (letter === one ? two : letter === two ? one : letter)));
  }
  for (const one of own) {
    for (const other of context.points) if (!own.includes(other)) edits.push(renamePoints(statement, (letter) => (letter === one ? other : letter)));
  }
  const visible = (candidate: Statement): boolean => argumentsOf(candidate).every((argument) => argument.length !== 2 || context.isDrawn(argument.charAt(0), argument.charAt(1)));
  if (!visible(statement)) return edits;
  return edits.filter(visible);
}
