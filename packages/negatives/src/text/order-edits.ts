import type { Caption } from "./caption.js";
import type { TextEdit } from "./edit.js";
import { keyOfLabel, type ValueFact } from "./facts.js";
import { differs } from "./number-values.js";
import { placeEdits } from "./place-edits.js";

const solids = ["tetrahedron", "pyramid", "prism", "cube", "cuboid", "solid", "sphere", "cone", "cylinder", "points", "collinear", "line", "vertices"];

function labelEdit(caption: Caption, token: number, to: string, rule: string): TextEdit {
  const { start, end } = caption.tokens[token]!;
  return { class: "order", rule, start, end, to };
}

/** Every cyclic order of a polygon's vertices that one exchange of neighbours reaches: never a rotation or a reversal of the given one. */
export function otherVertexOrders(points: string[]): string[] {
  const orders = new Set<string>();
  for (let index = 0; index < points.length; index += 1) {
    const swapped = [...points];
    const next = (index + 1) % points.length;
    [swapped[index], swapped[next]] = [swapped[next]!, swapped[index]!];
    orders.add(swapped.join(""));
  }
  return [...orders];
}

function polygonEdits(caption: Caption, index: number): TextEdit[] {
  const { points } = caption.tokens[index]!;
  const before = caption.tokens[index - 1]?.lower ?? "";
  if (points.length < 4 || caption.kinds[index] !== "polygon" || before === "points" || before === "=" || solids.some((word) => caption.words.has(word) && word !== "line" && word !== "points" && word !== "vertices")) return [];
  if (["line", "points", "vertices", "straight", "solid"].includes(before)) return [];
  return otherVertexOrders(points).map((order) => labelEdit(caption, index, order, "vertices"));
}

/** For each measure, each label with all values given to it and the place of its first mention. */
export type ValueTable = Map<string, Map<string, { values: number[]; label: number }>>;

export function tableOfValues(facts: readonly ValueFact[]): ValueTable {
  const table: ValueTable = new Map();
  for (const { measure, key, value, label } of facts) {
    const byKey = table.get(measure) ?? new Map<string, { values: number[]; label: number }>();
    table.set(measure, byKey);
    const entry = byKey.get(key);
    if (entry === undefined) byKey.set(key, { values: [value], label });
    else entry.values.push(value);
  }
  return table;
}

/** Labels that may take one label's place: a figure measures few things, and more alternatives make no better negatives. */
const maximumOtherLabels = 12;

/** A label whose measure is given takes the place of one that is given another value: "AB=5, AC=7" becomes "AC=5, AC=7". */
function valueEdits(caption: Caption, fact: ValueFact, table: ValueTable): TextEdit[] {
  const edits: TextEdit[] = [];
  for (const [key, { values, label }] of table.get(fact.measure) ?? []) {
    if (edits.length === maximumOtherLabels) break;
    if (key !== fact.key && values.every((value) => differs(value, fact.value))) edits.push(labelEdit(caption, fact.label, caption.tokens[label]!.text, "value"));
  }
  return edits;
}

/** Another vertex for an angle of 90° or more: its triangle has no second one. */
export function otherAngleVertices(points: string[]): string[] {
  const [first, vertex, last] = points as [string, string, string];
  return [`${vertex}${first}${last}`, `${first}${last}${vertex}`];
}

function wideAngleEdits(caption: Caption, fact: ValueFact): TextEdit[] {
  const { points } = caption.tokens[fact.label]!;
  if (caption.kinds[fact.label] !== "angle" || points.length !== 3 || fact.value < 90 || fact.value === 180 || fact.value >= 360) return [];
  return otherAngleVertices(points).map((label) => labelEdit(caption, fact.label, label, "angle-vertex"));
}

const parallelWords = new Set(["∥", "‖", "//"]);

/** `parallel` or `perpendicular` and the index of the token after the relation that starts at `index`. */
function readLineRelation(caption: Caption, index: number): { relation: "parallel" | "perpendicular"; next: number } | null {
  const { tokens } = caption;
  const token = tokens[index];
  if (token === undefined) return null;
  if (parallelWords.has(token.lower)) return { relation: "parallel", next: index + 1 };
  if (token.lower === "⊥") return { relation: "perpendicular", next: index + 1 };
  let at = index;
  if (token.lower === "is" || token.lower === "runs") at += 1;
  const word = tokens[at]?.lower;
  if (word !== "parallel" && word !== "perpendicular") return null;
  at += 1;
  if (tokens[at]?.lower === "to") at += 1;
  if (tokens[at]?.lower === "line" || tokens[at]?.lower === "segment" || tokens[at]?.lower === "side") at += 1;
  return { relation: word, next: at };
}

/**
 * Two lines said to be parallel share no point, so a segment that joins them is parallel to neither; two segments at right angles that
 * meet at an end leave no second right angle in their triangle.
 */
