import { blindCheck, type BlindCheck } from "../blind/blind-check.js";
import { statistics, type CaptionWithNegatives, type NegativeStatistics } from "../statistics/statistics.js";
import { readInputLines } from "./caption-lines.js";

/** The lines of a dataset folder or file as what is counted of them. */
export async function* readCounted(path: string): AsyncIterable<CaptionWithNegatives> {
  for await (const entry of readInputLines(path)) {
    if (entry.kind === "record") yield entry.record;
    else yield { id: String(entry.caption.id), caption: entry.caption.caption, negatives: entry.caption.negatives ?? [] };
  }
}

/** Statistics and blind check of the negatives of a dataset folder, or of a file that `negatives rule` or `negatives retrieve` wrote. */
export async function statisticsOfFile(path: string, { seed = 1 }: { seed?: number } = {}): Promise<NegativeStatistics & { blind: BlindCheck }> {
  return { ...(await statistics(readCounted(path))), blind: await blindCheck(readCounted(path), { seed }) };
}
