import { InputError, readJsonLines, writeFileAtomic } from "@mmgeo/dataset";
import { z } from "zod";
import { type CandidateRank, type CandidateSet, candidateSets } from "./rank-candidates.js";

const rankSchema = z.looseObject({ id: z.string(), set: z.enum(candidateSets), rank: z.number().int().positive(), count: z.number().int().positive() });

/** Writes where each positive stood, a line each: what two encoders are compared by. */
export async function writeRanks(file: string, ranks: Iterable<CandidateRank>): Promise<void> {
  await writeFileAtomic(file, Array.from(ranks, (rank) => `${JSON.stringify(rank)}\n`));
}

/** The samples of one set in two files of ranks, paired by their ids. */
export interface PairedRanks {
  set: CandidateSet;
  ids: string[];
  /** Whether the positive came first, in the order of `ids`. */
  first: boolean[];
  second: boolean[];
}

async function ranksOf(file: string): Promise<Map<string, z.infer<typeof rankSchema>>> {
  const ranks = new Map<string, z.infer<typeof rankSchema>>();
  for await (const { line, value } of readJsonLines({ file, schema: rankSchema })) {
    const key = `${value.set} ${value.id}`;
    if (ranks.has(key)) throw new InputError({ message: `the sample "${value.id}" stands twice in the set ${value.set}`, file, line, field: "id" });
    ranks.set(key, value);
  }
  return ranks;
}

/**
 * Pairs two files of ranks, as `mmgeo mmclip evaluate --ranks` writes them, set by set.
 *
 * @throws {InputError} where they have no sample in common, or a sample had another number of candidates: such ranks say nothing of each other
 */
export async function pairRanks({ first, second }: { first: string; second: string }): Promise<PairedRanks[]> {
  const [left, right] = [await ranksOf(first), await ranksOf(second)];
  const paired = candidateSets.flatMap((set): PairedRanks[] => {
    const result: PairedRanks = { set, ids: [], first: [], second: [] };
    for (const [key, rank] of left) {
      const other = right.get(key);
      if (rank.set !== set || other === undefined) continue;
      if (other.count !== rank.count) throw new InputError({ message: `has ${other.count} candidates for "${rank.id}" in the set ${set}, where the first has ${rank.count}; evaluate both with the same data, --negatives and --seed`, file: second, field: "count" });
      result.ids.push(rank.id);
      result.first.push(rank.rank === 1);
      result.second.push(other.rank === 1);
    }
    return result.ids.length === 0 ? [] : [result];
  });
  if (paired.length === 0) throw new InputError({ message: `has no sample of ${first}; both have to be ranks of the same data`, file: second });
  return paired;
}
