import { InputError, type DiagramRecord, type RetrievalNegative, type Scene } from "@mmgeo/dataset";
import { judgeClaims } from "../claims/proof.js";
import { randomFor } from "../choose-edits.js";
import { canonicalCaption, saysNothingNew } from "./canonical.js";
import { lexicalSearch } from "./lexical-search.js";
import { chooseNeighbours, readSelection, scoreFilterAgainst, type ScoreFilter, type Selection } from "./selection.js";
import type { Neighbour, Search } from "./search.js";

/** A caption of the corpus. With `claims` and `scene`, what is false of a figure is proven; without, it is guessed from the words. */
export interface RetrievalSource {
  id: string;
  caption: string;
  /** captions with the same image are never each other's negatives */
  image?: string | null;
  claims?: string[] | null;
  scene?: Scene | null;
}

/** Why a neighbour did not become a negative. */
export type RetrievalDrop = "same image" | "duplicate" | "says nothing new" | "true of the image" | "names an absent point" | "not proven false" | "rank" | ScoreFilter;

export interface Quantiles {
  minimum: number;
  quarter: number;
  median: number;
  threeQuarters: number;
  maximum: number;
}

export interface RetrievalReport {
  captions: number;
  negatives: number;
  /** similarities of the negatives to their captions; null where there are none */
  similarity: Quantiles | null;
  /** how many neighbours each rule or filter kept out */
  dropped: Partial<Record<RetrievalDrop, number>>;
  /** captions with fewer negatives than asked for, and how many they have */
  short: { id: string; negatives: number }[];
}

export interface RetrievalResult {
  /** by the order of the sources */
  negatives: RetrievalNegative[][];
  report: RetrievalReport;
}

export interface RetrievalOptions {
  /** negatives a caption */
  count: number;
  /** how neighbours are found: by words, or by a search over vectors. @default "lexical" */
  similarity?: "lexical" | Search;
  selection?: Partial<Selection>;
  /** for the sampled selections. @default 1 */
  seed?: number;
  onProgress?: (done: number, total: number) => void;
}

const queriesAtOnce = 256;
/** Neighbours looked at first; where filters leave too few, four times as many, and so on. */
const firstLook = 64;

interface Prepared extends Required<RetrievalSource> {
  canonical: ReturnType<typeof canonicalCaption>;
  /** whitespace and case apart, the caption itself */
  plain: string;
}

function quantilesOf(values: number[]): Quantiles | null {
  if (values.length === 0) return null;
  const sorted = Float64Array.from(values).sort();
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))]!;
  return { minimum: at(0), quarter: at(0.25), median: at(0.5), threeQuarters: at(0.75), maximum: at(1) };
}

/** The reason against a neighbour that lies in what the two captions say, or the claims proven false. */
function judge(candidate: Prepared, positive: Prepared): { drop: RetrievalDrop } | { falseClaims: string[] } {
  if (candidate.id === positive.id || candidate.image !== null && candidate.image === positive.image) return { drop: "same image" };
  if (candidate.plain === positive.plain) return { drop: "duplicate" };
  if (candidate.claims !== null && candidate.claims !== undefined && candidate.claims.length > 0 && positive.scene !== null && positive.scene !== undefined) {
    const verdicts = judgeClaims(candidate.claims, positive.scene);
    if (verdicts.false.length > 0) return { falseClaims: verdicts.false };
    // Nothing is measured at a point that the figure lacks: such a caption may well be wrong, but it is not proven so.
    if (verdicts.absent.length > 0) return { drop: "names an absent point" };
    return { drop: verdicts.undecided.length === 0 ? "true of the image" : "not proven false" };
  }
  return saysNothingNew(candidate.canonical, positive.canonical) ? { drop: "says nothing new" } : { falseClaims: [] };
}

/**
 * The captions of other images that are most like each caption (the paper's retrieval-based negatives, section 2). Left out: captions of the
 * same image, duplicates, captions that say the same or less in other words, and, where both have claims and a scene, captions of
 * which no claim is proven false of the positive's figure (`falseClaims`), be it that they hold there or name points that it lacks.
 */
