import { type EditClass, editClasses } from "@mmgeo/dataset";
import { PixelStore } from "../images/pixel-store.js";
import { type EmbeddingMatrix, encodeImages, type EncodeOptions, encodeTexts } from "../model/encode.js";
import { randomOf, sampleOf, seedOf } from "../random.js";
import type { Sample } from "../training/sample.js";

/**
 * The paper's four candidate sets (section 5). `random`: the image against its caption and captions of other samples.
 * `retrieval` and `rule`: the image against its caption and its negative captions of that kind. `image`: the caption against
 * its image and its negative images.
 */
export const candidateSets = ["random", "retrieval", "rule", "image"] as const;
export type CandidateSet = (typeof candidateSets)[number];

export interface CandidateRank {
  id: string;
  set: CandidateSet;
  /** 1 where the positive is more similar than every negative. A negative that is exactly as similar counts against it. */
  rank: number;
  /**
   * A control: the rank where every anchor is replaced by the mean of all anchors. It says what the candidates give away by
   * themselves (a negative caption that reads unlike a true one, an edited picture that looks edited): what an encoder has
   * learned of the one in the light of the other is what `rank` has beyond it.
   */
  blindRank: number;
  /** Candidates in all, the positive included: a guess has Hit@1 `1 / count`. */
  count: number;
  /** For each class of edits: negatives with an edit of that class, and how many of them were less similar than the positive. */
  classes: Partial<Record<EditClass, { won: number; count: number }>>;
}

export interface RankCandidatesOptions extends EncodeOptions {
  samples: readonly Sample[];
  set: CandidateSet;
  /** Most negatives a sample; a sample with more is measured on a seeded choice of them. @default 10 */
  negatives?: number;
  seed?: number;
  /** Keeps decoded images between calls. */
  store?: PixelStore;
}

interface Question {
  sample: Sample;
  /** Captions or image paths, the positive first. */
  candidates: string[];
  classes: EditClass[][];
}

function questionOf({ sample, samples, set, negatives, seed }: { sample: Sample; samples: readonly Sample[]; set: CandidateSet; negatives: number; seed: number }): Question | null {
  const random = randomOf(seed, seedOf(...Array.from(sample.id, (character) => character.codePointAt(0) as number)));
  if (set === "image") {
    const chosen = sampleOf(sample.imageNegatives, negatives, random);
    return { sample, candidates: [sample.image, ...chosen.map(({ image }) => image)], classes: chosen.map(({ classes }) => classes) };
  }
  if (set === "random") {
    const others = [...new Set(samples.map(({ caption }) => caption))].filter((caption) => caption !== sample.caption);
    const chosen = sampleOf(others, negatives, random);
    return { sample, candidates: [sample.caption, ...chosen], classes: chosen.map(() => []) };
  }
  const chosen = sampleOf(sample.textNegatives.filter(({ kind }) => kind === set), negatives, random);
  return { sample, candidates: [sample.caption, ...chosen.map(({ caption }) => caption)], classes: chosen.map(({ classes }) => classes) };
}

function dot(left: Float32Array, right: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < left.length; index++) sum += (left[index] as number) * (right[index] as number);
  return sum;
}

function rowOf({ data, size }: EmbeddingMatrix, row: number): Float32Array {
  return data.subarray(row * size, (row + 1) * size);
}

function meanOf(rows: readonly Float32Array[]): Float32Array {
  const mean = new Float32Array(rows[0]?.length ?? 0);
  for (const row of rows) for (let index = 0; index < mean.length; index++) mean[index] = (mean[index] as number) + (row[index] as number) / rows.length;
  return mean;
}

/** Encodes each distinct text or path once and says where it is. */
function distinct(items: readonly string[]): { items: string[]; rowOf: Map<string, number> } {
  const rowOf = new Map<string, number>();
  for (const item of items) if (!rowOf.has(item)) rowOf.set(item, rowOf.size);
  return { items: [...rowOf.keys()], rowOf };
}

/** Where the first stands among all, 1 being the most similar; one that is exactly as similar counts against it. */
function rankOfFirst([first = 0, ...others]: readonly number[]): number {
  return 1 + others.filter((similarity) => similarity >= first).length;
}

/** Ranks each sample's positive among its candidates. Samples without negatives of the set are left out. */
export async function rankCandidates({ model, samples, set, negatives = 10, seed = 0, store, batchSize, precision }: RankCandidatesOptions): Promise<CandidateRank[]> {
  const questions = samples.flatMap((sample) => {
    const question = questionOf({ sample, samples, set, negatives, seed });
    return question === null || question.candidates.length < 2 ? [] : [question];
  });
  if (questions.length === 0) return [];
  const byImage = set === "image";
  const images = distinct(questions.flatMap(({ sample, candidates }) => (byImage ? candidates : [sample.image])));
  const texts = distinct(questions.flatMap(({ sample, candidates }) => (byImage ? [sample.caption] : candidates)));
  const imageRows = await encodeImages({ model, images: images.items, store, batchSize, precision });
  const textRows = await encodeTexts({ model, texts: texts.items, batchSize, precision });
  const imageOf = (path: string): Float32Array => rowOf(imageRows, images.rowOf.get(path) as number);
  const textOf = (caption: string): Float32Array => rowOf(textRows, texts.rowOf.get(caption) as number);
  const [anchorOf, candidateOf] = byImage ? [({ caption }: Sample) => textOf(caption), imageOf] : [({ image }: Sample) => imageOf(image), textOf];
  const mean = meanOf(questions.map(({ sample }) => anchorOf(sample)));
  return questions.map(({ sample, candidates, classes }) => {
    const similaritiesTo = (anchor: Float32Array): number[] => candidates.map((candidate) => dot(anchor, candidateOf(candidate)));
    const similarities = similaritiesTo(anchorOf(sample));
    const [positive = 0, ...others] = similarities;
    const byClass: CandidateRank["classes"] = {};
    for (const [index, similarity] of others.entries()) {
      for (const editClass of editClasses) {
        if (!classes[index]?.includes(editClass)) continue;
        const tally = (byClass[editClass] ??= { won: 0, count: 0 });
        tally.count += 1;
        if (similarity < positive) tally.won += 1;
      }
    }
    return { id: sample.id, set, rank: rankOfFirst(similarities), blindRank: rankOfFirst(similaritiesTo(mean)), count: candidates.length, classes: byClass };
  });
}