function lineRelationEdits(caption: Caption, index: number): TextEdit[] {
  const first = caption.tokens[index]!.points;
  const found = readLineRelation(caption, index + 1);
  const second = found === null ? undefined : caption.tokens[found.next]?.points;
  if (found === null || first.length !== 2 || second?.length !== 2) return [];
  const [a, b] = first as [string, string];
  const [c, d] = second as [string, string];
  const shared = second.find((point) => first.includes(point));
  const edits: TextEdit[] = [];
  if (found.relation === "parallel" && shared === undefined) {
    for (const label of [`${a}${c}`, `${b}${d}`, `${a}${d}`, `${b}${c}`]) edits.push(labelEdit(caption, found.next, label, "line"), labelEdit(caption, index, label, "line"));
  } else if (found.relation === "perpendicular" && shared !== undefined) {
    const third = `${a === shared ? b : a}${c === shared ? d : c}`;
    if (new Set(third).size >= 2 && keyOfLabel([a, b], null) !== keyOfLabel([c, d], null)) edits.push(labelEdit(caption, found.next, third, "line"), labelEdit(caption, index, third, "line"));
  }
  return edits;
}

const comparison = /^is (?:twice|half|three times|four times|longer than|shorter than|greater than|less than|larger than|smaller than|(?:twice|half|three times) as (?:long|large|wide|big|tall) as)(?: of)?(?: that of)?(?: the (?:length|measure) of)?(?: (?:∠|angle|side|segment|line|arc))?$/;
const longestComparison = 10;

/** Unequal things exchanged where words compare them: "angle ABC is twice angle ACB". */
function comparedEdits(caption: Caption, index: number, to: number): TextEdit[] {
  const { tokens, kinds } = caption;
  if (tokens[index + 1]?.lower !== "is") return [];
  let second = index + 2;
  while (second < to && second - index <= longestComparison && tokens[second]!.kind !== "label") second += 1;
  if (second >= to || kinds[second] !== kinds[index] || tokens[second]!.points.length !== tokens[index]!.points.length) return [];
  const words = tokens.slice(index + 1, second).map(({ lower }) => lower).join(" ");
  if (!comparison.test(words) || keyOfLabel(tokens[index]!.points, kinds[index]!) === keyOfLabel(tokens[second]!.points, kinds[index]!)) return [];
  const { start, end, text } = tokens[index]!;
  return [{ class: "order", rule: "exchange", start, end: tokens[second]!.end, to: `${tokens[second]!.text}${caption.text.slice(end, tokens[second]!.start)}${text}` }];
}

/** Unequal things exchanged: "AB > CD", "AB = 2CD". */
function unequalEdits(caption: Caption, index: number): TextEdit[] {
  const { tokens } = caption;
  const sign = tokens[index + 1];
  if (sign === undefined || caption.kinds[index] !== "segment") return [];
  let second = index + 2;
  if (sign.lower === "=") {
    if (tokens[second]?.kind !== "number" || Number(tokens[second]!.text) === 1) return [];
    second += 1;
    if (tokens[second]?.lower === "*" || tokens[second]?.lower === "·") second += 1;
  } else if (sign.lower !== ">" && sign.lower !== "<") return [];
  const other = tokens[second];
  if (other?.points.length !== 2 || caption.kinds[second] !== "segment" || ["+", "-", "*", "·", "/", "=", "^"].includes(tokens[second + 1]?.lower ?? "")) return [];
  if (["+", "-", "*", "·", "/", "=", "^"].includes(tokens[index - 1]?.lower ?? "")) return [];
  const between = caption.text.slice(tokens[index]!.end, other.start);
  return [{ class: "order", rule: "exchange", start: tokens[index]!.start, end: other.end, to: `${other.text}${between}${tokens[index]!.text}` }];
}

/** Coordinates exchanged: (2, 3) and (3, 2). */
function coordinateEdits(caption: Caption, index: number): TextEdit[] {
  const [open, first, comma, second, close] = caption.tokens.slice(index, index + 5);
  if (open?.lower !== "(" || first?.kind !== "number" || comma?.lower !== "," || second?.kind !== "number" || close?.lower !== ")" || Number(first.text) === Number(second.text)) return [];
  // A curve may pass through both.
  const { from } = caption.clauses[caption.clauseOf[index]!]!;
  for (let place = from; place < index; place += 1) if (["passes", "through", "intersects", "crosses", "goes"].includes(caption.tokens[place]!.lower)) return [];
  return [{ class: "order", rule: "coordinates", start: first.start, end: second.end, to: `${second.text}${caption.text.slice(first.end, second.start)}${first.text}` }];
}

/**
 * Letters of one clause put elsewhere, so that what was true of them no longer is.
 *
 * @param facts the measures that this clause gives
 * @param table those of the whole caption
 */
export function orderEdits(caption: Caption, clauseIndex: number, facts: readonly ValueFact[], table: ValueTable): TextEdit[] {
  const clause = caption.clauses[clauseIndex]!;
  if (clause.negated || clause.open) return [];
  const edits: TextEdit[] = [];
  for (const fact of facts) edits.push(...valueEdits(caption, fact, table), ...wideAngleEdits(caption, fact));
  for (let index = clause.from; index < clause.to; index += 1) {
    const token = caption.tokens[index]!;
    if (token.lower === "(") edits.push(...coordinateEdits(caption, index));
    if (token.kind !== "label") continue;
    if (caption.kinds[index] === "segment" || caption.kinds[index] === "angle") edits.push(...comparedEdits(caption, index, clause.to));
    if (token.points.length >= 4) edits.push(...polygonEdits(caption, index));
    else if (token.points.length === 2) edits.push(...lineRelationEdits(caption, index), ...unequalEdits(caption, index));
  }
  edits.push(...placeEdits(caption, clauseIndex));
  return edits;
}
