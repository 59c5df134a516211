import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { loadImage, type DiagramRecord } from "@mmgeo/dataset";
import { canonicalCaption } from "../retrieval/canonical.js";
import { lexicalSearch } from "../retrieval/lexical-search.js";
import type { Search } from "../retrieval/search.js";

/** A training or test sample as far as contamination looks at it. */
export interface ContaminationSample {
  id: string;
  /** the question, or the caption where there is none */
  text: string;
  /** path of the image file, or null */
  image: string | null;
}

/** Why a training sample is taken out: its text is that of a test sample, nearly so, or its image is. */
export type ContaminationKind = "same text" | "similar text" | "same image" | "similar image";

export interface Contamination {
  id: string;
  /** the test sample it meets */
  test: string;
  kind: ContaminationKind;
  /** cosine of the texts, or the share of equal bits of the images' hashes */
  similarity: number;
}

/** The paper removes training questions with a cosine above this to any test question (section 5). */
export const defaultThreshold = 0.995;
/** Bits of the perceptual hash that may differ, of 256, where a figure was compressed or scaled again. */
const differingBits = 4;
const neighboursAtFirst = 32;

/** The text that is compared: the question where a record has one. */
export function sampleOfRecord(record: DiagramRecord, imageFile: string | null): ContaminationSample {
  return { id: record.id, text: record.question?.text ?? record.caption, image: imageFile };
}

interface ImageMarks {
  bytes: string;
  /** null for a picture with too little in it to be told by its hash */
  hash: bigint | null;
}

/** The hash says, for each cell of a grid, whether it is darker than its left neighbour (dHash); 16 by 16 bits, since diagrams are mostly white. */
const cells = 16;
const fewestBits = 12;

async function marksOf(file: string): Promise<ImageMarks> {
  const { data } = await loadImage(file, { size: { width: cells + 1, height: cells }, fit: "stretch", channels: 1 });
  let hash = 0n;
  let set = 0;
  for (let row = 0; row < cells; row += 1) {
    for (let column = 0; column < cells; column += 1) {
      const place = row * (cells + 1) + column;
      const darker = data[place + 1]! < data[place]!;
      if (darker) set += 1;
      hash = (hash << 1n) | (darker ? 1n : 0n);
    }
  }
  return { bytes: createHash("sha256").update(await readFile(file)).digest("hex"), hash: set < fewestBits ? null : hash };
}

function bitsApart(first: bigint, second: bigint): number {
  let count = 0;
  for (let difference = first ^ second; difference !== 0n; difference &= difference - 1n) count += 1;
  return count;
}

/**
 * Training samples that meet a test sample, each once with its strongest reason: equal or similar text, equal or similar image.
 *
 * @param input.threshold cosine above which texts count as similar. Default 0.995
 * @param input.searchOf makes a search over the texts of both (training first), such as `embeddingSearch`; by words where it is not given
 */
export async function findContamination({ train, test, threshold = defaultThreshold, searchOf }: { train: readonly ContaminationSample[]; test: readonly ContaminationSample[]; threshold?: number; searchOf?: (texts: string[]) => Promise<Search> }): Promise<Contamination[]> {
  const found = new Map<string, Contamination>();
  const strength: ContaminationKind[] = ["similar image", "similar text", "same image", "same text"];
  const note = (contamination: Contamination): void => {
    const earlier = found.get(contamination.id);
    if (earlier === undefined || strength.indexOf(contamination.kind) > strength.indexOf(earlier.kind)) found.set(contamination.id, contamination);
  };

  const plain = (text: string): string => text.replace(/\s+/g, " ").trim().toLowerCase();
  const testTexts = new Map(test.filter(({ text }) => plain(text) !== "").map(({ id, text }) => [plain(text), id]));
  for (const { id, text } of train) {
    const same = testTexts.get(plain(text));
    if (same !== undefined) note({ id, test: same, kind: "same text", similarity: 1 });
  }

  const texts = [...train, ...test].map(({ text }) => text);
  const search = searchOf === undefined ? lexicalSearch(texts.map((text) => canonicalCaption(text).terms)) : await searchOf(texts);
  let waiting = test.map((_, index) => train.length + index);
  for (let limit = neighboursAtFirst; waiting.length > 0; limit *= 4) {
    const neighbours = await search(waiting, limit);
    waiting = waiting.filter((query, place) => {
      const near = neighbours[place]!.filter(({ similarity }) => similarity > threshold);
      for (const { index, similarity } of near) if (index < train.length) note({ id: train[index]!.id, test: test[query - train.length]!.id, kind: "similar text", similarity });
      // Where all that was found is above the threshold, there may be more.
      return near.length === limit && limit < texts.length;
    });
  }

  const testMarks: (ImageMarks & { id: string })[] = [];
  for (const { id, image } of test) if (image !== null) testMarks.push({ id, ...(await marksOf(image)) });
  if (testMarks.length === 0) return inOrder(train, found);
  for (const { id, image } of train) {
    if (image === null) continue;
    const { bytes, hash } = await marksOf(image);
    for (const mark of testMarks) {
      if (mark.bytes === bytes) note({ id, test: mark.id, kind: "same image", similarity: 1 });
      else if (hash !== null && mark.hash !== null) {
        const apart = bitsApart(hash, mark.hash);
        if (apart <= differingBits) note({ id, test: mark.id, kind: "similar image", similarity: 1 - apart / (cells * cells) });
      }
    }
  }
  return inOrder(train, found);
}

function inOrder(train: readonly ContaminationSample[], found: Map<string, Contamination>): Contamination[] {
  return train.flatMap(({ id }) => found.get(id) ?? []);
}
