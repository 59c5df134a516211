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
  const scores = Float32Array.from(logits);
  if (repetitionPenalty !== 1) {
    for (const id of new Set(previous)) {
      const score = scores[id];
      if (score !== undefined) scores[id] = score > 0 ? score / repetitionPenalty : score * repetitionPenalty;
    }
  }
  if (allowed !== undefined && allowed !== null) {
    const mayBe = new Set(allowed);
    for (let id = 0; id < scores.length; id += 1) if (!mayBe.has(id)) scores[id] = Number.NEGATIVE_INFINITY;
  }
  if (temperature === 0) return argMax(scores);
  const kept = ranked(scores, topK);
  const highest = scores[kept[0] as number] as number;
  const weights = kept.map((id) => Math.exp(((scores[id] as number) - highest) / temperature));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let nucleus = weights.length;
  if (topP < 1) {
    let mass = 0;
    nucleus = 0;
    while (nucleus < weights.length && mass < topP * total) mass += weights[nucleus++] as number;
  }
  let left = random.uniform() * weights.slice(0, nucleus).reduce((sum, weight) => sum + weight, 0);
  for (let place = 0; place < nucleus; place += 1) {
    left -= weights[place] as number;
    if (left <= 0) return kept[place] as number;
  }
  return kept[nucleus - 1] as number;
}

/** Token ids from the highest score down, the `count` best or all. */
function ranked(scores: Float32Array, count: number): number[] {
  const possible = Array.from(scores.keys()).filter((id) => scores[id] !== Number.NEGATIVE_INFINITY);
  const ids = possible.sort((a, b) => (scores[b] as number) - (scores[a] as number) || a - b);
  return count > 0 ? ids.slice(0, count) : ids;
}

export function argMax(values: Float32Array): number {
  let best = 0;
  for (let at = 1; at < values.length; at += 1) if ((values[at] as number) > (values[best] as number)) best = at;
  return best;
}
