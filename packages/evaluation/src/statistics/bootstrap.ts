import { seededRandom } from "./random.js";
import type { Interval } from "./wilson.js";

/** Values of one cluster added up: what a resampled mean needs of it. */
interface Cluster {
  sum: number;
  count: number;
}

function clustersOf(values: readonly number[], groups: readonly string[] | undefined): Cluster[] {
  if (groups === undefined) return values.map((sum) => ({ sum, count: 1 }));
  if (groups.length !== values.length) throw new RangeError(`${values.length} values but ${groups.length} groups: each value has one`);
  const clusters = new Map<string, Cluster>();
  values.forEach((value, index) => {
    const group = groups[index] as string;
    const cluster = clusters.get(group) ?? { sum: 0, count: 0 };
    clusters.set(group, { sum: cluster.sum + value, count: cluster.count + 1 });
  });
  return [...clusters.values()];
}

/**
 * The percentile bootstrap interval of a mean. With `groups` whole clusters are drawn: questions about one picture stand or fall
 * together, and an interval that takes them for independent is too narrow.
 */
export function bootstrapInterval({
  values,
  groups,
  seed,
  resamples = 2000,
  confidence = 0.95,
}: {
  values: readonly number[];
  /** the cluster of each value, e.g. the picture that its question is about */
  groups?: readonly string[];
  seed: number;
  /** @default 2000 */
  resamples?: number;
  /** @default 0.95 */
  confidence?: number;
}): Interval {
  const clusters = clustersOf(values, groups);
  if (clusters.length === 0) return [0, 1];
  const random = seededRandom(seed, "bootstrap");
  const means = new Float64Array(resamples);
  for (let resample = 0; resample < resamples; resample += 1) {
    let sum = 0;
    let count = 0;
    for (let draw = 0; draw < clusters.length; draw += 1) {
      const cluster = clusters[random.below(clusters.length)] as Cluster;
      sum += cluster.sum;
      count += cluster.count;
    }
    means[resample] = sum / count;
  }
  means.sort();
  const tail = (1 - confidence) / 2;
  const at = (quantile: number) => means[Math.min(resamples - 1, Math.max(0, Math.round(quantile * (resamples - 1))))] as number;
  return [at(tail), at(1 - tail)];
}
