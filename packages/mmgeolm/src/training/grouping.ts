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
