import { type EditClass, editClasses } from "@mmgeo/dataset";
import type { CandidateRank } from "./rank-candidates.js";

/** For each class of edits the rank of the positive among itself and its negatives of that class alone; samples without such negatives are left out. */
export function classRanks(ranks: readonly CandidateRank[]): Partial<Record<EditClass, { rank: number; count: number }[]>> {
  const result: Partial<Record<EditClass, { rank: number; count: number }[]>> = {};
  for (const editClass of editClasses) {
    const own = ranks.flatMap(({ classes }) => {
      const tally = classes[editClass];
      return tally === undefined ? [] : [{ rank: 1 + tally.count - tally.won, count: 1 + tally.count }];
    });
    if (own.length > 0) result[editClass] = own;
  }
  return result;
}
