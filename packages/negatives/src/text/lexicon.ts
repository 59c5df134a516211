import { phrases, type Phrase } from "./phrase.js";
import { relationPhrases } from "./relation-phrases.js";
import { shapePhrases } from "./shape-phrases.js";

const countPhrases: Phrase[] = [
  ...phrases("number", "times", [
    ["is twice", ["is three times", "is four times"]],
    ["is three times", ["is twice", "is four times"]],
    ["is four times", ["is twice", "is three times"]],
    ["is half of", ["is twice"]],
    ["is half > the", ["is twice", "is one third"]],
    ["are twice", ["are three times"]],
  ]),
];

/** All phrases by first word, longest first. */
export const lexicon: Map<string, Phrase[]> = (() => {
  const byFirst = new Map<string, Phrase[]>();
  for (const phrase of [...shapePhrases, ...relationPhrases, ...countPhrases]) {
    const list = byFirst.get(phrase.words[0]!) ?? [];
    list.push(phrase);
    byFirst.set(phrase.words[0]!, list);
  }
  for (const list of byFirst.values()) list.sort((a, b) => b.words.length + b.follow.length - a.words.length - a.follow.length);
  return byFirst;
})();
