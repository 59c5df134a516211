import { magnitude, subtract, type Complex } from "./complex.js";
import { evaluateAt, hasSymbols, NoValueError, realValueOf } from "./evaluate.js";
import { describe, UnreadableError, type Expression } from "./expression.js";
import { relativeTolerance } from "./number.js";
import { intervalOf, relationIntervals, setsEqual, type RealInterval } from "./sets.js";

/** Two different expressions agree at all of so many points only by design. */
const points = [1, 2, 3] as const;

/** Every item of one list is compared with every item of the other. */
const maximumUnorderedItems = 60;

/** How numbers are compared. */
export interface Comparison {
  /** answers agree when they do after rounding to so many decimals; exact (within rounding in doubles) where null */
  decimals: number | null;
  /** comparisons of parts that are left; sets in sets would need ever more */
  budget: { left: number };
}

/** More than any answer needs, and done in milliseconds. */
export const comparisonBudget = 5000;

function near(a: Complex, b: Complex, decimals: number | null): boolean {
  const difference = magnitude(subtract(a, b));
  if (decimals !== null) return difference <= 0.5 * 10 ** -decimals * (1 + 1e-9);
  return difference <= relativeTolerance * Math.max(1e-9, magnitude(a), magnitude(b));
}

/** A written decimal with six or more places says what it rounds: `0.333333` is 1/3. */
function decimalsWritten(expression: Expression): number | null {
  const number = expression.kind === "negative" ? expression.operand : expression;
  const places = number.kind === "number" ? (/\.(\d+)$/.exec(number.literal)?.[1]?.length ?? 0) : 0;
  return places >= 6 ? places : null;
}

function valuesEqual(a: Expression, b: Expression, comparison: Comparison): boolean {
  try {
    const written = decimalsWritten(a) ?? decimalsWritten(b);
    const decimals = comparison.decimals ?? written;
    const tried = hasSymbols(a) || hasSymbols(b) ? points : ([1] as const);
    return tried.every((point) => near(evaluateAt(a, point), evaluateAt(b, point), decimals));
  } catch (error) {
    if (error instanceof NoValueError) return describe(a) === describe(b);
    throw error;
  }
}

/** `a ± b` is two values: all values of an expression, one where no ± stands in it. */
function valuesIn(expression: Expression): Expression[] {
  const combine = (lefts: Expression[], rights: Expression[], make: (left: Expression, right: Expression) => Expression[]) => {
    if (lefts.length * rights.length > maximumUnorderedItems) throw new UnreadableError("too many values");
    return lefts.flatMap((left) => rights.flatMap((right) => make(left, right)));
  };
  if (expression.kind === "plusMinus") {
    const { left, right } = expression;
    const negative = (operand: Expression): Expression => ({ kind: "negative", operand });
    if (left === null) return valuesIn(right).flatMap((value) => [value, negative(value)]);
    return combine(valuesIn(left), valuesIn(right), (left, right) => [{ kind: "operation", operator: "+", left, right }, { kind: "operation", operator: "-", left, right }]);
  }
  if (expression.kind === "operation") {
    const lefts = valuesIn(expression.left);
    const rights = valuesIn(expression.right);
    return lefts.length === 1 && rights.length === 1 ? [expression] : combine(lefts, rights, (left, right) => [{ ...expression, left, right }]);
  }
  if (expression.kind !== "negative") return [expression];
  const operands = valuesIn(expression.operand);
  return operands.length === 1 ? [expression] : operands.map((operand): Expression => ({ kind: "negative", operand }));
}

/** Whether the left side of an equation only names what the right side is: `x`, `f(x)`, `|AB|`, `(p,q,r)`, `NO/BO`; not `2x` or `a+z`. */
function isName(expression: Expression): boolean {
  switch (expression.kind) {
    case "symbol":
      return !["pi", "e", "i", "infty"].includes(expression.name);
    case "word":
      return true;
    case "call":
      return !["sqrt", "root"].includes(expression.name) && (expression.name === "abs" ? expression.operands.every(isName) : true);
    case "operation":
      if (expression.operator === "^") return isName(expression.left) && expression.right.kind === "negative";
      return (expression.operator === "*" || expression.operator === "/") && isName(expression.left) && isName(expression.right);
    case "bracketed":
      return expression.items.every(isName);
    default:
      return false;
  }
}

