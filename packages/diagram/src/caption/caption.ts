import { formatStatement } from "../language/format.js";
import type { Statement } from "../language/statement.js";
import { seededRandom } from "../seeded-random.js";
import { chinesePhraseOf } from "./chinese.js";
import { phraseOf } from "./phrase.js";

/** A caption and where each of its claims is said. */
export interface Caption {
  text: string;
  /** In the order of the claims; spans are in UTF-16 units of `text`, end exclusive, without the full stop. */
  sentences: { claim: string; span: [start: number, end: number] }[];
}

export type CaptionLanguage = "en" | "zh";

export interface CaptionOptions {
  claims: readonly Statement[];
  seed: number;
  /** English or Chinese. @default "en" */
  language?: CaptionLanguage;
  /** Sentences, without a full stop, that say certain claims, by the claim's text; they stand by themselves. */
  wording?: ReadonlyMap<string, string>;
}

const punctuation: Record<CaptionLanguage, { join: string; next: string; end: string }> = { en: { join: ", and ", next: ". ", end: "." }, zh: { join: "，", next: "。", end: "。" } };

/**
 * Says each claim in words, in the order given. A claim's wording follows from the seed and its place alone, so a
 * caption with one edited claim reads like the first but for that claim.
 */
export function captionOf({ claims, seed, language = "en", wording }: CaptionOptions): Caption {
  const marks = punctuation[language];
  let text = "";
  const sentences: Caption["sentences"] = [];
  let joined = false;
  for (const [index, claim] of claims.entries()) {
    const random = seededRandom("caption", seed, index);
    const join = random.chance(0.45);
    const given = wording?.get(formatStatement(claim));
    joined = joined && given === undefined;
    const clause = given ?? (language === "zh" ? chinesePhraseOf(claim, random.pick) : phraseOf(claim, random));
    if (index > 0) text += joined ? marks.join : marks.next;
    const start = text.length;
    text += joined ? clause : capitalized(clause);
    sentences.push({ claim: formatStatement(claim), span: [start, text.length] });
    // At most two claims a sentence; which two does not depend on what they say.
    joined = join && !joined && given === undefined;
  }
  return { text: claims.length === 0 ? "" : text + marks.end, sentences };
}

/** Point letters are capitals already and signs have none. */
function capitalized(clause: string): string {
  return clause.charAt(0).toUpperCase() + clause.slice(1);
}
