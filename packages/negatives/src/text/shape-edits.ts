import type { Caption } from "./caption.js";
import type { TextEdit } from "./edit.js";
import { articleFor, inCaseOf } from "./article.js";

const rightAngled = new Set(["square", "rectangle"]);

/** "square ABCD" becomes "equilateral triangle ABC": of a right-angled corner, which no equilateral triangle has. */
export function polygonToTriangleEdits(caption: Caption, clauseIndex: number): TextEdit[] {
  const clause = caption.clauses[clauseIndex]!;
  if (clause.negated || clause.open) return [];
  const edits: TextEdit[] = [];
  for (let index = clause.from; index + 1 < clause.to; index += 1) {
    const noun = caption.tokens[index]!;
    const label = caption.tokens[index + 1]!;
    if (!rightAngled.has(noun.lower) || label.points.length !== 4) continue;
    const before = caption.tokens[index - 1];
    const article = before !== undefined && before.kind === "word" && (before.lower === "a" || before.lower === "an");
    const words = inCaseOf(noun.text, "equilateral triangle");
    const head = article ? `${inCaseOf(before.text, articleFor(words))}${caption.text.slice(before.end, noun.start)}` : "";
    for (let drop = 0; drop < 4; drop += 1) {
      const points = label.points.filter((_, place) => place !== drop).join("");
      edits.push({ class: "shape", rule: "polygon-triangle", start: article ? before.start : noun.start, end: label.end, to: `${head}${words}${caption.text.slice(noun.end, label.start)}${points}` });
    }
  }
  return edits;
}

const quantityHeads = new Set(["segment", "angle"]);

/** "AB=CD" becomes "AB>CD", "AB<CD" or "AB=2CD". */
export function equalSignEdits(caption: Caption, clauseIndex: number): TextEdit[] {
  const clause = caption.clauses[clauseIndex]!;
  if (clause.negated || clause.open || clause.compares) return [];
  const edits: TextEdit[] = [];
  const { tokens, kinds } = caption;
  for (let index = clause.from + 1; index + 1 < clause.to; index += 1) {
    if (tokens[index]!.lower !== "=") continue;
    const angle = tokens[index + 1]!.lower === "∠";
    const right = angle ? index + 2 : index + 1;
    if (right >= clause.to || !quantityHeads.has(kinds[index - 1] ?? "") || kinds[index - 1] !== kinds[right]) continue;
    const next = tokens[right + 1]?.lower ?? "";
    const before = tokens[angle ? index - 3 : index - 2]?.lower ?? "";
    const signs = ["+", "-", "−", "*", "·", "×", "/", ":", "^", "²", "="];
    if (right + 1 < clause.to && signs.includes(next) || index - 2 >= clause.from && signs.includes(before)) continue;
    const { start, end } = tokens[index]!;
    for (const to of [">", "<"]) edits.push({ class: "relation", rule: "equal-sign", start, end, to });
    // The factor stands at what it multiplies, whatever room the equals sign has.
    const factor = tokens[index + 1]!.start;
    edits.push({ class: "relation", rule: "equal-sign", start, end: factor, to: `=${caption.text.slice(end, factor)}2` });
  }
  return edits;
}