/** `2x`, `-x`, `x/3`: an equation that begins so is one to be solved yet. */
function isMultipleOfName(expression: Expression): boolean {
  if (expression.kind === "negative") return isName(expression.operand);
  if (expression.kind !== "operation" || (expression.operator !== "*" && expression.operator !== "/")) return false;
  const { left, right } = expression;
  return (!hasSymbols(left) && isName(right)) || (expression.operator === "/" && isName(left) && !hasSymbols(right));
}

/** The value that an equation ends with, `a + b = 7` or `2(3+4) = 14`; null where it has to be solved yet, or is none. */
export function valueOfEquation(expression: Expression): Expression | null {
  if (expression.kind !== "relation" || expression.operators.some((operator) => operator !== "=")) return null;
  const [first] = expression.operands;
  return first === undefined || isMultipleOfName(first) ? null : (expression.operands.at(-1) ?? null);
}

interface Assignment {
  name: Expression;
  value: Expression;
}

/** `x = 5+5+1 = 11` says that x is 11; `x ∈ S` that it is in S. */
function assignmentOf(expression: Expression): Assignment | null {
  if (expression.kind !== "relation") return null;
  const [name] = expression.operands;
  const value = expression.operands.at(-1);
  if (name === undefined || value === undefined || !isName(name)) return null;
  if (expression.operators.every((operator) => operator === "=") || (expression.operators.length === 1 && expression.operators[0] === "in")) return { name, value };
  return null;
}

/** The function a call calls, or the name of a symbol: `f(x)` and `f(t)` define the same. */
const headOf = (expression: Expression): string => (expression.kind === "call" ? expression.name : describe(expression));

/** `x` and `x_1` may name the same, `f(x)` and `y` too; `x_1` and `x_2` do not. */
function sameName(a: Expression, b: Expression): boolean {
  const [first, second] = [headOf(a), headOf(b)];
  if (first === second) return true;
  const [short, long] = first.length < second.length ? [first, second] : [second, first];
  if (a.kind === "symbol" && b.kind === "symbol") return !short.includes("_") && long.startsWith(`${short}_`);
  return (a.kind === "call" && second === "y") || (b.kind === "call" && first === "y");
}

interface Items {
  items: Expression[];
  /** whether the order means something */
  ordered: boolean;
}

function itemsOf(expression: Expression): Items | null {
  if (expression.kind === "sequence") {
    const scalars = expression.items.every((item) => !["bracketed", "relation", "sequence", "set"].includes(item.kind));
    return { items: expression.items.flatMap(valuesIn), ordered: expression.ordered && scalars };
  }
  if (expression.kind === "set") return { items: expression.items, ordered: false };
  const values = valuesIn(expression);
  return values.length === 1 ? null : { items: values, ordered: false };
}

function itemsEqual(a: Items, b: Items, comparison: Comparison): boolean {
  if (a.ordered && b.ordered) return a.items.length === b.items.length && a.items.every((item, index) => expressionsEqual(item, b.items[index] as Expression, comparison));
  if (a.items.length > maximumUnorderedItems || b.items.length > maximumUnorderedItems) return false;
  // As sets: what is named twice counts once.
  const holds = (items: readonly Expression[], item: Expression) => items.some((other) => expressionsEqual(item, other, comparison));
  return a.items.every((item) => holds(b.items, item)) && b.items.every((item) => holds(a.items, item));
}

