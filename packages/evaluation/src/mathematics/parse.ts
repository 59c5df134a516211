import { maximumDepth, maximumExpressionLength, UnreadableError, type Expression, type RelationOperator } from "./expression.js";
import { normalizeText, tokenize, type Token } from "./tokenize.js";

/** An answer that was read, with the units that stood in it. */
export interface Parsed {
  expression: Expression;
  units: string[];
  percent: boolean;
}

const relations = new Set(["=", "<", ">", "<=", ">=", "!="]);
const setOperators = new Map([["cup", "union"], ["cap", "intersection"], ["setminus", "difference"], ["backslash", "difference"]] as const);
const functionLetters = new Set(["f", "g", "h", "F", "G", "H", "W", "P", "Q"]);
const bigOperators = new Set(["sum", "prod", "int", "lim", "bigcup"]);
const namedFunctions = new Set(["sin", "cos", "tan", "cot", "sec", "csc", "arcsin", "arccos", "arctan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "log", "ln", "lg", "exp", "abs", "max", "min", "gcd", "lcm"]);

/** A cursor over tokens with the units met on the way: the only state of the parser. */
class Reader {
  index = 0;
  depth = 0;
  percent = false;
  readonly units: string[] = [];
  /** how many `|` are open: the next one closes */
  bars = 0;
  readonly tokens: readonly Token[];

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  peek(ahead = 0): Token | undefined {
    return this.tokens[this.index + ahead];
  }

  at(...texts: string[]): boolean {
    const token = this.peek();
    return token?.type === "operator" && texts.includes(token.text);
  }

  take(...texts: string[]): boolean {
    if (!this.at(...texts)) return false;
    this.index += 1;
    return true;
  }

  expect(text: string): void {
    if (!this.take(text)) throw new UnreadableError(`${text} is missing`);
  }

  nested<Result>(read: () => Result): Result {
    this.depth += 1;
    if (this.depth > maximumDepth) throw new UnreadableError("nested too deeply");
    const result = read();
    this.depth -= 1;
    return result;
  }
}

/** Parses the text of one answer, LaTeX or plain. @throws {UnreadableError} */
export function parseAnswer(text: string): Parsed {
  if (text.length > maximumExpressionLength) throw new UnreadableError("longer than an answer");
  const reader = new Reader(tokenize(joinThousands(normalizeText(text)).trim().replace(/[.,;:]+$/, "")));
  if (reader.tokens.length === 0) throw new UnreadableError("nothing is there");
  const expression = sequence(reader);
  if (reader.peek() !== undefined) throw new UnreadableError("something follows that does not belong to it");
  return { expression, units: reader.units, percent: reader.percent };
}

/** "1,000", "1 000" and "32, 349" written with a thin space; not the commas of a list in brackets. */
function joinThousands(text: string): string {
  if (/[([{]/.test(text.replace(/\\text\{[^{}]*\}/g, ""))) return text;
  return text.replace(/(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,])/g, (number) => number.replace(/,/g, "")).replace(/(?<![\d.,] ?)\d{1,3}(?: \d{3})+(?![\d,])/g, (number) => number.replace(/ /g, ""));
}

/** Several items with commas, semicolons, "and" or "or" between them. */
function sequence(reader: Reader): Expression {
  const items: Expression[] = [];
  let ordered = true;
  for (;;) {
    items.push(relation(reader));
    let separated = false;
    while (reader.at(",", ";", "and", "or")) {
      if (reader.at("and", "or")) ordered = false;
      reader.index += 1;
      separated = true;
    }
    if (!separated || reader.peek() === undefined || reader.at(")", "]", "}", "\\}")) break;
  }
  return items.length === 1 ? (items[0] as Expression) : { kind: "sequence", items, ordered };
}

function relation(reader: Reader): Expression {
  const operands = [setExpression(reader)];
  const operators: RelationOperator[] = [];
  for (;;) {
    const token = reader.peek();
    if (token?.type === "command" && (token.name === "approx" || token.name === "simeq")) {
      // What is only near the value says nothing beyond it.
      reader.index += 1;
      setExpression(reader);
      continue;
    }
    if (token?.type === "command" && (token.name === "in" || token.name === "ni")) operators.push("in");
    else if (token?.type === "operator" && relations.has(token.text)) operators.push(token.text as RelationOperator);
    else break;
    reader.index += 1;
    operands.push(setExpression(reader));
  }
  return operators.length === 0 ? (operands[0] as Expression) : { kind: "relation", operands, operators };
}

function setExpression(reader: Reader): Expression {
  let left = sum(reader);
  for (;;) {
    const token = reader.peek();
    const operator = token?.type === "command" ? setOperators.get(token.name as "cup") : undefined;
    if (operator === undefined) return left;
    reader.index += 1;
    left = { kind: "setOperation", operator, left, right: sum(reader) };
  }
}

function sum(reader: Reader): Expression {
  let left: Expression | null = null;
  for (;;) {
    const token = reader.peek();
    if (token?.type === "command" && (token.name === "pm" || token.name === "mp")) {
      reader.index += 1;
      left = { kind: "plusMinus", left, right: product(reader) };
    } else if (reader.take("+")) left = left === null ? product(reader) : { kind: "operation", operator: "+", left, right: product(reader) };
    else if (reader.take("-")) left = left === null ? { kind: "negative", operand: product(reader) } : { kind: "operation", operator: "-", left, right: product(reader) };
    else if (left === null) left = product(reader);
    else return left;
  }
}

/** Whether a factor can begin here, so that two things side by side are multiplied. */
function beginsFactor(reader: Reader): boolean {
  const token = reader.peek();
  if (token === undefined) return false;
  if (token.type === "operator") return token.text === "(" || token.text === "[" || token.text === "{" || token.text === "\\{" || (token.text === "|" && reader.bars === 0);
  if (token.type === "command") return !["in", "ni", "cup", "cap", "setminus", "backslash", "pm", "mp", "end", "degree", "circ", "approx", "simeq"].includes(token.name);
  return token.type !== "unit";
}

function product(reader: Reader): Expression {
  let left = factor(reader);
  for (;;) {
    takeUnits(reader);
    if (reader.take("*")) left = { kind: "operation", operator: "*", left, right: factor(reader) };
    else if (reader.take("/", ":")) left = { kind: "operation", operator: "/", left, right: factor(reader) };
    else if (beginsFactor(reader)) left = times(left, power(reader));
    else return left;
  }
}

/** A mixed number `2\frac{1}{3}` is a sum; everything else side by side is a product. */
function times(left: Expression, right: Expression): Expression {
  const mixed = left.kind === "number" && /^\d+$/.test(left.literal) && right.kind === "operation" && right.operator === "/" && right.left.kind === "number" && right.right.kind === "number";
  return { kind: "operation", operator: mixed ? "+" : "*", left, right };
}

function takeUnits(reader: Reader): void {
  for (let token = reader.peek(); token?.type === "unit" || (token?.type === "word" && reader.index > 0); token = reader.peek()) {
    reader.index += 1;
    let name = token.type === "unit" ? token.name : token.text;
    if (reader.take("^")) name += `^${describe(reader.take("{") ? closing(reader, sum(reader)) : primary(reader))}`;
    if (name === "percent") reader.percent = true;
    reader.units.push(name);
    if (reader.at("/") && reader.peek(1)?.type === "unit") reader.index += 1;
  }
}

function closing(reader: Reader, expression: Expression): Expression {
  reader.expect("}");
  return expression;
}

function factor(reader: Reader): Expression {
  return reader.nested(() => {
    if (reader.take("-")) return { kind: "negative", operand: factor(reader) };
    if (reader.take("+")) return factor(reader);
    return power(reader);
  });
}

function power(reader: Reader): Expression {
  let base = primary(reader);
  for (;;) {
    const token = reader.peek();
    if (reader.take("!")) base = { kind: "call", name: "factorial", operands: [base] };
    else if (reader.take("'")) base = { kind: "call", name: "derivative", operands: [base] };
    else if (reader.take("%")) reader.percent = true;
    else if (token?.type === "command" && (token.name === "degree" || token.name === "circ")) reader.index += 1;
    else if (reader.take("^")) {
      const next = reader.peek();
      const degree = next?.type === "command" ? next : reader.at("{") ? reader.peek(1) : undefined;
      if (degree?.type === "command" && (degree.name === "circ" || degree.name === "degree" || degree.name === "prime")) {
        const braced = reader.take("{");
        reader.index += 1;
        if (braced) reader.expect("}");
      } else base = { kind: "operation", operator: "^", left: base, right: reader.nested(() => exponent(reader)) };
    } else return base;
  }
}

function exponent(reader: Reader): Expression {
  if (reader.take("-")) return { kind: "negative", operand: exponent(reader) };
  const base = reader.take("{") ? closing(reader, sum(reader)) : plainExponent(reader);
  return reader.take("^") ? { kind: "operation", operator: "^", left: base, right: reader.nested(() => exponent(reader)) } : base;
}

/** `2^10` is written plainly: in LaTeX without braces only one digit would be raised, but nobody means that. */
function plainExponent(reader: Reader): Expression {
  return primary(reader);
}

/** The argument of `\frac` or `\sqrt`: braces, or one digit or letter. */
function argument(reader: Reader): Expression {
  if (reader.take("{")) return closing(reader, reader.nested(() => sequence(reader)));
  const token = reader.peek();
  if (token?.type === "number" && token.text.length > 1 && /^\d+$/.test(token.text)) {
    (reader.tokens as Token[])[reader.index] = { type: "number", text: token.text.slice(1) };
    return numberOf(token.text.slice(0, 1));
  }
  return primary(reader);
}

const numberOf = (literal: string): Expression => ({ kind: "number", value: Number(literal), literal });

function primary(reader: Reader): Expression {
  return reader.nested(() => {
    const token = reader.peek();
    if (token === undefined) throw new UnreadableError("it ends too early");
    reader.index += 1;
    if (token.type === "number") return numberOf(token.text);
    if (token.type === "word") return { kind: "word", text: token.text };
    if (token.type === "unit") return { kind: "word", text: token.name };
    if (token.type === "symbol") return named(reader, token.name);
    if (token.type === "command") return command(reader, token.name);
    return bracket(reader, token.text);
  });
}

/** A letter with its subscript; `f(…)` is a call. */
function named(reader: Reader, letter: string): Expression {
  let name = letter;
  if (reader.take("_")) name += `_${describe(reader.take("{") ? closing(reader, sequence(reader)) : primary(reader))}`;
  if (functionLetters.has(letter) && reader.at("(")) {
    reader.index += 1;
    const inside = bracket(reader, "(");
    return { kind: "call", name, operands: inside.kind === "bracketed" ? inside.items : [inside] };
  }
  return { kind: "symbol", name };
}

function command(reader: Reader, name: string): Expression {
  if (name === "frac") {
    const left = argument(reader);
    return { kind: "operation", operator: "/", left, right: argument(reader) };
  }
  if (name === "binom" || name === "dbinom" || name === "tbinom") {
    const left = argument(reader);
    return { kind: "call", name: "binom", operands: [left, argument(reader)] };
  }
  if (name === "sqrt") {
    if (reader.take("[")) {
      const degree = sum(reader);
      reader.expect("]");
      return { kind: "call", name: "root", operands: [argument(reader), degree] };
    }
    if (reader.take("(")) return { kind: "call", name: "sqrt", operands: [bracket(reader, "(")] };
    return { kind: "call", name: "sqrt", operands: [argument(reader)] };
  }
  if (name === "begin") return matrix(reader);
  if (bigOperators.has(name)) return bigOperator(reader, name);
  if (namedFunctions.has(name)) return namedFunction(reader, name);
  return named(reader, name);
}

function namedFunction(reader: Reader, name: string): Expression {
  let base: Expression | null = null;
  let exponentOf: Expression | null = null;
  if (reader.take("_")) base = argument(reader);
  if (reader.take("^")) exponentOf = argument(reader);
  const operand = reader.at("(") ? primary(reader) : impliedArgument(reader);
  const operands = operand.kind === "bracketed" ? operand.items : [operand];
  const call: Expression = base === null ? { kind: "call", name, operands } : { kind: "call", name, operands: [...operands, base] };
  return exponentOf === null ? call : { kind: "operation", operator: "^", left: call, right: exponentOf };
}

/** `\sin 2x`: the product up to the next sum. */
function impliedArgument(reader: Reader): Expression {
  let operand = power(reader);
  for (let token = reader.peek(); token?.type === "symbol" || token?.type === "number" || (token?.type === "command" && (token.name === "pi" || token.name === "frac" || token.name === "theta")); token = reader.peek()) operand = times(operand, power(reader));
  return operand;
}

function bigOperator(reader: Reader, name: string): Expression {
  const limits: Expression[] = [];
  while (reader.at("_", "^")) {
    reader.index += 1;
    limits.push(reader.take("{") ? closing(reader, sequence(reader)) : primary(reader));
  }
  return { kind: "call", name, operands: [product(reader), ...limits.flatMap((limit) => (limit.kind === "relation" ? limit.operands : [limit]))] };
}

function matrix(reader: Reader): Expression {
  const name: string[] = [];
  reader.expect("{");
  for (let token = reader.peek(); token?.type === "symbol"; token = reader.peek()) {
    name.push(token.name);
    reader.index += 1;
  }
  reader.expect("}");
  if (!/matrix|array|cases|align/.test(name.join(""))) throw new UnreadableError("an environment that holds no answer");
  if (name.join("") === "array" && reader.take("{")) while (!reader.take("}")) if (reader.index++ >= reader.tokens.length) throw new UnreadableError("} is missing");
  const rows: Expression[][] = [[]];
  for (;;) {
    const token = reader.peek();
    if (token === undefined) throw new UnreadableError("the environment does not end");
    if (token.type === "command" && token.name === "end") break;
    if (reader.take("\\\\")) rows.push([]);
    else if (!reader.take("&")) (rows.at(-1) as Expression[]).push(sequence(reader));
  }
  while (reader.peek() !== undefined && !reader.take("}")) reader.index += 1;
  return { kind: "matrix", rows: rows.filter((row) => row.length > 0) };
}

function bracket(reader: Reader, opening: string): Expression {
  if (opening === "|") {
    reader.bars += 1;
    const operand = sum(reader);
    reader.expect("|");
    reader.bars -= 1;
    return { kind: "call", name: "abs", operands: [operand] };
  }
  if (opening === "\\{") return { kind: "set", items: listItems(reader, ["\\}", "}"]).items };
  if (opening === "{") {
    const inside = listItems(reader, ["}", "\\}"]);
    return inside.items.length === 1 ? (inside.items[0] as Expression) : { kind: "sequence", items: inside.items, ordered: inside.ordered };
  }
  if (opening !== "(" && opening !== "[") throw new UnreadableError(`${opening} stands where a value should`);
  const bars = reader.bars;
  reader.bars = 0;
  const { items, close } = listItems(reader, [")", "]"]);
  reader.bars = bars;
  if (items.length === 1 && opening === "(" && close === ")") return items[0] as Expression;
  return { kind: "bracketed", open: opening, close: close as ")" | "]", items };
}

function listItems(reader: Reader, closings: string[]): { items: Expression[]; ordered: boolean; close: string } {
  if (reader.at(...closings)) throw new UnreadableError("empty brackets");
  const inside = sequence(reader);
  const token = reader.peek();
  if (!reader.take(...closings) || token?.type !== "operator") throw new UnreadableError("a bracket is not closed");
  return inside.kind === "sequence" ? { items: inside.items, ordered: inside.ordered, close: token.text } : { items: [inside], ordered: true, close: token.text };
}

/** A canonical text of an expression: what a subscript is called by. */
export function describe(expression: Expression): string {
  if (expression.kind === "number") return expression.literal;
  if (expression.kind === "symbol") return expression.name;
  if (expression.kind === "word") return expression.text;
  if (expression.kind === "operation") return `(${describe(expression.left)}${expression.operator}${describe(expression.right)})`;
  return JSON.stringify(expression);
}
