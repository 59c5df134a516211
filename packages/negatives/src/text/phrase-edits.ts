import { articleFor, inCaseOf } from "./article.js";
import type { Caption } from "./caption.js";
import type { TextEdit } from "./edit.js";
import { lexicon } from "./lexicon.js";
import type { Phrase } from "./phrase.js";
import { signLike } from "./tokens.js";

function matches(caption: Caption, phrase: Phrase, index: number, limit: number): boolean {
  const { words, follow } = phrase;
  if (index + words.length + follow.length > limit) return false;
  for (let offset = 1; offset < words.length; offset += 1) if (caption.tokens[index + offset]!.lower !== words[offset]) return false;
  for (let offset = 0; offset < follow.length; offset += 1) if (caption.tokens[index + words.length + offset]!.lower !== follow[offset]) return false;
  return true;
}

/** What follows the line named a, and no article. */
const verbs = new Set(["is", "are", "bisects", "equals", "intersects", "crosses"]);

/** A change of the tokens `from` to `to`, with the article before them put right. */
export function replaceTokens(caption: Caption, { from, to, replacement }: { from: number; to: number; replacement: string }): { start: number; end: number; to: string } {
  const first = caption.tokens[from]!;
  const end = caption.tokens[to - 1]!.end;
  const before = caption.tokens[from - 1];
  const words = first.kind === "symbol" ? signLike(first.text, replacement) : inCaseOf(first.text, replacement);
  if (before !== undefined && (before.lower === "a" || before.lower === "an") && before.kind === "word" && before.end < first.start && !verbs.has(first.lower)) {
    const article = articleFor(words);
    if (article !== before.lower) return { start: before.start, end, to: `${inCaseOf(before.text, article)}${caption.text.slice(before.end, first.start)}${words}` };
  }
  return { start: first.start, end, to: words };
}

/** Shape, relation and count words of one clause that have a contradiction to put in their place. */
export function phraseEdits(caption: Caption, clauseIndex: number): TextEdit[] {
  const clause = caption.clauses[clauseIndex]!;
  if (clause.negated) return denialEdits(caption, clauseIndex);
  if (clause.open) return [];
  const edits: TextEdit[] = [];
  for (let index = clause.from; index < clause.to; index += 1) {
    const token = caption.tokens[index]!;
    if (token.kind === "number" || token.kind === "label") continue;
    const candidates = lexicon.get(token.lower);
    if (candidates === undefined) continue;
    let matched = 0;
    for (const phrase of candidates) {
      if (phrase.words.length + phrase.follow.length < matched) break;
      if (!matches(caption, phrase, index, clause.to)) continue;
      const place = { caption, clause: clauseIndex, from: index, to: index + phrase.words.length };
      if (phrase.when !== undefined && !phrase.when(place)) continue;
      matched = phrase.words.length + phrase.follow.length;
      for (const replacement of phrase.to) edits.push({ class: phrase.class, rule: phrase.rule, ...replaceTokens(caption, { from: index, to: place.to, replacement }) });
    }
    if (matched > 0) index += matched - 1;
  }
  return edits;
}

/** A clause that denies one thing becomes false when the denial is taken out: "AB is not parallel to CD". */
function denialEdits(caption: Caption, clauseIndex: number): TextEdit[] {
  const clause = caption.clauses[clauseIndex]!;
  let place = -1;
  for (let index = clause.from; index < clause.to; index += 1) {
    const { lower, kind } = caption.tokens[index]!;
    if (lower === "≠") {
      if (place >= 0) return [];
      place = index;
    }
    if (kind !== "word") continue;
    if (lower === "not" && ["is", "are"].includes(caption.tokens[index - 1]?.lower ?? "") && place < 0) place = index;
    else if (["not", "no", "never", "neither", "nor", "without", "cannot", "non", "unequal", "fails", "or", "only", "necessarily", "both", "all", "always"].includes(lower) || lower.endsWith("n't") || lower.endsWith("n’t")) return [];
  }
  if (place < 0 || clause.open) return [];
  if (caption.tokens[place]!.lower === "≠") return [{ class: "relation", rule: "denial", start: caption.tokens[place]!.start, end: caption.tokens[place]!.end, to: "=" }];
  const verb = caption.tokens[place - 1]!;
  return [{ class: "relation", rule: "denial", start: verb.start, end: caption.tokens[place]!.end, to: verb.text }];
}
