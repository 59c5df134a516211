import { isAbsolute, join, normalize } from "node:path";
import { type DiagramRecord, InputError, readRecords } from "@mmgeo/dataset";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { uniformInt } from "pure-rand/distribution/uniformInt";

/** What a pair of picture and caption is in its dataset. */
export const pairKinds = ["positive", "image", "rule", "retrieval"] as const;
export type PairKind = (typeof pairKinds)[number];

/** A picture and a caption that people judge without being told what the dataset says. */
export interface ReviewItem {
  /** from 0, in the order of judging */
  position: number;
  record: string;
  kind: PairKind;
  /** relative to the dataset folder */
  image: string;
  caption: string;
  /** whether the dataset says that the caption is true of the picture */
  fits: boolean;
  /** the statements that the dataset says are false of the picture, as diagram code */
  falseClaims: string[];
}

type Pair = Omit<ReviewItem, "position">;

/** Every pair of a record: its picture with its caption, each redrawn picture with the caption, the picture with each other caption. */
function pairsOf({ id, image, caption, negatives }: DiagramRecord): Pair[] {
  const positive: Pair = { record: id, kind: "positive", image, caption, fits: true, falseClaims: [] };
  return [
    positive,
    ...negatives.map((negative): Pair => ({
      record: id,
      kind: negative.kind,
      image: negative.kind === "image" ? negative.image : image,
      caption: negative.kind === "image" ? caption : negative.caption,
      fits: false,
      falseClaims: negative.falseClaims,
    })),
  ];
}

function shuffled<Value>(values: readonly Value[], random: ReturnType<typeof xoroshiro128plus>): Value[] {
  const order = [...values];
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = uniformInt(random, 0, last);
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  return order;
}

function checkInside(image: string): void {
  if (isAbsolute(image) || normalize(image).startsWith("..")) throw new InputError({ message: "lies outside of the dataset folder; a picture to be shown has to lie in it", file: image });
}

/**
 * A seeded sample of a dataset's pairs, as many of each kind as of every other as far as there are enough. No record gives two
 * pairs of one kind while others have given none, so that a sample says something about the whole dataset.
 *
 * @throws {InputError} where the folder holds no pair of these kinds
 */
export async function sampleItems({ folder, count, kinds, seed }: { folder: string; count: number; kinds: readonly PairKind[]; seed: number }): Promise<ReviewItem[]> {
  const random = xoroshiro128plus(seed);
  const byKind = new Map<PairKind, Pair[][]>(kinds.map((kind) => [kind, []]));
  for await (const record of readRecords(folder)) {
    const pairs = pairsOf(record);
    for (const [kind, records] of byKind) {
      const own = pairs.filter((pair) => pair.kind === kind);
      if (own.length > 0) records.push(own);
    }
  }
  const queues = [...byKind.values()].map((records) => roundRobin(shuffled(records.map((pairs) => shuffled(pairs, random)), random)));
  const taken = roundRobin(queues).slice(0, count);
  if (taken.length === 0) throw new InputError({ message: `holds no pair of these kinds: ${kinds.join(", ")}`, file: join(folder, "records.jsonl") });
  for (const { image } of taken) checkInside(image);
  return shuffled(taken, random).map((pair, position) => ({ position, ...pair }));
}

/** The first of each list, then the second of each, and so on. */
function roundRobin<Value>(lists: readonly (readonly Value[])[]): Value[] {
  const longest = Math.max(0, ...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, index) => lists.flatMap((list) => list.slice(index, index + 1))).flat();
}
