import { bootstrapInterval } from "./bootstrap.js";
import type { Interval } from "./wilson.js";

export interface PairedComparison {
  n: number;
  /** mean of the first minus mean of the second */
  difference: number;
  /** paired bootstrap, clustered where groups were given */
  interval: Interval;
  /** right in the first and wrong in the second, and the other way round */
  firstOnly: number;
  secondOnly: number;
  /** exact two-sided McNemar test */
  probability: number;
}

/** The exact two-sided McNemar test: how likely a split of the disagreements at least this uneven is by a fair coin. */
export function mcnemarProbability(firstOnly: number, secondOnly: number): number {
  const total = firstOnly + secondOnly;
  if (total === 0) return 1;
  const smaller = Math.min(firstOnly, secondOnly);
  let logTerm = -total * Math.LN2;
  let sum = Math.exp(logTerm);
  for (let k = 1; k <= smaller; k += 1) {
    logTerm += Math.log((total - k + 1) / k);
    sum += Math.exp(logTerm);
  }
  return Math.min(1, 2 * sum);
}

/** Compares two systems on the same questions; `first[i]` and `second[i]` say whether each had question i right. */
export function comparePaired({ first, second, groups, seed }: { first: readonly boolean[]; second: readonly boolean[]; groups?: readonly string[]; seed: number }): PairedComparison {
  if (first.length !== second.length) throw new RangeError(`a paired comparison needs the same questions: ${first.length} and ${second.length} were given`);
  const differences = first.map((right, index) => Number(right) - Number(second[index]));
  const firstOnly = differences.filter((difference) => difference === 1).length;
  const secondOnly = differences.filter((difference) => difference === -1).length;
  return {
    n: first.length,
    difference: first.length === 0 ? 0 : (firstOnly - secondOnly) / first.length,
    interval: first.length === 0 ? [-1, 1] : bootstrapInterval({ values: differences, groups, seed }),
    firstOnly,
    secondOnly,
    probability: mcnemarProbability(firstOnly, secondOnly),
  };
}
