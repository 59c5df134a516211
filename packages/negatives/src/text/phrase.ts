import type { EditClass } from "@mmgeo/dataset";
import type { Caption } from "./caption.js";

/** Where a phrase was found: tokens `from` to `to` (exclusive) of a clause. */
export interface PhrasePlace {
  caption: Caption;
  clause: number;
  from: number;
  to: number;
}

/**
 * A phrase of geometry English and what may take its place. Every replacement contradicts the phrase: no figure satisfies both (a square
 * never becomes a rectangle, since it is one; congruent never becomes similar; a diameter never becomes a chord). Phrases without replacements
 * are there to be passed over whole: "square root" has no square in it.
 */
export interface Phrase {
  class: EditClass;
  rule: string;
  words: string[];
  /** words that must follow, and stay */
  follow: string[];
  to: string[];
  when?: (place: PhrasePlace) => boolean;
}

/** `is/are parallel to > circle/⊙`: words with alternatives, then what must follow. */
type Row = [from: string, to: string[], when?: (place: PhrasePlace) => boolean];

function expand(words: string): string[][] {
  let sequences: string[][] = [[]];
  for (const word of words.split(" ").filter((word) => word !== "")) sequences = sequences.flatMap((sequence) => word.split("|").map((choice) => [...sequence, choice]));
  return sequences;
}

export function phrases(editClass: EditClass, rule: string, rows: Row[]): Phrase[] {
  return rows.flatMap(([from, to, when]) => {
    const [words = "", follow = ""] = from.split(" > ");
    return expand(words).flatMap((sequence) => expand(follow).map((after) => ({ class: editClass, rule, words: sequence, follow: after, to, ...(when === undefined ? {} : { when }) })));
  });
}

/** Two phrases, each in the place of the other. */
export const both = (first: string, second: string): Row[] => [
  [first, [second]],
  [second, [first]],
];

export const tokenBefore = ({ caption, from }: PhrasePlace) => caption.tokens[from - 1];
export const tokenAfter = ({ caption, to }: PhrasePlace) => caption.tokens[to];
export const clauseHas = ({ caption, clause, from }: PhrasePlace, ...words: string[]): boolean => {
  const { to } = caption.clauses[clause]!;
  for (let index = from; index < to; index += 1) if (words.includes(caption.tokens[index]!.lower)) return true;
  return false;
};
export const captionHas = ({ caption }: PhrasePlace, ...words: string[]): boolean => words.some((word) => caption.words.has(word));

export const segmentBefore = (place: PhrasePlace): boolean => (tokenBefore(place)?.points.length ?? 0) === 2;
