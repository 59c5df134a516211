/** How two sides of a relation stand. */
export type RelationOperator = "=" | "<" | ">" | "<=" | ">=" | "!=" | "in";

/** What an answer says, as a tree. Units are left out of it (see `Parsed`). */
export type Expression =
  | { kind: "number"; value: number; literal: string }
  | { kind: "symbol"; name: string }
  | { kind: "word"; text: string }
  | { kind: "call"; name: string; operands: Expression[] }
  | { kind: "operation"; operator: "+" | "-" | "*" | "/" | "^"; left: Expression; right: Expression }
  | { kind: "negative"; operand: Expression }
  | { kind: "plusMinus"; left: Expression | null; right: Expression }
  /** several values that no bracket encloses; `ordered` is false where "and" or "or" joins them, `alternative` true where "or" does */
  | { kind: "sequence"; items: Expression[]; ordered: boolean; alternative?: boolean }
  /** a tuple, point or interval: the brackets alone do not tell them apart */
  | { kind: "bracketed"; open: "(" | "["; close: ")" | "]"; items: Expression[] }
  | { kind: "set"; items: Expression[] }
  | { kind: "setOperation"; operator: "union" | "intersection" | "difference"; left: Expression; right: Expression }
  | { kind: "relation"; operands: Expression[]; operators: RelationOperator[] }
  | { kind: "matrix"; rows: Expression[][] };

/** The text is not an answer that can be read. Never leaves this package: callers get a null. */
export class UnreadableError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "UnreadableError";
  }
}

/** Longer than any answer; what is longer is a text, not an answer. */
export const maximumExpressionLength = 4000;
/** Brackets in brackets: enough for any answer, and far from the end of the stack. */
export const maximumDepth = 60;

/** A canonical text of an expression: what a subscript is called by. */
export function describe(expression: Expression): string {
  if (expression.kind === "number") return expression.literal;
  if (expression.kind === "symbol") return expression.name;
  if (expression.kind === "word") return expression.text;
  if (expression.kind === "operation") return `(${describe(expression.left)}${expression.operator}${describe(expression.right)})`;
  return JSON.stringify(expression);
}
