import { trainClassifier, type Example } from "./classifier.js";
import { featuresOf } from "./features.js";

/** Candidates made for each negative wanted, of which the least conspicuous stay. */
export const candidatesPerNegative = 3;
const folds = 2;

/**
 * Of each caption's candidates keeps the `count` that read most like positives: a classifier of words, trained on the other half of the captions, says which
 * give themselves away without the figure. The order of the candidates stays.
 */
export function balanceNegatives<Candidate extends { caption: string }>({ captions, candidates, count, seed }: { captions: readonly string[]; candidates: readonly (readonly Candidate[])[]; count: number; seed: number }): Candidate[][] {
  const kept: Candidate[][] = candidates.map(() => []);
  const features = candidates.map((list) => list.map(({ caption }) => featuresOf(caption)));
  const positives = captions.map(featuresOf);
  for (let fold = 0; fold < folds; fold += 1) {
    const examples: Example[] = [];
    features.forEach((list, index) => {
      if (index % folds === fold || list.length === 0) return;
      // As many positives as negatives, so that the score is about words and not about numbers.
      for (const example of list) examples.push({ features: positives[index]!, label: 0 }, { features: example, label: 1 });
    });
    const score = examples.length === 0 ? () => 0.5 : trainClassifier(examples, seed);
    candidates.forEach((list, index) => {
      if (index % folds !== fold) return;
      const ranked = list.map((_, place) => ({ place, score: score(features[index]![place]!) })).toSorted((first, second) => first.score - second.score || first.place - second.place);
      const places = new Set(ranked.slice(0, count).map(({ place }) => place));
      kept[index] = list.filter((_, place) => places.has(place));
    });
  }
  return kept;
}
