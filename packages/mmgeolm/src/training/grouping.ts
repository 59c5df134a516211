import { randomFrom, seedOf } from "../data/random.js";

/** Batches whose samples are sorted among one another; more would sort lengths better and shuffle worse. */
const batchesInGroup = 12;

/**
 * The batches of one pass over the data: shuffled by the seed, then, within groups of a dozen batches, put together by modality
 * and length (LLaVA's `group_by_modality_length`), so that little is padded. Samples that fill no whole batch sit out this
 * pass; which ones changes with the pass.
 *
 * @param lengths tokens of each sample
 * @param images pictures of each sample
 */
export function groupedBatches({ lengths, images, batchSize, seed, epoch }: { lengths: readonly number[]; images: readonly number[]; batchSize: number; seed: number; epoch: number }): number[][] {
  const random = randomFrom(seedOf(seed, `order of pass ${epoch}`));
  const order = random.shuffled(lengths.map((_, index) => index));
  const batches: number[][] = [];
  const whole = Math.floor(order.length / batchSize) * batchSize;
  for (let start = 0; start < whole; start += batchSize * batchesInGroup) {
    const group = order.slice(start, Math.min(start + batchSize * batchesInGroup, whole));
    group.sort((a, b) => Math.min(images[a] as number, 1) - Math.min(images[b] as number, 1) || (lengths[a] as number) - (lengths[b] as number) || a - b);
    for (let at = 0; at < group.length; at += batchSize) batches.push(group.slice(at, at + batchSize));
  }
  return random.shuffled(batches);
}

/**
 * Puts samples one after the other into rows, the longest first into the fullest row that has room (best fit decreasing), so that
 * rows hold little padding. Samples with pictures share rows with their like, and so do texts.
 *
 * @param capacity tokens of a row; no sample is longer
 */
export function packedRows({ lengths, images, capacity, seed }: { lengths: readonly number[]; images: readonly number[]; capacity: number; seed: number }): number[][] {
  const order = randomFrom(seedOf(seed, "rows")).shuffled(lengths.map((_, index) => index));
  order.sort((a, b) => (lengths[b] as number) - (lengths[a] as number));
  const rows: { members: number[]; room: number; pictures: boolean }[] = [];
  // Rows by the room they have left, so that the fullest that fits is found at once.
  const byRoom = Array.from({ length: 2 }, () => Array.from({ length: capacity + 1 }, () => [] as number[]));
  for (const index of order) {
    const length = lengths[index] as number;
    const pictures = (images[index] as number) > 0;
    const shelves = byRoom[pictures ? 1 : 0] as number[][];
    let room = length;
    while (room <= capacity && (shelves[room] as number[]).length === 0) room += 1;
    let row: number;
    if (room <= capacity) row = (shelves[room] as number[]).pop() as number;
    else {
      row = rows.length;
      rows.push({ members: [], room: capacity, pictures });
    }
    const chosen = rows[row] as (typeof rows)[number];
    chosen.members.push(index);
    chosen.room -= length;
    (shelves[chosen.room] as number[]).push(row);
  }
  return rows.map(({ members }) => members);
}
