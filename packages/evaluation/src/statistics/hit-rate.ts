import { wilsonInterval, type Interval } from "./wilson.js";

/** Where the positive stood among its candidates: 1 is the most similar, `count` the least. */
export interface Rank {
  rank: number;
  /** candidates with the positive among them */
  count: number;
}

export interface HitRate {
  n: number;
  /** share of queries whose positive came first */
  hitAt1: number;
  /** Wilson interval of `hitAt1` */
  interval: Interval;
  meanReciprocalRank: number;
  /** `hitAt1` of drawing a candidate blindly: the mean of 1 / count */
  chance: number;
  /** whether the whole interval lies above chance */
  beatsChance: boolean;
}

/** Hit@1 and mean reciprocal rank of an encoder over candidate sets (paper section 5), with what chance would give. */
export function hitRate(ranks: Iterable<Rank>, { confidence = 0.95 }: { confidence?: number } = {}): HitRate {
  let n = 0;
  let hits = 0;
  let reciprocal = 0;
  let chance = 0;
  for (const { rank, count } of ranks) {
    if (!(rank >= 1 && rank <= count)) throw new RangeError(`a rank lies between 1 and the number of candidates; ${rank} of ${count} was given`);
    n += 1;
    if (rank === 1) hits += 1;
    reciprocal += 1 / rank;
    chance += 1 / count;
  }
  const interval = wilsonInterval({ successes: hits, total: n, confidence });
  if (n === 0) return { n, hitAt1: 0, interval, meanReciprocalRank: 0, chance: 0, beatsChance: false };
  return { n, hitAt1: hits / n, interval, meanReciprocalRank: reciprocal / n, chance: chance / n, beatsChance: interval[0] > chance / n };
}
