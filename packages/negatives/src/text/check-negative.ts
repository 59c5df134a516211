import type { EditClass } from "@mmgeo/dataset";
import { readCaption, type Caption } from "./caption.js";
import { applyEdits } from "./compose.js";
import { differs, valueOfNumber } from "./number-values.js";
import { editsOfCaption } from "./rule-negatives-of-text.js";
import { keyOfLabel, readValueFacts } from "./facts.js";
import type { TextEdit } from "./edit.js";
import { tokenize } from "./tokens.js";

export type NegativeVerdict =
  | { accepted: true; /** the changed clauses that contradict the caption */ contradictions: string[]; /** the classes of the edits that do */ classes: EditClass[] }
  | { accepted: false; reason: "unchanged" | "label not in the caption" | "clauses added or removed" | "no change is known to contradict the caption" };

/** The text of a clause with its spaces evened. */
function clauseText(caption: Caption, index: number): string {
  const { from, to } = caption.clauses[index]!;
  return caption.text.slice(caption.tokens[from]!.start, caption.tokens[to - 1]!.end).replace(/\s+/g, " ");
}

/** The text with every segment and angle named one way round: what it says and not how. */
function evened(text: string): string {
  let result = "";
  let read = 0;
  for (const { kind, points, start, end } of tokenize(text)) {
    if (kind !== "label" || points.length < 2 || points.length > 3) continue;
    result += text.slice(read, start) + keyOfLabel(points, null);
    read = end;
  }
  return result + text.slice(read);
}

/** The clause with one edit applied. */
function editedClause(caption: Caption, index: number, edit: TextEdit): string {
  const { from, to } = caption.clauses[index]!;
  const start = caption.tokens[from]!.start;
  const text = caption.text.slice(start, caption.tokens[to - 1]!.end);
  return applyEdits(text, [{ ...edit, start: edit.start - start, end: edit.end - start }]).caption.replace(/\s+/g, " ");
}

/** The one token that differs between two clauses, by its index in the first caption; -1 where there is not exactly one. */
function onlyDifference(first: Caption, firstClause: number, second: Caption, secondClause: number): { first: number; second: number } | null {
  const one = first.clauses[firstClause]!;
  const other = second.clauses[secondClause]!;
  if (one.to - one.from !== other.to - other.from) return null;
  let found: { first: number; second: number } | null = null;
  for (let offset = 0; offset < one.to - one.from; offset += 1) {
    const here = { first: one.from + offset, second: other.from + offset };
    const word = first.tokens[here.first]!;
    const otherWord = second.tokens[here.second]!;
    if (word.lower === otherWord.lower || isArticle(word.lower) && isArticle(otherWord.lower)) continue;
    if (found !== null) return null;
    found = here;
  }
  return found;
}

const isArticle = (word: string): boolean => word === "a" || word === "an";

function sortedNumbers({ tokens }: Caption): string {
  return tokens.flatMap(({ kind, text }) => (kind === "number" ? [valueOfNumber(text)] : [])).toSorted((first, second) => first - second).join();
}

/**
 * A quantity replaced by any other that looks different, at a place where the grammar would change it too. Where numbers only changed places, it counts if
 * the clause says what has the number: sides of 3 and 4 are sides of 4 and 3.
 */
function isNumberChange({ caption, index, edits, negative, exchanged }: { caption: Caption; index: number; edits: readonly TextEdit[]; negative: Caption; exchanged: boolean }): boolean {
  if (exchanged) return false;
  const difference = onlyDifference(caption, index, negative, index);
  if (difference === null) return false;
  const before = caption.tokens[difference.first]!;
  const after = negative.tokens[difference.second]!;
  if (before.kind !== "number" || after.kind !== "number") return false;
  return edits.some((edit) => edit.class === "number" && edit.end === before.end) && differs(valueOfNumber(before.text), valueOfNumber(after.text));
}

/**
 * Whether an edited caption, of whatever origin, contradicts the caption for certain: at least one of its clauses is the caption's clause with a
 * change that the rules know to make it false. Used on what a language model writes; what it does not know it does not accept.
 */
export function checkTextNegative({ caption, negative }: { caption: string; negative: string }): NegativeVerdict {
  const positive = readCaption(caption);
  const edited = readCaption(negative);
  const points = new Set(positive.tokens.flatMap((token) => token.points));
  if (edited.tokens.some((token) => token.points.some((point) => !points.has(point)))) return { accepted: false, reason: "label not in the caption" };
  if (positive.clauses.length !== edited.clauses.length) return { accepted: false, reason: "clauses added or removed" };
  const changed = positive.clauses.map((_, index) => index).filter((index) => clauseText(positive, index) !== clauseText(edited, index));
  if (changed.length === 0) return { accepted: false, reason: "unchanged" };
  const edits = editsOfCaption(positive);
  const exchanged = sortedNumbers(positive) === sortedNumbers(edited);
  const measured = new Set(readValueFacts(positive).map(({ clause }) => clause));
  const contradictions: { index: number; class: EditClass }[] = [];
  for (const index of changed) {
    const wanted = evened(clauseText(edited, index));
    const known = edits[index]!.find((edit) => evened(editedClause(positive, index, edit)) === wanted);
    if (known !== undefined) contradictions.push({ index, class: known.class });
    else if (isNumberChange({ caption: positive, index, edits: edits[index]!, negative: edited, exchanged: exchanged && !measured.has(index) })) contradictions.push({ index, class: "number" });
  }
  if (contradictions.length === 0) return { accepted: false, reason: "no change is known to contradict the caption" };
  return { accepted: true, contradictions: contradictions.map(({ index }) => clauseText(edited, index)), classes: contradictions.map(({ class: editClass }) => editClass) };
}
