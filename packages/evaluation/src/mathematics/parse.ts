import { describe, maximumExpressionLength, UnreadableError, type Expression, type RelationOperator } from "./expression.js";
import { Reader } from "./reader.js";
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

/** Parses the text of one answer, LaTeX or plain. @throws {UnreadableError} */
export function parseAnswer(text: string): Parsed {
  if (text.length > maximumExpressionLength) throw new UnreadableError("longer than an answer");
  const reader = new Reader(tokenize(joinThousands(normalizeText(text)).trim().replace(/[.,;:]+$/, "")));
  if (reader.tokens.length === 0) throw new UnreadableError("nothing is there");
  const expression = withoutRange(sequence(reader));
  if (reader.peek() !== undefined) throw new UnreadableError("something follows that does not belong to it");
  return { expression, units: reader.units, percent: reader.percent };
}

/** `\frac{\pi}{4}+k\pi, k \in \mathbb{Z}`: over what a parameter runs is no answer of its own. */
function withoutRange(expression: Expression): Expression {
  if (expression.kind !== "sequence") return expression;
  const items = expression.items.filter((item) => !(item.kind === "relation" && item.operators[0] === "in" && item.operands[1]?.kind === "symbol" && /^[ZNQ](?:_|$)/.test(item.operands[1].name)));
  return items.length === 1 ? (items[0] as Expression) : items.length === 0 ? expression : { ...expression, items };
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
  let alternative = false;
  for (;;) {
    items.push(relation(reader));
    let separated = false;
    while (reader.at(",", ";", "and", "or")) {
      if (reader.at("and", "or")) ordered = false;
      if (reader.at("or")) alternative = true;
      reader.index += 1;
      separated = true;
    }
    if (!separated || reader.peek() === undefined || reader.at(")", "]", "}", "\\}")) break;
  }
  return items.length === 1 ? (items[0] as Expression) : { kind: "sequence", items, ordered, ...(alternative ? { alternative } : {}) };
}

function relation(reader: Reader): Expression {
  const operands = [setExpression(reader)];
  const operators: RelationOperator[] = [];
  for (;;) {
    const token = reader.peek();
    if (token?.type === "command" && (token.name === "approx" || token.name === "simeq")) {
      reader.index += 1;
      const near = setExpression(reader);
      // What is only near a value says nothing beyond it; what is near a name is all that is said of it.
      const [named] = operands;
      if (operands.length > 1 || (named?.kind !== "symbol" && named?.kind !== "word")) continue;
      operators.push("=");
      operands.push(near);
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
    if (token?.type === "command" && (token.name === "over" || token.name === "choose")) {
      reader.index += 1;
      const right = sum(reader);
      left = token.name === "over" ? { kind: "operation", operator: "/", left, right } : { kind: "call", name: "binom", operands: [left, right] };
      continue;
    }
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
  if (token.type === "command") return !["in", "ni", "cup", "cap", "setminus", "backslash", "pm", "mp", "end", "degree", "circ", "approx", "simeq", "over", "choose", "rfloor", "rceil", "rangle"].includes(token.name);
  return token.type !== "unit";
}

function product(reader: Reader): Expression {
  let left = factor(reader);
  for (;;) {
    takeUnits(reader);
    if (reader.take("*")) left = { kind: "operation", operator: "*", left, right: factor(reader) };
    else if (reader.take("/", ":")) left = { kind: "operation", operator: "/", left, right: factor(reader) };
    else if (isWhole(left) && beginsPlainFraction(reader)) left = { kind: "operation", operator: "+", left, right: plainFraction(reader) };
    else if (beginsFactor(reader)) left = times(left, power(reader));
    else return left;
  }
}

const isWhole = (expression: Expression): boolean => expression.kind === "number" && /^\d+$/.test(expression.literal);
const isWholeToken = (token: Token | undefined): boolean => token?.type === "number" && /^\d+$/.test(token.text);

/** `1/2` behind a whole number: a mixed number, `3 1/2`. */
function beginsPlainFraction(reader: Reader): boolean {
  const bar = reader.peek(1);
  return isWholeToken(reader.peek()) && bar?.type === "operator" && bar.text === "/" && isWholeToken(reader.peek(2));
}

function plainFraction(reader: Reader): Expression {
  const left = primary(reader);
  reader.index += 1;
  return { kind: "operation", operator: "/", left, right: primary(reader) };
}

/** A mixed number `2\frac{1}{3}` is a sum, `C(2,-1)` a point with its name; everything else side by side is a product. */
function times(left: Expression, right: Expression): Expression {
  if (left.kind === "symbol" && /^[A-Z](?:_|$)/.test(left.name) && right.kind === "bracketed" && right.items.length > 1) return right;
  const mixed = isWhole(left) && right.kind === "operation" && right.operator === "/" && right.left.kind === "number" && right.right.kind === "number";
  return { kind: "operation", operator: mixed ? "+" : "*", left, right };
}

/** A unit behind a value: of a known name, any word, `\text{m}`, or "min" that is called with nothing. */
function unitAt(reader: Reader): string | null {
  const token = reader.peek();
  if (token?.type === "unit") return token.name;
  if (token?.type === "word") return reader.index > 0 ? token.text : null;
  if (token?.type === "symbol") return token.upright === true && /^[mghslLtNJW]$/.test(token.name) ? token.name : null;
  if (token?.type !== "command" || token.name !== "min") return null;
  const next = reader.peek(1);
  return next === undefined || (next.type === "operator" && !["(", "{", "\\{", "_"].includes(next.text)) ? "minute" : null;
}

function takeUnits(reader: Reader): void {
  for (let unit = unitAt(reader); unit !== null; unit = unitAt(reader)) {
    reader.index += 1;
    let name = unit;
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
    else if (token?.type === "command" && (token.name === "degree" || token.name === "circ")) {
      reader.index += 1;
      base = inDegrees(reader, base);
    }
    else if (reader.take("^")) {
      const next = reader.peek();
      const degree = next?.type === "command" ? next : reader.at("{") ? reader.peek(1) : undefined;
      if (degree?.type === "command" && (degree.name === "circ" || degree.name === "degree" || degree.name === "prime")) {
        const braced = reader.take("{");
        reader.index += 1;
        if (braced) reader.expect("}");
        if (degree.name !== "prime") base = inDegrees(reader, base);
      } else base = { kind: "operation", operator: "^", left: base, right: reader.nested(() => exponent(reader)) };
    } else return base;
  }
}

/** Degrees are passed over as units are, but for the argument of a sine. */
function inDegrees(reader: Reader, value: Expression): Expression {
  if (!reader.trigonometric) return value;
  return { kind: "operation", operator: "/", left: { kind: "operation", operator: "*", left: value, right: { kind: "symbol", name: "pi" } }, right: numberOf("180") };
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
    if (token.type === "number") return reader.at("_") ? inBase(reader, token.text) : numberOf(token.text);
    if (token.type === "word") return { kind: "word", text: token.text };
    if (token.type === "unit") return { kind: "word", text: token.name };
    if (token.type === "symbol") return named(reader, token.name);
    if (token.type === "command") return command(reader, token.name);
    return bracket(reader, token.text);
  });
}

