import { writeFileAtomic } from "@mmgeo/dataset";
import { retrievalNegatives, type RetrievalOptions, type RetrievalReport } from "../retrieval/retrieval-negatives.js";
import type { Search } from "../retrieval/search.js";
import { readInputLines, sourceOfLine, type InputLine } from "./caption-lines.js";
import { joined } from "./rule-file.js";

/**
 * Retrieves negatives for each line of a file from its other lines. A record's other negatives stay; its earlier retrieval negatives are
 * replaced. The output is written whole or not at all.
 *
 * @param input.searchOf makes the search from the captions, in order; by words where it is not given
 */
export async function writeRetrievalNegatives({
  input,
  output,
  searchOf,
  ...options
}: { input: string; output: string; searchOf?: (captions: string[]) => Promise<Search> } & Omit<RetrievalOptions, "similarity">): Promise<RetrievalReport> {
  const entries: InputLine[] = [];
  for await (const entry of readInputLines(input)) entries.push(entry);
  const records = entries.map(sourceOfLine);
  const search = searchOf === undefined ? "lexical" : await searchOf(records.map(({ caption }) => caption));
  const { negatives, report } = await retrievalNegatives({ records, similarity: search, ...options });
  async function* lines(): AsyncIterable<string> {
    for (const [index, entry] of entries.entries()) {
      const value = entry.kind === "record" ? entry.record : entry.caption;
      const kept = value.negatives?.filter(({ kind }) => kind !== "retrieval") ?? [];
      yield `${JSON.stringify({ ...value, negatives: [...kept, ...negatives[index]!] })}\n`;
    }
  }
  await writeFileAtomic(output, joined(lines()));
  return report;
}
