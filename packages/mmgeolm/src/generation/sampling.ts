import { InputError } from "@mmgeo/dataset";
import type { Random } from "../data/random.js";

/** How the next token is chosen among the model's scores. */
export interface Sampling {
  /** 0 always takes the most likely token @default 0 */
  temperature?: number;
  /** keeps the smallest set of tokens whose probabilities sum to this @default 1 */
  topP?: number;
  /** keeps this many tokens; 0 keeps all @default 0 */
  topK?: number;
  /** divides the positive scores of tokens that occurred by this and multiplies negative ones (CTRL, arXiv 1909.05858) @default 1 */
  repetitionPenalty?: number;
}

/** @throws InputError when an option is out of range */
export function checkSampling({ temperature = 0, topP = 1, topK = 0, repetitionPenalty = 1 }: Sampling): void {
  const refuse = (field: string, range: string) => {
    throw new InputError({ message: `has to be ${range}`, field });
  };
  if (!(temperature >= 0 && temperature <= 100)) refuse("temperature", "between 0 and 100");
  if (!(topP > 0 && topP <= 1)) refuse("topP", "above 0 and at most 1");
  if (!(Number.isInteger(topK) && topK >= 0)) refuse("topK", "a whole number, 0 or more");
  if (!(repetitionPenalty > 0 && repetitionPenalty <= 100)) refuse("repetitionPenalty", "above 0 and at most 100");
}

/** Whether the most likely token is taken whatever was said before: then the scores need not leave the device. */
export function isGreedy({ temperature = 0, repetitionPenalty = 1 }: Sampling): boolean {
  return temperature === 0 && repetitionPenalty === 1;
}

/** Chooses a token in the order in which transformers applies its warpers: repetition penalty, temperature, top-k, top-p; among `allowed` alone, if given. */
export function sampleToken({ logits, previous, sampling, random, allowed }: { logits: Float32Array; previous: Iterable<number>; sampling: Sampling; random: Random; allowed?: readonly number[] | null }): number {
  const { temperature = 0, topP = 1, topK = 0, repetitionPenalty = 1 } = sampling;
  let scores = logits.slice();
  if (repetitionPenalty !== 1) {
    for (const id of new Set(previous)) {
      const score = scores[id];
      if (score !== undefined) scores[id] = score > 0 ? score / repetitionPenalty : score * repetitionPenalty;
    }
  }
  if (allowed !== undefined && allowed !== null) {
    const only = new Float32Array(scores.length).fill(Number.NEGATIVE_INFINITY);
    for (const id of allowed) if (id < only.length) only[id] = scores[id] as number;
    scores = only;
  }
  const best = argMax(scores);
  if (temperature === 0) return best;
  const weights = new Float64Array(scores.length);
  for (let id = 0; id < scores.length; id += 1) weights[id] = Math.exp(((scores[id] as number) - (scores[best] as number)) / temperature);
  const kept = nucleus(topK > 0 && topK < weights.length ? highest(weights, topK) : weights, { topP, weights });
  let left = random.uniform() * kept.reduce((sum, id) => sum + (weights[id] as number), 0);
  for (const id of kept) {
    left -= weights[id] as number;
    if (left <= 0) return id;
  }
  return kept.at(-1) ?? best;
}

/** The ids of the `count` largest weights, of equal ones the lower ids. */
function highest(weights: Float64Array, count: number): number[] {
  const threshold = weights.toSorted()[weights.length - count] as number;
  const above: number[] = [];
  const equal: number[] = [];
  for (let id = 0; id < weights.length; id += 1) {
    if ((weights[id] as number) > threshold) above.push(id);
    else if (weights[id] === threshold) equal.push(id);
  }
  return [...above, ...equal.slice(0, count - above.length)];
}

/** The fewest ids, from the largest weight down, that have the share `topP` of the whole; all that have any weight where that is 1. */
function nucleus(candidates: readonly number[] | Float64Array, { topP, weights }: { topP: number; weights: Float64Array }): number[] {
  const ids = candidates instanceof Float64Array ? Array.from(candidates.keys()) : candidates;
  const possible = ids.filter((id) => (weights[id] as number) > 0);
  if (topP >= 1) return possible;
  const total = possible.reduce((sum, id) => sum + (weights[id] as number), 0);
  // All that is smaller than this together has less than the share that is left out, so it need not be sorted.
  const smallest = ((1 - topP) * total) / possible.length;
  const sorted = possible.filter((id) => (weights[id] as number) >= smallest).sort((a, b) => (weights[b] as number) - (weights[a] as number) || a - b);
  let mass = 0;
  let count = 0;
  while (count < sorted.length && mass < topP * total) mass += weights[sorted[count++] as number] as number;
  return sorted.slice(0, Math.max(1, count));
}

export function argMax(values: Float32Array): number {
  let best = 0;
  for (let at = 1; at < values.length; at += 1) if ((values[at] as number) > (values[best] as number)) best = at;
  return best;
}
