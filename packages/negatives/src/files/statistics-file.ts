import type { Negative } from "@mmgeo/dataset";
import { writeFileAtomic } from "@mmgeo/dataset";
import { blindCheck, type BlindCheck } from "../blind/blind-check.js";
import { embedTexts, type EmbedderGiven } from "../embedding/embedding-search.js";
import { statisticsPage, type Example } from "../statistics/page.js";
import { largestCosines, questionSimilarity, type QuestionSimilarity } from "../statistics/question-similarity.js";
import { statistics, type CaptionWithNegatives, type NegativeStatistics } from "../statistics/statistics.js";
import { readInputLines, sourceOfLine } from "./caption-lines.js";

/** The lines of a dataset folder or file as what is counted of them. */
export async function* readCounted(path: string): AsyncIterable<CaptionWithNegatives> {
  for await (const entry of readInputLines(path)) {
    if (entry.kind === "record") yield entry.record;
    else yield { id: String(entry.caption.id), caption: entry.caption.caption, negatives: entry.caption.negatives ?? [] };
  }
}

export type FileStatistics = NegativeStatistics & { blind: BlindCheck; questions?: Partial<Record<Negative["kind"], QuestionSimilarity>> };

/** Statistics and blind check of the negatives of a dataset folder, or of a file that `negatives rule` or `negatives retrieve` wrote. */
export async function statisticsOfFile(path: string, { seed = 1 }: { seed?: number } = {}): Promise<FileStatistics> {
  return { ...(await statistics(readCounted(path))), blind: await blindCheck(readCounted(path), { seed }) };
}

/** How many captions a page shows, and negatives of each kind with each. */
const shownCaptions = 40;
const shownNegatives = 3;

/** Writes the statistics with examples, spread over the file, as one self-contained page. */
export async function writeStatisticsPage({ path, output, counted }: { path: string; output: string; counted: FileStatistics }): Promise<void> {
  const every = Math.max(1, Math.floor((counted.captions - counted.without) / shownCaptions));
  const examples: Example[] = [];
  let index = 0;
  for await (const { id, caption, negatives } of readCounted(path)) {
    if (negatives.length === 0) continue;
    if (index % every === 0 && examples.length < shownCaptions) {
      const kinds = ["rule", "retrieval", "image"] as const;
      examples.push({ id, caption, negatives: kinds.flatMap((kind) => negatives.filter((negative) => negative.kind === kind).slice(0, shownNegatives)) });
    }
    index += 1;
  }
  await writeFileAtomic(output, statisticsPage({ counted, blind: counted.blind, examples }));
}

/**
 * The paper's study: how much the negatives of each kind resemble the questions of another file, by the vectors of a sentence encoder.
 *
 * @param input.questions a dataset folder, records, or lines {"id","caption"}; a record's question counts where it has one
 */
export async function questionSimilarityOfFile({ path, questions, embedder, onProgress }: { path: string; questions: string; embedder: EmbedderGiven; onProgress?: (done: number, total: number) => void }): Promise<Partial<Record<Negative["kind"], QuestionSimilarity>>> {
  const asked: string[] = [];
  for await (const entry of readInputLines(questions)) asked.push(entry.kind === "record" ? (entry.record.question?.text ?? entry.record.caption) : sourceOfLine(entry).caption);
  const texts: string[] = [];
  const kinds: Negative["kind"][] = [];
  for await (const { negatives } of readCounted(path)) {
    for (const { kind, caption } of negatives) {
      texts.push(caption);
      kinds.push(kind);
    }
  }
  const { vectors: questionVectors, width } = await embedTexts({ embedder, texts: asked });
  const { vectors } = await embedTexts({ embedder, texts, onProgress });
  const largest = await largestCosines({ vectors, questions: questionVectors, width });
  const result: Partial<Record<Negative["kind"], QuestionSimilarity>> = {};
  for (const kind of ["image", "rule", "retrieval"] as const) {
    const ofKind = largest.filter((_, index) => kinds[index] === kind);
    if (ofKind.length > 0) result[kind] = questionSimilarity(ofKind, asked.length);
  }
  return result;
}
