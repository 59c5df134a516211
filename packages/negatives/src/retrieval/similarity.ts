import { canonicalCaption } from "./canonical.js";

/** Cosine of the two captions' term counts: 1 for the same terms in any order, 0 for none in common. */
export function wordSimilarity(first: string, second: string): number {
  return cosineOfTerms(canonicalCaption(first).terms, canonicalCaption(second).terms);
}

export function cosineOfTerms(first: readonly string[], second: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const term of first) counts.set(term, (counts.get(term) ?? 0) + 1);
  const others = new Map<string, number>();
  for (const term of second) others.set(term, (others.get(term) ?? 0) + 1);
  let product = 0;
  for (const [term, count] of counts) product += count * (others.get(term) ?? 0);
  const length = (map: Map<string, number>): number => Math.sqrt([...map.values()].reduce((sum, count) => sum + count * count, 0));
  return product === 0 ? 0 : product / (length(counts) * length(others));
}
