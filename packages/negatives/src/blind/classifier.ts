import { uniformInt } from "pure-rand/distribution/uniformInt";
import { randomFor } from "../choose-edits.js";
import { featureSlots } from "./features.js";

export interface Example {
  features: Int32Array;
  /** 1 for a negative, 0 for a positive */
  label: 0 | 1;
}

const epochs = 6;
const rate = 0.3;
const decay = 1e-5;

/** Logistic regression over hashed words, by AdaGrad in a seeded order. The result scores features: the probability of being a negative. */
export function trainClassifier(examples: readonly Example[], seed: number): (features: Int32Array) => number {
  const weights = new Float64Array(featureSlots + 1);
  const squares = new Float64Array(featureSlots + 1).fill(1e-6);
  const bias = featureSlots;
  const random = randomFor(seed, "classifier");
  const order = Int32Array.from(examples, (_, index) => index);
  // A caption of sixty words must not have a sixty times larger score than one word.
  const score = (features: Int32Array): number => {
    let sum = weights[bias]!;
    for (const slot of features) sum += weights[slot]!;
    return 1 / (1 + Math.exp(-sum));
  };
  for (let epoch = 0; epoch < epochs; epoch += 1) {
    for (let index = order.length - 1; index > 0; index -= 1) {
      const other = uniformInt(random, 0, index);
      [order[index], order[other]] = [order[other]!, order[index]!];
    }
    for (const index of order) {
      const { features, label } = examples[index]!;
      const slope = score(features) - label;
      const step = (slot: number): void => {
        const gradient = slope + decay * weights[slot]!;
        squares[slot]! += gradient * gradient;
        weights[slot]! -= (rate * gradient) / Math.sqrt(squares[slot]!);
      };
      for (const slot of features) step(slot);
      step(bias);
    }
  }
  return score;
}

/** The length from which on a caption counts as a negative (or, `longer` false, as a positive), with the best accuracy on the examples. */
export function trainLengthThreshold(examples: readonly { length: number; label: 0 | 1 }[]): (length: number) => 0 | 1 {
  const sorted = examples.toSorted((first, second) => first.length - second.length);
  const negatives = sorted.filter(({ label }) => label === 1).length;
  let best = { correct: Math.max(negatives, sorted.length - negatives), at: Number.NEGATIVE_INFINITY, longer: negatives * 2 >= sorted.length };
  let below = 0;
  sorted.forEach(({ length, label }, index) => {
    below += label;
    if (sorted[index + 1]?.length === length) return;
    const longer = index + 1 - below + (negatives - below);
    for (const candidate of [{ correct: longer, at: length, longer: true }, { correct: sorted.length - longer, at: length, longer: false }]) if (candidate.correct > best.correct) best = candidate;
  });
  return (length) => (length > best.at === best.longer ? 1 : 0);
}
