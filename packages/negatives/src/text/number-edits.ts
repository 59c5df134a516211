import type { Caption } from "./caption.js";
import { isSymbol, kindOfNoun } from "./caption.js";
import type { TextEdit } from "./edit.js";
import { otherNumbers, valueOfNumber } from "./number-values.js";
import { replaceTokens } from "./phrase-edits.js";

const namesBefore = new Set(["figure", "fig", "problem", "question", "exercise", "example", "theorem", "step", "page", "case", "type", "no", "number", "option", "part", "line", "lines", "point", "item", "diagram", "image", "table"]);
/** A number after these is a name where no unit follows: "an angle labelled 2", "an angle marked 60°". */
const namingVerbs = new Set(["labelled", "labeled", "marked", "numbered", "named", "called", "denoted"]);
const trigonometry = new Set(["sin", "cos", "tan", "cot", "sec", "csc", "log", "ln"]);
const countWords = ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
const functionWords = ["function", "equation", "curve", "parabola", "hyperbola", "ellipse", "graph", "line"];

const units = new Map([
  ["unit", "units"], ["meter", "meters"], ["metre", "metres"], ["centimeter", "centimeters"], ["centimetre", "centimetres"], ["millimeter", "millimeters"], ["kilometer", "kilometers"], ["foot", "feet"], ["inch", "inches"], ["yard", "yards"], ["mile", "miles"], ["degree", "degrees"],
]);
const unitSigns = new Set(["°", "cm", "m", "mm", "km", "ft", "in", "dm", ...units.keys(), ...units.values()]);

function isUnitAfter(caption: Caption, index: number): boolean {
  return unitSigns.has(caption.tokens[index + 1]?.lower ?? "");
}

/** True where the number at `index` names, orders or raises, and so says no quantity. */
function isNoQuantity(caption: Caption, index: number): boolean {
  const { tokens, kinds } = caption;
  const token = tokens[index]!;
  const before = tokens[index - 1];
  const after = tokens[index + 1];
  if (kinds[index] !== null) return true;
  if (before !== undefined) {
    if (before.lower === "^" || before.lower === "**" || before.lower === "_" || before.lower === "#") return true;
    if (before.kind === "word" && (namesBefore.has(before.lower) || trigonometry.has(before.lower))) return true;
    if (namingVerbs.has(before.lower) && !isUnitAfter(caption, index)) return true;
    if (before.lower === "(" && (trigonometry.has(tokens[index - 2]?.lower ?? "") || after?.lower === ")" && index - 1 === caption.clauses[caption.clauseOf[index]!]!.from)) return true;
    // "x1", "A2" written apart never touch the number; "O1" is one label.
    if (before.end === token.start && (before.kind === "word" || before.kind === "label" || before.lower === ".")) return true;
    if (before.lower === "'" || before.lower === "′") return true;
  }
  if (after !== undefined) {
    if (after.start === token.end && after.kind === "word" && /^(?:st|nd|rd|th|d)$/.test(after.lower)) return true;
    if (after.start === token.end && after.kind === "label" && after.points.length === 1) return true;
    if (after.lower === ")" && before?.lower !== "(" && !hasOpening(caption, index)) return true;
    if (after.lower === ":" && before === undefined) return true;
    if (after.lower === "/" || after.lower === "'" || after.lower === "′") return true;
    // 3.5.2, or a number at once followed by another: a version, a date
    if (after.start === token.end && after.kind === "number") return true;
  }
  // "1. In triangle ABC"
  const clause = caption.clauses[caption.clauseOf[index]!]!;
  return clause.from === index && clause.to === index + 1;
}

function hasOpening(caption: Caption, index: number): boolean {
  const { from } = caption.clauses[caption.clauseOf[index]!]!;
  for (let place = index; place >= from; place -= 1) if (caption.tokens[place]!.lower === "(") return true;
  return false;
}

/** What the nearest word or label before a number says that it measures. */
const lengthWords = new Set(["radius", "radii", "diameter", "length", "width", "height", "side", "sides", "perimeter", "area", "base", "cm", "units", "ratio"]);

function isAngleValue(caption: Caption, index: number, clauseIndex: number): boolean {
  const next = caption.tokens[index + 1]?.lower;
  if (next === "°" || next === "degree" || next === "degrees") return true;
  // 4*y, 4y: how often something is taken
  const after = caption.tokens[index + 1];
  if (next === "*" || next === "·" || next === "×" || after !== undefined && isSymbol(after) && after.start === caption.tokens[index]!.end) return false;
  const clause = caption.clauses[clauseIndex]!;
  for (let place = index - 1; place >= clause.from; place -= 1) {
    if (lengthWords.has(caption.tokens[place]!.lower) || caption.kinds[place] === "segment") return false;
    if (caption.kinds[place] === "angle") return true;
  }
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
  const open = tokens[index - 1]?.lower === "-" ? index - 2 : index - 1;
  if (tokens[open]?.lower !== "(" || tokens[index + 1]?.lower !== ",") return false;
  const clause = caption.clauses[caption.clauseOf[index]!]!;
  for (let place = clause.from; place < index; place += 1) if (throughWords.has(tokens[place]!.lower)) return true;
  return false;
}

