import type { Sample, TextNegative } from "./sample.js";

/** Share of the words of two captions that are the same word at the same place from either end: 1 for equal captions. */
export function likeness(left: string, right: string): number {
  const [a, b] = [left.split(/\s+/u), right.split(/\s+/u)];
  const shorter = Math.min(a.length, b.length);
  let same = 0;
  while (same < shorter && a[same] === b[same]) same += 1;
  let tail = 0;
  while (tail < shorter - same && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail += 1;
  return (same + tail) / Math.max(1, a.length, b.length);
}

const ordered = new WeakMap<Sample, TextNegative[]>();

/**
 * The negative captions that a sample has at a place in the run: the easiest (least like the caption) at the beginning, all of them at the
 * end; never fewer than `least`.
 */
export function negativesUpTo({ sample, progress, least }: { sample: Sample; progress: number; least: number }): TextNegative[] {
  let negatives = ordered.get(sample);
  if (negatives === undefined) {
    negatives = sample.textNegatives.map((negative) => ({ negative, likeness: likeness(sample.caption, negative.caption) })).sort((left, right) => left.likeness - right.likeness).map(({ negative }) => negative);
    ordered.set(sample, negatives);
  }
  return negatives.slice(0, Math.max(least, Math.ceil(negatives.length * progress)));
}
