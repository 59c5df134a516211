import { UnreadableError, type Expression } from "./mathematics/expression.js";
import { comparisonBudget, expressionsEqual, valueOfEquation, type Comparison } from "./mathematics/equal.js";
import { hasSymbols, isNotFinite } from "./mathematics/evaluate.js";
import { parseAnswer, type Parsed } from "./mathematics/parse.js";
import { extractOpen } from "./reading/open.js";

/** The verdict on an open answer. */
export interface Equivalence {
  equal: boolean;
  /** false where no answer can be read from the prediction: it is not equal then, and counted apart */
  readable: boolean;
  /** what was read from the prediction, or null */
  extracted: string | null;
  reason: string;
}

export interface EquivalenceOptions {
  /** numbers are equal when they agree after rounding to so many decimals; null for exactly. @default null */
  decimals?: number | null;
}

/** One spelling for the signs that are also written as commands. */
const marks = new Map([["parallel", "∥"], ["perp", "⊥"], ["triangle", "△"], ["angle", "∠"], ["circ", "°"], ["degree", "°"], ["cong", "≅"], ["sim", ""], ["sqrt", "√"], ["pi", "π"]]);

/** A text with its layout taken off, for comparing word by word. */
function bareText(text: string): string {
  return text
    .slice(0, 4000)
    .replace(/\s+/g, " ")
    .replace(/\\\\(?=[a-zA-Z])/g, "\\")
    .replace(/\\(parallel|perp|triangle|angle|circ|degree|cong|sim|sqrt|pi)(?![a-zA-Z])/g, (mark: string, name: string) => marks.get(name) ?? mark)
    .replace(/\\(?:text|mbox|textbf|textit|mathrm|mathbf)\s*\{([^{}]*)\}/g, "$1")
    .replace(/\\(?:left|right|displaystyle|,|!|;|:|\s)|[\s$*"~∽]/g, "")
    .replace(/\\[dt]frac/g, "\\frac")
    .replace(/^\\[([]|\\[)\]]$/g, "")
    .replace(/[.,;:]+$/, "")
    .toLowerCase();
}

/** Longer texts are responses, in which an answer is to be found first. */
const maximumPlainLength = 200;

function sameText(gold: string, prediction: string): boolean {
  if (gold.length > maximumPlainLength || prediction.length > maximumPlainLength) return false;
  const text = bareText(gold);
  return text !== "" && text === bareText(prediction);
}

function tryParse(text: string): Parsed | null {
  try {
    return parseAnswer(text);
  } catch (error) {
    if (error instanceof UnreadableError) return null;
    throw error;
  }
}

interface Read {
  text: string;
  parsed: Parsed | null;
}

/** The first candidate that is mathematics; else the first there is. */
function readingOf(text: string): Read | null {
  const { candidates } = extractOpen(text);
  for (const candidate of candidates) {
    const parsed = tryParse(candidate);
    if (parsed !== null) return { text: candidate, parsed: isNotFinite(parsed.expression) ? null : parsed };
  }
  return candidates[0] === undefined ? null : { text: candidates[0], parsed: null };
}

const lengthUnits = new Set(["mm", "cm", "m", "km", "inch", "ft"]);

/** Both name a unit of length, and not the same: 5 cm is not 5 m. Every other unit is passed over. */
function unitsDiffer(a: Parsed, b: Parsed): boolean {
  const lengths = (parsed: Parsed) => parsed.units.map((unit) => unit.replace(/\^.*$/, "")).filter((unit) => lengthUnits.has(unit));
  const [first, second] = [lengths(a), lengths(b)];
  return first.length > 0 && second.length > 0 && !first.some((unit) => second.includes(unit));
}

const hundredth = (expression: Expression): Expression => ({ kind: "operation", operator: "/", left: expression, right: { kind: "number", value: 100, literal: "100" } });

function parsedEqual(gold: Parsed, prediction: Parsed, comparison: Comparison): boolean {
  if (unitsDiffer(gold, prediction)) return false;
  if (expressionsEqual(gold.expression, prediction.expression, comparison)) return true;
  if (gold.percent !== prediction.percent) {
    return gold.percent ? expressionsEqual(hundredth(gold.expression), prediction.expression, comparison) : expressionsEqual(gold.expression, hundredth(prediction.expression), comparison);
  }
  // Where a value is asked for, an equation gives it with its right side; not the other way round, since an equation that is asked for is more than a value.
  const value = gold.expression.kind === "relation" ? null : valueOfEquation(prediction.expression);
  return value !== null && expressionsEqual(gold.expression, value, comparison);
}

/** A unit of one letter behind a value, `24h` or `48m^2`: in an answer that is a number it is no unknown. */
const letterUnit = /(?<=[\d})\]πi°])\s*(?:[mhsgLltVWN]|[mh]\/s|g\/[mL])(?:\^\{?[23]\}?|[²³])?(?:\s*\$)?\s*$/;

/** The prediction without such a unit, where the right answer is a number. */
function withoutLetterUnit(gold: Parsed, text: string): Parsed | null {
  if (hasSymbols(gold.expression) || text.length > 200 || !letterUnit.test(text)) return null;
  const parsed = tryParse(text.replace(letterUnit, ""));
  return parsed === null ? null : { ...parsed, units: [...parsed.units, (letterUnit.exec(text)?.[0] ?? "").trim().slice(0, 1)] };
}

/** `1,22` is a decimal where the other side is one, and a list where it is a list. */
function decimalComma(text: string): Parsed | null {
  const bare = bareText(text);
  return /^-?\d+,\d+$/.test(bare) ? tryParse(bare.replace(",", ".")) : null;
}

/**
 * Whether a predicted answer means the same as the right one. Both may be whole responses: the answer is found in them first.
 * Compared as text, then as mathematics at random points. Takes milliseconds whatever the input, and never throws.
 */
export function equivalent(gold: string, prediction: string, { decimals = null }: EquivalenceOptions = {}): Equivalence {
  const right = readingOf(gold);
  const read = readingOf(prediction);
  if (sameText(gold, prediction)) return { equal: true, readable: true, extracted: prediction.trim(), reason: "the same text" };
  if (read === null) return { equal: false, readable: false, extracted: null, reason: "no answer stands in it" };
  const extracted = read.text.trim();
  const goldText = right?.text ?? gold;
  if (goldText === read.text || (bareText(goldText) === bareText(read.text) && bareText(read.text) !== "")) return { equal: true, readable: true, extracted, reason: "the same text" };
  if (read.parsed === null) return { equal: false, readable: false, extracted, reason: "what stands there cannot be read as an answer" };
  if (right === null || right.parsed === null) return { equal: false, readable: true, extracted, reason: "not the text of the right answer, which is no mathematics" };
  const comparison = { decimals, budget: { left: comparisonBudget } };
  const goldReadings = [right.parsed, decimalComma(right.text)];
  const predictions = [read.parsed, decimalComma(read.text), withoutLetterUnit(right.parsed, read.text)];
  try {
    const equal = goldReadings.some((one, first) => predictions.some((other, second) => one !== null && other !== null && first * (second % 2) === 0 && parsedEqual(one, other, comparison)));
    return { equal, readable: true, extracted, reason: equal ? "the same value" : "another value" };
  } catch (error) {
    if (error instanceof UnreadableError) return { equal: false, readable: false, extracted, reason: error.message };
    throw error;
  }
}