const difference = (left: Expression, right: Expression): Expression => ({ kind: "operation", operator: "-", left, right });
const mirrored = { "<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "=", "!=": "!=", in: "in" } as const;

/** Two relations are one when their differences are in a constant ratio at every point: `y = 2x` and `2x - y = 0`; the ratio of inequalities is positive. */
function pairEqual(a: { left: Expression; right: Expression }, b: { left: Expression; right: Expression }, directed: boolean): boolean {
  try {
    const ratios = points.map((point) => {
      const first = evaluateAt(difference(a.left, a.right), point);
      const second = evaluateAt(difference(b.left, b.right), point);
      if (magnitude(second) < 1e-12 || first.im !== 0 || second.im !== 0) throw new NoValueError("no ratio");
      return first.re / second.re;
    });
    const [ratio] = ratios as [number, ...number[]];
    return ratio !== 0 && (!directed || ratio > 0) && ratios.every((other) => Math.abs(other - ratio) <= 1e-8 * Math.abs(ratio));
  } catch (error) {
    if (error instanceof NoValueError) return false;
    throw error;
  }
}

type Relation = Extract<Expression, { kind: "relation" }>;

function relationsEqual(a: Relation, b: Relation, comparison: Comparison): boolean {
  const first = assignmentOf(a);
  const second = assignmentOf(b);
  if (first !== null && second !== null && (a.operators[0] === "in") === (b.operators[0] === "in") && sameName(first.name, second.name) && expressionsEqual(first.value, second.value, comparison)) return true;
  if (a.operators.length !== b.operators.length) return false;
  const same = (operands: readonly Expression[], operators: readonly string[]) =>
    b.operators.every((operator, index) => {
      if (operators[index] !== operator) return false;
      const pairs = { a: { left: operands[index] as Expression, right: operands[index + 1] as Expression }, b: { left: b.operands[index] as Expression, right: b.operands[index + 1] as Expression } };
      if (expressionsEqual(pairs.a.left, pairs.b.left, comparison) && expressionsEqual(pairs.a.right, pairs.b.right, comparison)) return true;
      return operator !== "in" && pairEqual(pairs.a, pairs.b, operator !== "=" && operator !== "!=");
    });
  return same(a.operands, a.operators) || same([...a.operands].reverse(), [...a.operators].reverse().map((operator) => mirrored[operator]));
}

function matricesEqual(a: Expression[][], b: Expression[][], comparison: Comparison): boolean {
  return a.length === b.length && a.every((row, index) => row.length === b[index]?.length && row.every((entry, column) => expressionsEqual(entry, b[index]?.[column] as Expression, comparison)));
}

const operationOf = (operator: "+" | "-" | "*" | "/", left: Expression, right: Expression): Expression => ({ kind: "operation", operator, left, right });

/** Sums and products of matrices and numbers, written out. */
function matrixOf(expression: Expression): Expression[][] | null {
  if (expression.kind === "matrix") return expression.rows;
  if (expression.kind === "negative") return matrixOf(expression.operand)?.map((row) => row.map((operand): Expression => ({ kind: "negative", operand }))) ?? null;
  if (expression.kind !== "operation") return null;
  const { operator } = expression;
  const left = matrixOf(expression.left);
  const right = matrixOf(expression.right);
  if (left !== null && right !== null && (operator === "+" || operator === "-")) {
    if (left.length !== right.length || left.some((row, index) => row.length !== right[index]?.length)) return null;
    return left.map((row, index) => row.map((entry, column) => operationOf(operator, entry, right[index]?.[column] as Expression)));
  }
  if (left !== null && right === null && (operator === "*" || operator === "/")) return left.map((row) => row.map((entry) => operationOf(operator, entry, expression.right)));
  if (left === null && right !== null && operator === "*") return right.map((row) => row.map((entry) => operationOf("*", expression.left, entry)));
  if (operator !== "*" || left === null || right === null || left.length * right.length > 100 || left[0]?.length !== right.length) return null;
  return left.map((row) =>
    (right[0] ?? []).map((_, column) => row.map((entry, index) => operationOf("*", entry, right[index]?.[column] ?? entry)).reduce((sum, term) => operationOf("+", sum, term))),
  );
}

/** The set of reals that an answer says without doubt: inequalities joined, unions, all reals; null for a pair or a list, which may be no set. */
function saidSet(expression: Expression): { name: Expression | null; intervals: RealInterval[] } | null {
  if (expression.kind === "sequence") return relationIntervals(expression);
  if (expression.kind === "relation" && expression.operators.every((operator) => operator !== "=")) return relationIntervals(expression);
  const isSet = expression.kind === "setOperation" || (expression.kind === "symbol" && (expression.name === "R" || expression.name === "emptyset")) || (expression.kind === "bracketed" && JSON.stringify(expression.items).includes('"infty"'));
  const intervals = isSet ? intervalOf(expression) : null;
  return intervals === null ? null : { name: null, intervals };
}

/** Whether two answers mean the same. Symmetric; see conventions.ts for what counts as equal beyond mathematics. @throws {UnreadableError} for what is too large */
export function expressionsEqual(a: Expression, b: Expression, comparison: Comparison): boolean {
  comparison.budget.left -= 1;
  if (comparison.budget.left < 0) throw new UnreadableError("too large to compare");
  if (a.kind === "relation" && b.kind === "relation") {
    const intervals = [relationIntervals(a), relationIntervals(b)] as const;
    if (intervals[0] !== null && intervals[1] !== null && headOf(intervals[0].name) === headOf(intervals[1].name)) return setsEqual(intervals[0].intervals, intervals[1].intervals);
    return relationsEqual(a, b, comparison);
  }
  const setsOf = [saidSet(a), saidSet(b)] as const;
  if (setsOf[0] !== null && setsOf[1] !== null && (setsOf[0].name === null || setsOf[1].name === null || headOf(setsOf[0].name) === headOf(setsOf[1].name))) return setsEqual(setsOf[0].intervals, setsOf[1].intervals);
  if (a.kind === "relation" || b.kind === "relation") {
    const [relation, other] = a.kind === "relation" ? [a, b] : [b as Relation, a];
    const assignment = assignmentOf(relation);
    if (assignment !== null) return expressionsEqual(assignment.value, other, comparison);
    const intervals = relationIntervals(relation);
    const otherIntervals = intervalOf(other);
    return intervals !== null && otherIntervals !== null && setsEqual(intervals.intervals, otherIntervals);
  }
  if (a.kind === "set" && a.items.length === 1 && b.kind === "bracketed") return expressionsEqual(a.items[0] as Expression, b, comparison);
  if (b.kind === "set" && b.items.length === 1 && a.kind === "bracketed") return expressionsEqual(a, b.items[0] as Expression, comparison);
  const matrices = [matrixOf(a), matrixOf(b)] as const;
  if (matrices[0] !== null || matrices[1] !== null) return matrices[0] !== null && matrices[1] !== null && matricesEqual(matrices[0], matrices[1], comparison);
  if (a.kind === "setOperation" || b.kind === "setOperation") {
    const first = intervalOf(a);
    const second = intervalOf(b);
    return first !== null && second !== null ? setsEqual(first, second) : a.kind === b.kind && describe(a) === describe(b);
  }
  if (a.kind === "bracketed" && b.kind === "bracketed") return a.open === b.open && a.close === b.close && itemsEqual({ items: a.items, ordered: true }, { items: b.items, ordered: true }, comparison);
  const bracketed = a.kind === "bracketed" ? a : b.kind === "bracketed" ? b : null;
  if (bracketed !== null) {
    const other = itemsOf(a.kind === "bracketed" ? b : a);
    return other !== null && bracketed.open === "(" && bracketed.close === ")" && itemsEqual({ items: bracketed.items, ordered: true }, { ...other, ordered: true }, comparison);
  }
  const first = itemsOf(a);
  const second = itemsOf(b);
  if (first !== null || second !== null) return itemsEqual(first ?? { items: [a], ordered: true }, second ?? { items: [b], ordered: true }, comparison);
  return valuesEqual(a, b, comparison);
}

/** The real value of an answer that is one number, or names one (`x = 5`), or null. */
export function valueOf(expression: Expression): number | null {
  return realValueOf(assignmentOf(expression)?.value ?? expression);
}
