import type { EditClass, Negative } from "@mmgeo/dataset";
import { canonicalCaption } from "../retrieval/canonical.js";
import { cosineOfTerms } from "../retrieval/similarity.js";

/** What is counted: a caption and its negatives, whether of a whole record or of a line of plain captions. */
export interface CaptionWithNegatives {
  id: string;
  caption: string;
  negatives: readonly CountedNegative[];
}

/** The fields of a negative that are counted; every kind of the record has them. */
export interface CountedNegative {
  kind: Negative["kind"];
  caption: string;
  edits?: readonly { class: EditClass; from?: string; span?: readonly [number, number] }[];
  falseClaims?: readonly string[];
  /** of a retrieved negative: the id of the caption it is, and its similarity */
  from?: string;
  similarity?: number;
}

export interface KindStatistics {
  negatives: number;
  /** edits by class */
  classes: Record<EditClass, number>;
  /** negatives by their number of edits: index 0 counts those with none (retrieved ones) */
  edits: number[];
  /** negatives with at least one claim proven false of the positive image (or, for image negatives, of theirs) */
  proven: number;
  /** negatives by cosine of their words to the positive caption's: ten steps from 0 to 1 */
  similarity: number[];
  meanSimilarity: number;
}

export interface NegativeStatistics {
  captions: number;
  negatives: number;
  kinds: Partial<Record<Negative["kind"], KindStatistics>>;
  /** captions by their number of negatives */
  perCaption: { negatives: number; captions: number }[];
  /** captions that have none */
  without: number;
}

const similaritySteps = 10;

function emptyStatistics(): KindStatistics {
  return { negatives: 0, classes: { order: 0, shape: 0, relation: 0, number: 0 }, edits: [], proven: 0, similarity: Array.from({ length: similaritySteps }, () => 0), meanSimilarity: 0 };
}

/** Counts negatives by kind, edit class and number of edits, and how much like their positive they read. */
export async function statistics(records: Iterable<CaptionWithNegatives> | AsyncIterable<CaptionWithNegatives>): Promise<NegativeStatistics> {
  const kinds: Partial<Record<Negative["kind"], KindStatistics>> = {};
  const perCaption = new Map<number, number>();
  let captions = 0;
  let negatives = 0;
  for await (const record of records) {
    captions += 1;
    negatives += record.negatives.length;
    perCaption.set(record.negatives.length, (perCaption.get(record.negatives.length) ?? 0) + 1);
    if (record.negatives.length === 0) continue;
    const { terms } = canonicalCaption(record.caption);
    for (const negative of record.negatives) {
      const counted = (kinds[negative.kind] ??= emptyStatistics());
      counted.negatives += 1;
      const edits = negative.edits ?? [];
      while (counted.edits.length <= edits.length) counted.edits.push(0);
      counted.edits[edits.length]! += 1;
      for (const edit of edits) counted.classes[edit.class] += 1;
      if ((negative.falseClaims?.length ?? 0) > 0) counted.proven += 1;
      const similarity = cosineOfTerms(terms, canonicalCaption(negative.caption).terms);
      counted.similarity[Math.min(similaritySteps - 1, Math.floor(similarity * similaritySteps))]! += 1;
      counted.meanSimilarity += similarity;
    }
  }
  for (const counted of Object.values(kinds)) counted.meanSimilarity = Number((counted.meanSimilarity / counted.negatives).toFixed(4));
  return {
    captions,
    negatives,
    kinds,
    perCaption: [...perCaption].toSorted(([first], [second]) => first - second).map(([count, number]) => ({ negatives: count, captions: number })),
    without: perCaption.get(0) ?? 0,
  };
}
