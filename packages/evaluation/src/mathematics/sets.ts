import { realValueOf } from "./evaluate.js";
import { UnreadableError, type Expression } from "./expression.js";
import { closeTo } from "./number.js";

/** A part of the real line; the ends are infinite where it has none. */
export interface RealInterval {
  low: number;
  high: number;
  lowClosed: boolean;
  highClosed: boolean;
}

function endOf(expression: Expression): number | null {
  const positive = expression.kind === "symbol" && expression.name === "infty";
  if (positive) return Infinity;
  if (expression.kind === "negative") {
    const value = endOf(expression.operand);
    return value === null ? null : -value;
  }
  return realValueOf(expression);
}

/** The intervals whose union an expression is: `(2,12) \cup (12,102)`; null where it is no set of real intervals. */
export function intervalOf(expression: Expression): RealInterval[] | null {
  if (expression.kind === "bracketed" && expression.items.length === 2) {
    const [low, high] = expression.items.map(endOf);
    if (low === null || low === undefined || high === null || high === undefined) return null;
    return [{ low, high, lowClosed: expression.open === "[", highClosed: expression.close === "]" }];
  }
  if (expression.kind === "set") {
    const values = expression.items.map(realValueOf);
    return values.every((value) => value !== null) ? values.map((value) => ({ low: value, high: value, lowClosed: true, highClosed: true })) : null;
  }
  if (expression.kind === "symbol" && (expression.name === "R" || expression.name === "emptyset")) {
    return expression.name === "R" ? [{ low: -Infinity, high: Infinity, lowClosed: false, highClosed: false }] : [];
  }
  if (expression.kind === "setOperation") {
    const left = intervalOf(expression.left);
    const right = intervalOf(expression.right);
    if (left === null || right === null) return null;
    if (expression.operator === "union") return [...left, ...right];
    return intersection(left, expression.operator === "intersection" ? right : complement(right));
  }
  return null;
}

/** Sets of more parts than this are no answers. */
const maximumParts = 60;

function intersection(a: readonly RealInterval[], b: readonly RealInterval[]): RealInterval[] {
  if (a.length * b.length > maximumParts) throw new UnreadableError("too many parts");
  return a.flatMap((first) =>
    b.map((second): RealInterval => {
      const low = Math.max(first.low, second.low);
      const high = Math.min(first.high, second.high);
      const holds = (end: number, side: "low" | "high") => [first, second].every((interval) => interval[side] !== end || interval[`${side}Closed`]);
      return { low, high, lowClosed: holds(low, "low"), highClosed: holds(high, "high") };
    }),
  );
}

function complement(intervals: readonly RealInterval[]): RealInterval[] {
  let rest: RealInterval[] = [{ low: -Infinity, high: Infinity, lowClosed: false, highClosed: false }];
  for (const { low, high, lowClosed, highClosed } of intervals) {
    rest = intersection(rest, [{ low: -Infinity, high: low, lowClosed: false, highClosed: !lowClosed && low !== -Infinity }, { low: high, high: Infinity, lowClosed: !highClosed && high !== Infinity, highClosed: false }]).filter(({ low, high, lowClosed, highClosed }) => low < high || (low === high && lowClosed && highClosed));
  }
  return rest;
}

/** Inequalities in one symbol as the set that they say it is in: `x < 1 or x > 2`, `k > -1 and k ≠ 0`; null where one is none, or is about another symbol. */
function sequenceIntervals(expression: Extract<Expression, { kind: "sequence" }>): { name: Expression; intervals: RealInterval[] } | null {
  const parts = expression.items.map(relationIntervals);
  const [first] = parts;
  if (first === null || first === undefined || first.name.kind !== "symbol") return null;
  const { name } = first.name;
  const sets = parts.flatMap((part) => (part?.name.kind === "symbol" && part.name.name === name ? [part.intervals] : []));
  if (sets.length < parts.length) return null;
  return { name: first.name, intervals: expression.alternative === true ? sets.flat() : sets.reduce(intersection) };
}

/** An inequality in one symbol as the interval it says the symbol is in: `-2 ≤ x ≤ 7`, `x > 3`, `x ∈ [0,1)`; several of them as one set. */
export function relationIntervals(expression: Expression): { name: Expression; intervals: RealInterval[] } | null {
  if (expression.kind === "sequence") return sequenceIntervals(expression);
  if (expression.kind !== "relation") return null;
  const { operands, operators } = expression;
  const [first, second, third] = operands as [Expression, Expression, Expression?];
  if (operators.length === 1 && operators[0] === "in" && first.kind === "symbol") {
    const intervals = intervalOf(second);
    return intervals === null ? null : { name: first, intervals };
  }
  if (operators.length === 1 && operators[0] === "!=" && first.kind === "symbol") {
    const value = realValueOf(second);
    return value === null ? null : { name: first, intervals: complement([{ low: value, high: value, lowClosed: true, highClosed: true }]) };
  }
  if (!operators.every((operator) => operator === "<" || operator === ">" || operator === "<=" || operator === ">=")) return null;
  const interval: RealInterval = { low: -Infinity, high: Infinity, lowClosed: false, highClosed: false };
  /** narrows the interval by `symbol operator bound` */
  const narrow = (operator: string, bound: number) => {
    if (operator.startsWith("<")) Object.assign(interval, { high: bound, highClosed: operator === "<=" });
    else Object.assign(interval, { low: bound, lowClosed: operator === ">=" });
  };
  const flipped = (operator: string) => (operator.startsWith("<") ? operator.replace("<", ">") : operator.replace(">", "<"));
  if (third === undefined) {
    const [symbol, boundOf, operator] = first.kind === "symbol" ? [first, second, operators[0] as string] : [second, first, flipped(operators[0] as string)];
    const bound = endOf(boundOf);
    if (symbol.kind !== "symbol" || bound === null) return null;
    narrow(operator, bound);
    return { name: symbol, intervals: [interval] };
  }
  const low = endOf(first);
  const high = endOf(third);
  if (operators.length !== 2 || second.kind !== "symbol" || low === null || high === null || operators[0]?.[0] !== operators[1]?.[0]) return null;
  narrow(flipped(operators[0] as string), low);
  narrow(operators[1] as string, high);
  return { name: second, intervals: [interval] };
}

/** Merges what touches, so that one set has one form. */
function merged(intervals: readonly RealInterval[]): RealInterval[] {
  const sorted = intervals.filter(({ low, high, lowClosed, highClosed }) => low < high || (low === high && lowClosed && highClosed)).sort((a, b) => a.low - b.low || Number(b.lowClosed) - Number(a.lowClosed));
  const result: RealInterval[] = [];
  for (const next of sorted) {
    const last = result.at(-1);
    const touches = last !== undefined && (next.low < last.high || (closeTo(next.low, last.high) && (next.lowClosed || last.highClosed)));
    if (!touches) result.push({ ...next });
    else if (next.high > last.high) Object.assign(last, { high: next.high, highClosed: next.highClosed });
    else if (closeTo(next.high, last.high)) last.highClosed ||= next.highClosed;
  }
  return result;
}

export function setsEqual(a: readonly RealInterval[], b: readonly RealInterval[]): boolean {
  const first = merged(a);
  const second = merged(b);
  return first.length === second.length && first.every((interval, index) => {
    const other = second[index] as RealInterval;
    return closeTo(interval.low, other.low) && closeTo(interval.high, other.high) && interval.lowClosed === other.lowClosed && interval.highClosed === other.highClosed;
  });
}
