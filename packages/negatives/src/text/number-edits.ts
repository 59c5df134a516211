import type { Caption } from "./caption.js";
import { isSymbol, kindOfNoun } from "./caption.js";
import type { TextEdit } from "./edit.js";
import { otherNumbers } from "./number-values.js";
import { replaceTokens } from "./phrase-edits.js";

const namesBefore = new Set(["figure", "fig", "problem", "question", "exercise", "example", "theorem", "step", "page", "case", "type", "no", "number", "option", "part", "line", "lines", "point", "item", "diagram", "image", "table"]);
const trigonometry = new Set(["sin", "cos", "tan", "cot", "sec", "csc", "log", "ln"]);
const countWords = ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
const functionWords = ["function", "equation", "curve", "parabola", "hyperbola", "ellipse", "graph", "line"];

/** True where the number at `index` names, orders or raises, and so says no quantity. */
function isNoQuantity(caption: Caption, index: number): boolean {
  const { tokens, kinds } = caption;
  const token = tokens[index]!;
  const before = tokens[index - 1];
  const after = tokens[index + 1];
  if (kinds[index] !== null) return true;
  if (before !== undefined) {
    if (before.text === "^" || before.text === "**" || before.text === "_" || before.text === "#") return true;
    if (before.kind === "word" && (namesBefore.has(before.lower) || trigonometry.has(before.lower))) return true;
    if (before.text === "(" && (trigonometry.has(tokens[index - 2]?.lower ?? "") || after?.text === ")" && index - 1 === caption.clauses[caption.clauseOf[index]!]!.from)) return true;
    // "x1", "A2" written apart never touch the number; "O1" is one label.
    if (before.end === token.start && (before.kind === "word" || before.kind === "label" || before.text === ".")) return true;
    if (before.text === "'" || before.text === "′") return true;
  }
  if (after !== undefined) {
    if (after.start === token.end && after.kind === "word" && /^(?:st|nd|rd|th|d)$/.test(after.lower)) return true;
    if (after.start === token.end && after.kind === "label" && after.points.length === 1) return true;
    if (after.text === ")" && before?.text !== "(" && !hasOpening(caption, index)) return true;
    if (after.text === ":" && before === undefined) return true;
    if (after.text === "/" || after.text === "'" || after.text === "′") return true;
    // 3.5.2, or a number at once followed by another: a version, a date
    if (after.start === token.end && after.kind === "number") return true;
  }
  // "1. In triangle ABC"
  const clause = caption.clauses[caption.clauseOf[index]!]!;
  return clause.from === index && clause.to === index + 1;
}

function hasOpening(caption: Caption, index: number): boolean {
  const { from } = caption.clauses[caption.clauseOf[index]!]!;
  for (let place = index; place >= from; place -= 1) if (caption.tokens[place]!.text === "(") return true;
  return false;
}

function isAngleValue(caption: Caption, index: number, clauseIndex: number): boolean {
  const next = caption.tokens[index + 1]?.lower;
  if (next === "°" || next === "degree" || next === "degrees") return true;
  const clause = caption.clauses[clauseIndex]!;
  for (let place = clause.from; place < clause.to; place += 1) if (caption.tokens[place]!.lower === "length") return false;
  for (let place = clause.from; place < clause.to; place += 1) {
    const { lower, text } = caption.tokens[place]!;
    if (text === "∠" || text === "°" || lower === "angle" || lower === "angles" || lower === "degrees" || text === "⌒" || lower === "arc") return true;
  }
  return false;
}

/** Metres: "10 m". */
function isUnit(caption: Caption, index: number): boolean {
  const before = caption.tokens[index - 1];
  return caption.tokens[index]!.text === "m" && before?.kind === "number" && before.end < caption.tokens[index]!.start;
}

const throughWords = new Set(["passes", "pass", "through", "intersects", "crosses", "goes", "contains", "zero", "zeros", "root", "roots"]);

/** The first of two coordinates of a point that a curve passes through: it may pass through another point of that height. */
function isAbscissaOfCurve(caption: Caption, index: number): boolean {
  const { tokens } = caption;
  const open = tokens[index - 1]?.text === "-" ? index - 2 : index - 1;
  if (tokens[open]?.text !== "(" || tokens[index + 1]?.text !== ",") return false;
  const clause = caption.clauses[caption.clauseOf[index]!]!;
  for (let place = clause.from; place < index; place += 1) if (throughWords.has(tokens[place]!.lower)) return true;
  return false;
}

/** Every free symbol of the clause stands in another claim too, so that a changed term cannot be made true by another value of the symbol. */
function symbolsAreBound(caption: Caption, clauseIndex: number): boolean {
  const clause = caption.clauses[clauseIndex]!;
  for (let index = clause.from; index < clause.to; index += 1) {
    const token = caption.tokens[index]!;
    if (isSymbol(token) && !isUnit(caption, index) && (caption.symbols.get(token.text) ?? 0) < 2) return functionWords.some((word) => caption.words.has(word));
  }
  return true;
}

/** Numbers of one clause, each with what could stand in its place. */
export function numberEdits(caption: Caption, clauseIndex: number): TextEdit[] {
  const clause = caption.clauses[clauseIndex]!;
  if (clause.negated || clause.open || clause.compares) return [];
  const edits: TextEdit[] = [];
  let bound: boolean | null = null;
  for (let index = clause.from; index < clause.to; index += 1) {
    const token = caption.tokens[index]!;
    if (token.kind === "word" && countWords.includes(token.lower)) edits.push(...countEdits(caption, clauseIndex, index));
    if (token.kind !== "number" || isNoQuantity(caption, index) || isAbscissaOfCurve(caption, index)) continue;
    bound ??= symbolsAreBound(caption, clauseIndex);
    if (!bound) return edits;
    const angle = isAngleValue(caption, index, clauseIndex);
    for (const value of otherNumbers({ text: token.text, angle })) edits.push({ class: "number", rule: angle ? "angle" : "length", ...replaceTokens(caption, { from: index, to: index + 1, replacement: value }) });
  }
  return edits;
}

/** "two circles": a count of shapes that no labels follow. */
function countEdits(caption: Caption, clauseIndex: number, index: number): TextEdit[] {
  const clause = caption.clauses[clauseIndex]!;
  const before = caption.tokens[index - 1]?.lower;
  const noun = caption.tokens[index + 1]?.lower ?? "";
  if (before === "the" || before === "these" || before === "those" || before === "any" || before === "of" || !noun.endsWith("s") && !caption.tokens[index + 2]?.lower.endsWith("s")) return [];
  if (kindOfNoun(noun) === undefined && kindOfNoun(caption.tokens[index + 2]?.lower ?? "") === undefined) return [];
  for (let place = clause.from; place < clause.to; place += 1) if (caption.tokens[place]!.kind === "label") return [];
  const rank = countWords.indexOf(caption.tokens[index]!.lower);
  return countWords
    .filter((_, other) => other !== rank && Math.abs(other - rank) <= 2)
    .map((word) => ({ class: "number" as const, rule: "count", ...replaceTokens(caption, { from: index, to: index + 1, replacement: word }) }));
}
