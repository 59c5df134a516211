import type { Negative } from "@mmgeo/dataset";
import { writeFileAtomic } from "@mmgeo/dataset";
import { blindCheck, type BlindCheck } from "../blind/blind-check.js";
import { embedTexts, type EmbedderGiven } from "../embedding/embedding-search.js";
import { mapOfVectors, type MapPoint } from "../statistics/map.js";
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

/**
 * Writes the statistics with examples, spread over the file, as one self-contained page.
 *
 * @param input.map of `compareWithQuestions`, to be drawn. Default none
 */
export async function writeStatisticsPage({ path, output, counted, map = [] }: { path: string; output: string; counted: FileStatistics; map?: readonly MapPoint[] }): Promise<void> {
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
  await writeFileAtomic(output, statisticsPage({ counted, blind: counted.blind, questions: counted.questions ?? {}, map, examples }));
}

/** Texts of each kind, and questions, that are put on the map. */
const mappedOfEach = 500;

export interface QuestionComparison {
  similarity: Partial<Record<Negative["kind"], QuestionSimilarity>>;
  /** a sample of the negatives of each kind and of the questions; empty unless asked for */
  map: MapPoint[];
}

/** Up to `count` of the rows, spread over them. */
function spread(rows: readonly number[], count: number): number[] {
  const kept = Math.min(count, rows.length);
  return Array.from({ length: kept }, (_, index) => rows[Math.floor((index * rows.length) / kept)]!);
}

/**
 * The paper's study: how much the negatives of each kind resemble the questions of another file, by the vectors of a sentence encoder, and where they lie
 * beside those on a map.
 *
 * @param input.questions a dataset folder, records, or lines {"id","caption"}; a record's question counts where it has one
 * @param input.map whether the map is made, which takes some seconds. Default false
 */
export async function compareWithQuestions({ path, questions, embedder, map = false, seed = 1, onProgress }: { path: string; questions: string; embedder: EmbedderGiven; map?: boolean; seed?: number; onProgress?: (done: number, total: number) => void }): Promise<QuestionComparison> {
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
  const similarity: QuestionComparison["similarity"] = {};
  const mapped: { kind: string; row: Float32Array }[] = [];
  for (const kind of ["image", "rule", "retrieval"] as const) {
    const rows = kinds.flatMap((other, index) => (other === kind ? [index] : []));
    if (rows.length === 0) continue;
    similarity[kind] = questionSimilarity(Float32Array.from(rows, (row) => largest[row]!), asked.length);
    for (const row of spread(rows, mappedOfEach)) mapped.push({ kind, row: vectors.subarray(row * width, (row + 1) * width) });
  }
  if (!map) return { similarity, map: [] };
  for (const row of spread(asked.map((_, index) => index), mappedOfEach)) mapped.push({ kind: "question", row: questionVectors.subarray(row * width, (row + 1) * width) });
  const rows = new Float32Array(mapped.length * width);
  mapped.forEach(({ row }, index) => rows.set(row, index * width));
  return { similarity, map: await mapOfVectors({ vectors: rows, width, kinds: mapped.map(({ kind }) => kind), seed }) };
}