/** `1011_2`: the digits with their base. */
function inBase(reader: Reader, digits: string): Expression {
  reader.index += 1;
  const base = reader.take("{") ? closing(reader, sum(reader)) : primary(reader);
  return { kind: "call", name: "inBase", operands: [numberOf(digits), base] };
}

/** A letter with its subscript; `f(…)` is a call. */
function named(reader: Reader, letter: string): Expression {
  let name = letter;
  if (reader.take("_")) name += `_${describe(reader.take("{") ? closing(reader, sequence(reader)) : primary(reader))}`;
  if (functionLetters.has(letter) && reader.at("(")) {
    reader.index += 1;
    const inside = bracket(reader, "(");
    if (/[A-Z]/.test(letter) && inside.kind === "bracketed" && inside.items.length > 1) return inside;
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
  if (name === "lfloor" || name === "lceil") {
    const operand = sum(reader);
    const token = reader.peek();
    if (token?.type !== "command" || token.name !== (name === "lfloor" ? "rfloor" : "rceil")) throw new UnreadableError("a bracket is not closed");
    reader.index += 1;
    return { kind: "call", name: name === "lfloor" ? "floor" : "ceil", operands: [operand] };
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
  const outer = reader.trigonometric;
  reader.trigonometric = /^(?:sin|cos|tan|cot|sec|csc)$/.test(name);
  const operand = reader.at("(") ? primary(reader) : impliedArgument(reader);
  reader.trigonometric = outer;
  const operands = operand.kind === "bracketed" ? operand.items : [operand];
  const inverse = exponentOf?.kind === "negative" && exponentOf.operand.kind === "number" && exponentOf.operand.value === 1 && /^(?:sin|cos|tan)$/.test(name);
  if (inverse) return { kind: "call", name: `a${name}`, operands };
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
  const filled = rows.filter((row) => row.length > 0);
  // Equations one below the other say the same as side by side.
  if (/cases|align/.test(name.join("")) && filled.every((row) => row.length === 1)) {
    const items = filled.map(([item]) => item as Expression);
    return items.length === 1 ? (items[0] as Expression) : { kind: "sequence", items, ordered: false };
  }
  return { kind: "matrix", rows: filled };
}

function bracket(reader: Reader, opening: string): Expression {
  if (opening === "|") {
    reader.bars += 1;
    const operand = sum(reader);
    reader.expect("|");
    reader.bars -= 1;
    return { kind: "call", name: "abs", operands: [operand] };
  }
  if (opening === "\\{" && namesElement(reader)) return condition(reader);
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

/** How many tokens name the element of a set by its condition, `x |`, `x : ` or `x \in R |`; null where it is a list. */
function elementLength(reader: Reader): number | null {
  if (reader.peek()?.type !== "symbol") return null;
  const belongs = reader.peek(1);
  const length = belongs?.type === "command" && belongs.name === "in" ? (reader.peek(2)?.type === "operator" ? 5 : 3) : 1;
  const bar = reader.peek(length);
  return bar?.type === "operator" && (bar.text === "|" || bar.text === ":") ? length + 1 : null;
}

const namesElement = (reader: Reader): boolean => elementLength(reader) !== null;

/** `\{x | x > 2\}` says what its condition says. */
function condition(reader: Reader): Expression {
  reader.index += elementLength(reader) ?? 0;
  const said = sequence(reader);
  if (!reader.take("\\}", "}")) throw new UnreadableError("a bracket is not closed");
  return said;
}

function listItems(reader: Reader, closings: string[]): { items: Expression[]; ordered: boolean; close: string } {
  if (reader.at(...closings)) throw new UnreadableError("empty brackets");
  const inside = sequence(reader);
  const token = reader.peek();
  if (!reader.take(...closings) || token?.type !== "operator") throw new UnreadableError("a bracket is not closed");
  return inside.kind === "sequence" ? { items: inside.items, ordered: inside.ordered, close: token.text } : { items: [inside], ordered: true, close: token.text };
}
