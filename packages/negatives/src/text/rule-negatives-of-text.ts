import { readCaption, type Caption } from "./caption.js";
import { randomFor } from "../choose-edits.js";
import { isEnglish } from "./english.js";
import { composeNegatives, type TextNegative } from "./compose.js";
import type { ClauseEdits } from "./edit.js";
import { readValueFacts, type ValueFact } from "./facts.js";
import { numberEdits } from "./number-edits.js";
import { orderEdits, tableOfValues } from "./order-edits.js";
import { phraseEdits } from "./phrase-edits.js";
import { equalSignEdits, polygonToTriangleEdits } from "./shape-edits.js";

/** Longer captions are answered with a reason: no figure's caption is that long, and every negative would repeat it. */
export const maximumCaptionLength = 20_000;

/** Why a caption has fewer negatives than were asked for. */
export type NoNegativesReason = "empty caption" | "caption too long" | "not English" | "nothing to edit" | "fewer distinct negatives than asked for";

export interface TextNegatives {
  negatives: TextNegative[];
  reason?: NoNegativesReason;
}

/** Every edit that the grammar finds in a caption, by clause. */
export function editsOfCaption(caption: Caption): ClauseEdits[] {
  const facts = readValueFacts(caption);
  const table = tableOfValues(facts);
  const factsOf = caption.clauses.map((): ValueFact[] => []);
  for (const fact of facts) factsOf[fact.clause]!.push(fact);
  return caption.clauses.map((clause, index) =>
    clause.claim ? withinClause(caption, index, [...orderEdits(caption, index, factsOf[index]!, table), ...phraseEdits(caption, index), ...polygonToTriangleEdits(caption, index), ...equalSignEdits(caption, index), ...numberEdits(caption, index)]) : [],
  );
}

/** An article put right may reach back over the clause's start; such an edit could meet another one and is left out. */
function withinClause(caption: Caption, index: number, edits: ClauseEdits): ClauseEdits {
  const { from, to } = caption.clauses[index]!;
  const start = caption.tokens[from]!.start;
  const end = caption.tokens[to - 1]!.end;
  return edits.filter((edit) => edit.start >= start && edit.end <= end && caption.text.slice(edit.start, edit.end) !== edit.to);
}

/** Why nothing can be made of a caption, or null. */
export function reasonAgainst(caption: string): NoNegativesReason | null {
  if (caption.trim() === "") return "empty caption";
  if (caption.length > maximumCaptionLength) return "caption too long";
  return isEnglish(caption) ? null : "not English";
}

/**
 * Hard negatives of an English caption about a figure, with nothing else known of it: the paper's rule-based text negatives (section 2.2).
 * Each carries 1 to 4 edits of the classes order, shape, relation and number, at most one in each clause, and each edit by itself contradicts
 * the caption. The same `id`, `caption` and `seed` give the same negatives.
 *
 * @param input.id names the caption; it goes into the random choice
 * @param options.count how many to make; fewer come back, with the reason, where the caption does not offer so many
 * @param options.seed any integer
 */
export function ruleNegativesOfText({ id, caption }: { id: string; caption: string }, { count, seed }: { count: number; seed: number }): TextNegatives {
  const against = reasonAgainst(caption);
  if (against !== null) return { negatives: [], reason: against };
  const clauses = editsOfCaption(readCaption(caption));
  const negatives = composeNegatives({ text: caption, clauses, count, random: randomFor(seed, id) });
  if (negatives.length === 0 && count > 0) return { negatives, reason: "nothing to edit" };
  return negatives.length < count ? { negatives, reason: "fewer distinct negatives than asked for" } : { negatives };
}