const monotony = new Set(["increasing", "decreasing", "increases", "decreases", "monotonic", "monotonically", "interval"]);

/** An end of an interval on which a function grows (it grows on every smaller one too), or a function's argument (`f(0)`: it may take the value again). */
function isOfInterval(caption: Caption, index: number): boolean {
  const { tokens } = caption;
  const clause = caption.clauses[caption.clauseOf[index]!]!;
  const open = tokens[index - 1]?.lower === "-" ? index - 2 : index - 1;
  if (tokens[open]?.lower === "(" && tokens[open - 1]?.kind === "word" && tokens[open - 1]!.text.length === 1 && tokens[open - 1]!.end === tokens[open]!.start) return true;
  for (let place = clause.from; place < clause.to; place += 1) if (monotony.has(tokens[place]!.lower)) return tokens[open]?.lower === "[" || tokens[open]?.lower === "(" || tokens[index + 1]?.lower === "]" || tokens[index + 1]?.lower === ")";
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
    if (token.kind !== "number" || isNoQuantity(caption, index) || isAbscissaOfCurve(caption, index) || isOfInterval(caption, index)) continue;
    bound ??= symbolsAreBound(caption, clauseIndex);
    if (!bound) return edits;
    const angle = isAngleValue(caption, index, clauseIndex);
    for (const value of otherNumbers({ text: token.text, angle })) {
      // A number of the caption in the place of another could make two edits undo each other: sides of 3 and 4, of 4 and 3.
      if (caption.numbers.has(valueOfNumber(value))) continue;
      const place = numberAndUnit(caption, index, value);
      if (place !== null) edits.push({ class: "number", rule: angle ? "angle" : "length", ...replaceTokens(caption, place) });
    }
  }
  return edits;
}

/** The number with a unit in words beside it in the right number: "1 unit" becomes "3 units"; nothing becomes "1 units". */
function numberAndUnit(caption: Caption, index: number, value: string): { from: number; to: number; replacement: string } | null {
  const unit = caption.tokens[index + 1]?.lower ?? "";
  const plural = units.get(unit);
  const article = caption.tokens[index - 1]?.lower;
  if (caption.tokens[index]!.text === "1" && plural !== undefined && article !== "a" && article !== "an") return { from: index, to: index + 2, replacement: `${value} ${plural}` };
  if (Number(value) === 1 && plural === undefined && unitSigns.has(unit) && unit.length > 3) return null;
  return { from: index, to: index + 1, replacement: value };
}

/** What introduces things that are counted: fewer than those are not "two of the three". */
const introductions = new Set(["are", "shows", "show", "contains", "contain", "depicts", "depict", "illustrates", "presents", "has", "have", "includes", "features", "with", "containing", "showing", "comprises"]);

/** "two circles": a count of shapes that no labels follow. */
function countEdits(caption: Caption, clauseIndex: number, index: number): TextEdit[] {
  const clause = caption.clauses[clauseIndex]!;
  const before = caption.tokens[index - 1]?.lower;
  const noun = caption.tokens[index + 1]?.lower ?? "";
  const introduced = index === clause.from || introductions.has(before ?? "") || before === "of" && ["made", "composed", "consists", "up", "consisting"].includes(caption.tokens[index - 2]?.lower ?? "");
  // "two sides of the triangle are equal": so are three of an equilateral one.
  if (caption.tokens[index + 2]?.lower === "of" || caption.tokens[index + 3]?.lower === "of") return [];
  if (!introduced || !noun.endsWith("s") && !caption.tokens[index + 2]?.lower.endsWith("s")) return [];
  if (kindOfNoun(noun) === undefined && kindOfNoun(caption.tokens[index + 2]?.lower ?? "") === undefined) return [];
  for (let place = clause.from; place < clause.to; place += 1) if (caption.tokens[place]!.kind === "label") return [];
  const rank = countWords.indexOf(caption.tokens[index]!.lower);
  return countWords
    .filter((_, other) => other !== rank && Math.abs(other - rank) <= 2)
    .map((word) => ({ class: "number" as const, rule: "count", ...replaceTokens(caption, { from: index, to: index + 1, replacement: word }) }));
}
