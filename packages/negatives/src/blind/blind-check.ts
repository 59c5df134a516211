import type { EditClass, Negative } from "@mmgeo/dataset";
import { randomFor } from "../choose-edits.js";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import type { CaptionWithNegatives, CountedNegative } from "../statistics/statistics.js";
import { trainClassifier, trainLengthThreshold, type Example } from "./classifier.js";
import { featuresOf } from "./features.js";

export interface BlindAccuracy {
  /** captions judged, half of them negatives: chance is 0.5 */
  captions: number;
  words: number;
  length: number;
}

/**
 * How well negatives can be told from positives without the figure. Near 0.5 is the goal: then a model that is to tell them apart has to look.
 */
export interface BlindCheck {
  all: BlindAccuracy | null;
  kinds: Partial<Record<Negative["kind"], BlindAccuracy>>;
  /** negatives by rule whose edits are all of one class */
  classes: Partial<Record<EditClass, BlindAccuracy>>;
}

const folds = 5;
/** With fewer captions a classifier has nothing to learn from. */
const leastCaptions = 20;

interface Pair {
  fold: number;
  positive: string;
  negative: string;
}

function accuracyOf(pairs: readonly Pair[], seed: number): BlindAccuracy | null {
  if (pairs.length < leastCaptions) return null;
  const examples = pairs.map(({ fold, positive, negative }) => ({
    fold,
    sides: [
      { features: featuresOf(positive), length: positive.length, label: 0 },
      { features: featuresOf(negative), length: negative.length, label: 1 },
    ] as (Example & { length: number })[],
  }));
  let words = 0;
  let length = 0;
  for (let fold = 0; fold < folds; fold += 1) {
    const seen = examples.filter((example) => example.fold !== fold).flatMap(({ sides }) => sides);
    const unseen = examples.filter((example) => example.fold === fold).flatMap(({ sides }) => sides);
    if (seen.length === 0 || unseen.length === 0) continue;
    const score = trainClassifier(seen, seed);
    const byLength = trainLengthThreshold(seen);
    for (const example of unseen) {
      if ((score(example.features) > 0.5 ? 1 : 0) === example.label) words += 1;
      if (byLength(example.length) === example.label) length += 1;
    }
  }
  const captions = 2 * pairs.length;
  return { captions, words: words / captions, length: length / captions };
}

/**
 * Trains a classifier of words and one of lengths, five-fold, to tell each caption from one of its negatives, drawn by seed; a caption and its negative are always in
 * the same fold, so neither is known from training.
 */
export async function blindCheck(records: Iterable<CaptionWithNegatives> | AsyncIterable<CaptionWithNegatives>, { seed = 1 }: { seed?: number } = {}): Promise<BlindCheck> {
  const pairs = new Map<string, Pair[]>();
  const addPair = (name: string, record: CaptionWithNegatives, negatives: readonly CountedNegative[]): void => {
    if (negatives.length === 0) return;
    const random = randomFor(seed, `${name} ${record.id}`);
    const fold = uniformInt(random, 0, folds - 1);
    const negative = negatives[uniformInt(random, 0, negatives.length - 1)]!;
    const list = pairs.get(name) ?? [];
    list.push({ fold, positive: record.caption, negative: negative.caption });
    pairs.set(name, list);
  };
  for await (const record of records) {
    // An image negative's own caption is true of its image: it is no negative of this kind.
    const texts = record.negatives.filter(({ kind }) => kind !== "image");
    addPair("all", record, texts);
    for (const kind of ["rule", "retrieval"] as const) addPair(kind, record, texts.filter((negative) => negative.kind === kind));
    for (const editClass of ["order", "shape", "relation", "number"] as const) addPair(editClass, record, texts.filter(({ edits }) => edits !== undefined && edits.length > 0 && edits.every((edit) => edit.class === editClass)));
  }
  const check: BlindCheck = { all: accuracyOf(pairs.get("all") ?? [], seed), kinds: {}, classes: {} };
  for (const kind of ["rule", "retrieval"] as const) {
    const accuracy = accuracyOf(pairs.get(kind) ?? [], seed);
    if (accuracy !== null) check.kinds[kind] = accuracy;
  }
  for (const editClass of ["order", "shape", "relation", "number"] as const) {
    const accuracy = accuracyOf(pairs.get(editClass) ?? [], seed);
    if (accuracy !== null) check.classes[editClass] = accuracy;
  }
  return check;
}
