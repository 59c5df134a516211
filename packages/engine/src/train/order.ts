import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/**
 * The batches of one epoch: a permutation of the examples that depends on the seed and the epoch alone, cut into full
 * batches. The examples left over, fewer than a batch, wait for another epoch's permutation; shapes stay the same throughout.
 * @param epoch from 0
 * @returns at least one batch; fewer examples than a batch make one smaller batch
 */
export function order({ examples, batchSize, seed, epoch }: { examples: number; batchSize: number; seed: number; epoch: number }): number[][] {
  // Seeds and epochs are mixed, so that (1, 2) and (2, 1) differ.
  const generator = xoroshiro128plus((Math.imul(seed | 0, 0x9e3779b1) ^ Math.imul(epoch + 1, 0x85ebca6b)) | 0);
  const permutation = Array.from({ length: examples }, (_, index) => index);
  for (let last = examples - 1; last > 0; last -= 1) {
    const other = uniformInt(generator, 0, last);
    const moved = permutation[last] as number;
    permutation[last] = permutation[other] as number;
    permutation[other] = moved;
  }
  const batches: number[][] = [];
  for (let start = 0; start + batchSize <= examples; start += batchSize) batches.push(permutation.slice(start, start + batchSize));
  return batches.length === 0 ? [permutation] : batches;
}
