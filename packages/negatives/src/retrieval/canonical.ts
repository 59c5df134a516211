import type { Caption, LabelKind } from "../text/caption.js";
import { readCaption } from "../text/caption.js";
import { keyOfLabel } from "../text/facts.js";
import { valueOfNumber } from "../text/number-values.js";

/** Words and signs that say the same; an empty string says nothing that tells two captions apart. */
const synonyms = new Map<string, string>([
  ["△", "triangle"], ["∠", "angle"], ["⊙", "circle"], ["⨀", "circle"], ["☉", "circle"], ["∥", "parallel"], ["‖", "parallel"], ["//", "parallel"], ["⊥", "perpendicular"], ["⌒", "arc"], ["▱", "parallelogram"],
  ["∽", "similar"], ["∼", "similar"], ["≅", "congruent"], ["centre", "center"], ["equals", ""], ["equal", ""], ["measures", ""], ["=", ""], ["°", ""], ["degrees", ""], ["degree", ""],
  ["is", ""], ["are", ""], ["to", ""], ["the", ""], ["a", ""], ["an", ""], ["of", ""], ["and", ""], ["segment", ""], ["line", ""], ["side", ""], ["length", ""], ["measure", ""], ["in", ""], ["that", ""], ["lies", "on"], ["with", ""], ["where", ""], ["which", ""],
  ["if", ""], ["given", ""], ["point", ""], ["as", ""], ["shown", ""], ["diagram", ""], ["figure", ""], [",", ""], ["(", ""], [")", ""],
]);

/** A polygon's name by its smallest rotation or reversal. */
function polygonKey(points: string[]): string {
  let best = "";
  for (const order of [points, points.toReversed()]) {
    for (let shift = 0; shift < points.length; shift += 1) {
      const name = [...order.slice(shift), ...order.slice(0, shift)].join("");
      if (best === "" || name < best) best = name;
    }
  }
  return best;
}

function labelKey(points: string[], kind: LabelKind | null): string {
  return points.length >= 4 ? polygonKey(points) : keyOfLabel(points, kind);
}

/** The terms of the tokens `from` to `to`, in one spelling: what two captions are compared by. */
function termsOf(caption: Caption, from: number, to: number): string[] {
  const terms: string[] = [];
  for (let index = from; index < to; index += 1) {
    const token = caption.tokens[index]!;
    let term = synonyms.get(token.lower) ?? token.lower;
    if (token.kind === "label") term = labelKey(token.points, caption.kinds[index]!);
    else if (token.kind === "number") term = String(valueOfNumber(token.text));
    if (term !== "") terms.push(term);
  }
  return terms;
}

/** A caption in terms that do not depend on wording, and the claims it makes, each as one string. */
export interface CanonicalCaption {
  terms: string[];
  claims: Set<string>;
}

export function canonicalCaption(text: string): CanonicalCaption {
  const caption = readCaption(text);
  const terms: string[] = [];
  const claims = new Set<string>();
  for (const clause of caption.clauses) {
    const clauseTerms = termsOf(caption, clause.from, clause.to);
    terms.push(...clauseTerms);
    // Within a clause the order is that of the words ("O is the center of circle O", "the center of circle O is O"), so it is left out.
    if (clause.claim && clauseTerms.length > 0) claims.add(clauseTerms.toSorted().join(" "));
  }
  return { terms, claims };
}

/** True where everything that `candidate` claims is claimed by `positive` in other words: it would be true of the same figure. */
export function saysNothingNew(candidate: CanonicalCaption, positive: CanonicalCaption): boolean {
  if (candidate.claims.size === 0) return candidate.terms.join(" ") === positive.terms.join(" ");
  for (const claim of candidate.claims) if (!positive.claims.has(claim)) return false;
  return true;
}
