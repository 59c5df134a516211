import type { Caption } from "./caption.js";
import { valueOfNumber } from "./number-values.js";

/** A measure that a caption gives a number for: "AB=5", "angle ABC is 60°", "the area of △ABC is 9". */
export interface ValueFact {
  /** what is measured, in one word: `length`, `angle`, `area` */
  measure: string;
  /** index of the label's token */
  label: number;
  /** the label without its direction: AB and BA are one */
  key: string;
  value: number;
  clause: number;
}

const measures = new Set(["area", "perimeter", "circumference", "radius", "diameter", "height"]);
const arithmetic = new Set(["*", "/", "+", "-", "−", "×", "·", "^", "**", "√", "(", ":", "π", "%"]);

/** AB and BA, ABC and CBA, are one segment and one angle. A triangle keeps no order at all. */
export function keyOfLabel(points: string[], kind: string | null): string {
  if (kind === "triangle") return points.toSorted().join("");
  const forward = points.join("");
  const backward = points.toReversed().join("");
  return forward < backward ? forward : backward;
}

function readMeasure(caption: Caption, label: number, from: number): string | null {
  const kind = caption.kinds[label];
  for (let index = label - 1; index >= from && label - index <= 5; index -= 1) {
    const { lower, kind: tokenKind } = caption.tokens[index]!;
    if (tokenKind === "label" || lower === "=" || lower === "and") break;
    if (measures.has(lower)) return lower;
  }
  if (kind === "segment") return "length";
  if (kind === "angle") return "angle";
  if (kind === "arc") return "arc";
  return null;
}

/** The number that a token sequence after a label gives: `= 5`, `is 60 degrees`, `measures 5 cm`. */
function readValue(caption: Caption, after: number, to: number): number | null {
  const { tokens } = caption;
  let index = after;
  const head = tokens[index]?.lower;
  if (head === "=" || head === "equals" || head === "measures") index += 1;
  else if (head === "is") {
    index += 1;
    if (tokens[index]?.lower === "equal" && tokens[index + 1]?.lower === "to") index += 2;
  } else return null;
  const number = tokens[index];
  if (index >= to || number?.kind !== "number" || caption.kinds[index] !== null) return null;
  const next = tokens[index + 1];
  if (next !== undefined && index + 1 < to) {
    if (arithmetic.has(next.lower) || next.kind === "label") return null;
    if (next.kind === "word" && (next.start === number.end || next.text.length === 1 && next.text !== "m" || next.lower === "times" || next.lower.startsWith("sqrt"))) return null;
  }
  return valueOfNumber(number.text);
}

export function readValueFacts(caption: Caption): ValueFact[] {
  const facts: ValueFact[] = [];
  caption.clauses.forEach((clause, number) => {
    if (!clause.claim || clause.negated || clause.open || clause.compares) return;
    for (let index = clause.from; index < clause.to; index += 1) {
      const token = caption.tokens[index]!;
      const kind = caption.kinds[index]!;
      if (kind === null) continue;
      const value = readValue(caption, index + 1, clause.to);
      if (value === null) continue;
      const measure = readMeasure(caption, index, clause.from);
      if (measure === null) continue;
      const key = token.kind === "number" ? token.text : keyOfLabel(token.points, kind);
      facts.push({ measure: `${measure}/${kind}/${token.kind === "number" ? 0 : token.points.length}`, label: index, key, value, clause: number });
    }
  });
  return facts;
}