export async function retrievalNegatives({ records, count, similarity = "lexical", selection: given, seed = 1, onProgress }: RetrievalOptions & { records: readonly (RetrievalSource | DiagramRecord)[] }): Promise<RetrievalResult> {
  if (!Number.isInteger(count) || count < 0) throw new InputError({ message: "the number of negatives has to be a whole number from 0", field: "count" });
  const selection = readSelection(given);
  const sources: Prepared[] = records.map((record) => ({
    id: record.id,
    caption: record.caption,
    image: record.image ?? null,
    claims: record.claims ?? null,
    scene: record.scene ?? null,
    canonical: canonicalCaption(record.caption),
    plain: record.caption.replace(/\s+/g, " ").trim().toLowerCase(),
  }));
  const search = similarity === "lexical" ? lexicalSearch(sources.map(({ canonical }) => canonical.terms)) : similarity;
  const negatives: RetrievalNegative[][] = sources.map(() => []);
  const dropped: Partial<Record<RetrievalDrop, number>> = {};
  const most = Math.max(0, sources.length - 1);
  let done = 0;

  /** Fills in a caption's negatives; false where more neighbours could still bring the number up. */
  const take = (query: number, neighbours: Neighbour[], last: boolean): boolean => {
    const positive = sources[query]!;
    const drops: RetrievalDrop[] = [];
    const falseClaims = new Map<number, string[]>();
    const taken = new Set<string>();
    const candidates: Neighbour[] = [];
    const enough = selection.sampling === "top" ? count : Number.POSITIVE_INFINITY;
    let rank = 0;
    for (const neighbour of neighbours) {
      if (candidates.length >= enough) break;
      const candidate = sources[neighbour.index]!;
      const filter = scoreFilterAgainst(neighbour.similarity, 1, selection);
      const verdict = filter === null ? judge(candidate, positive) : { drop: filter };
      if ("drop" in verdict) drops.push(verdict.drop);
      else if (taken.has(candidate.plain)) drops.push("duplicate");
      else {
        rank += 1;
        if (rank <= selection.rangeMin || selection.rangeMax !== null && rank > selection.rangeMax) {
          drops.push("rank");
          continue;
        }
        taken.add(candidate.plain);
        falseClaims.set(neighbour.index, verdict.falseClaims);
        candidates.push(neighbour);
      }
    }
    const lowest = neighbours.at(-1)?.similarity ?? 0;
    const exhausted = last || selection.minScore !== null && lowest < selection.minScore || selection.rangeMax !== null && rank >= selection.rangeMax;
    if (candidates.length < count && !exhausted) return false;
    for (const drop of drops) dropped[drop] = (dropped[drop] ?? 0) + 1;
    const chosen = chooseNeighbours({ candidates, count, positive: 1, selection, random: randomFor(seed, positive.id) });
    negatives[query] = chosen.map(({ index, similarity }) => ({
      kind: "retrieval",
      caption: sources[index]!.caption,
      from: sources[index]!.id,
      similarity: Number(similarity.toFixed(6)),
      falseClaims: falseClaims.get(index) ?? [],
    }));
    return true;
  };

  let waiting = count === 0 ? [] : sources.map((_, index) => index);
  for (let limit = Math.min(most, Math.max(firstLook, 2 * count + selection.rangeMin, selection.rangeMax ?? 0)); waiting.length > 0; limit = Math.min(most, limit * 4)) {
    const again: number[] = [];
    for (let start = 0; start < waiting.length; start += queriesAtOnce) {
      const queries = waiting.slice(start, start + queriesAtOnce);
      const found = await search(queries, limit);
      queries.forEach((query, place) => {
        const neighbours = found[place]!;
        // A search may know fewer neighbours than it was asked for (no word in common): then there are no more.
        if (take(query, neighbours, neighbours.length < limit || limit >= most)) done += 1;
        else again.push(query);
      });
      onProgress?.(done, sources.length);
    }
    waiting = again;
  }

  const similarities = negatives.flatMap((list) => list.map((negative) => negative.similarity));
  const short = sources.flatMap(({ id }, index) => (negatives[index]!.length < count ? [{ id, negatives: negatives[index]!.length }] : []));
  return { negatives, report: { captions: sources.length, negatives: similarities.length, similarity: quantilesOf(similarities), dropped, short } };
}
