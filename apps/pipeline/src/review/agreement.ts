import { wilsonInterval } from "@mmgeo/evaluation";
import { type PairKind, pairKinds, type ReviewItem } from "./items.js";

/** One person's word on one item. */
export interface Judgement {
  annotator: string;
  position: number;
  /** whether the person finds the caption true of the picture */
  fits: boolean;
}

export interface Kappa {
  /** items that count: judged by both, or by everyone */
  items: number;
  /** share of pairs of judgements that agree */
  observed: number;
  /** 1 is full agreement, 0 is what chance gives; null where it is not defined, since all judgements are the same */
  kappa: number | null;
}

const corrected = (observed: number, expected: number): number | null => (expected === 1 ? null : (observed - expected) / (1 - expected));

/** Cohen's kappa of two annotators (Cohen 1960): agreement beyond that of two people who say yes as often as these do, by chance. */
export function cohenKappa(pairs: readonly (readonly [boolean, boolean])[]): Kappa {
  const items = pairs.length;
  if (items === 0) return { items, observed: 0, kappa: null };
  const share = (count: number): number => count / items;
  const observed = share(pairs.filter(([first, second]) => first === second).length);
  const first = share(pairs.filter(([first]) => first).length);
  const second = share(pairs.filter(([, second]) => second).length);
  return { items, observed, kappa: corrected(observed, first * second + (1 - first) * (1 - second)) };
}

/** Fleiss' kappa of any number of annotators (Fleiss 1971). `items` holds the judgements of each item, equally many for all. */
export function fleissKappa(judged: readonly (readonly boolean[])[]): Kappa {
  const items = judged.length;
  const raters = judged[0]?.length ?? 0;
  if (items === 0 || raters < 2) return { items, observed: 0, kappa: null };
  const yes = judged.map((one) => one.filter(Boolean).length);
  const agreeing = yes.map((count) => (count * (count - 1) + (raters - count) * (raters - count - 1)) / (raters * (raters - 1)));
  const observed = agreeing.reduce((sum, share) => sum + share, 0) / items;
  const share = yes.reduce((sum, count) => sum + count, 0) / (items * raters);
  return { items, observed, kappa: corrected(observed, share ** 2 + (1 - share) ** 2) };
}

/** How often people say what the dataset says. */
export interface Confirmed {
  kind: PairKind;
  judgements: number;
  confirmed: number;
  /** of the share, 95 %, Wilson's */
  interval: readonly [number, number];
}

export interface Agreement {
  items: number;
  annotators: { name: string; judged: number; confirmed: Confirmed[] }[];
  /** all annotators together */
  confirmed: Confirmed[];
  cohen: (Kappa & { first: string; second: string })[];
  /** over the items that every annotator has judged; null with fewer than two annotators */
  fleiss: Kappa | null;
}

function confirmedOf(judgements: readonly Judgement[], items: readonly ReviewItem[]): Confirmed[] {
  return pairKinds.flatMap((kind) => {
    const own = judgements.filter(({ position }) => items[position]!.kind === kind);
    const confirmed = own.filter(({ position, fits }) => items[position]!.fits === fits).length;
    return own.length === 0 ? [] : [{ kind, judgements: own.length, confirmed, interval: wilsonInterval({ successes: confirmed, total: own.length }) }];
  });
}

/** What came of a review so far. */
export function agreementOf({ items, judgements }: { items: readonly ReviewItem[]; judgements: readonly Judgement[] }): Agreement {
  const names = [...new Set(judgements.map(({ annotator }) => annotator))].toSorted();
  const byName = names.map((name) => new Map(judgements.filter(({ annotator }) => annotator === name).map(({ position, fits }) => [position, fits])));
  const pairs = names.flatMap((first, one) => names.slice(one + 1).map((second, offset) => ({ first, second, one, other: one + 1 + offset })));
  const ofAll = items.map(({ position }) => byName.map((judged) => judged.get(position))).filter((judged): judged is boolean[] => judged.every((fits) => fits !== undefined));
  return {
    items: items.length,
    annotators: names.map((name, index) => ({ name, judged: byName[index]!.size, confirmed: confirmedOf(judgements.filter(({ annotator }) => annotator === name), items) })),
    confirmed: confirmedOf(judgements, items),
    cohen: pairs.map(({ first, second, one, other }) => ({
      first,
      second,
      ...cohenKappa([...byName[one]!].flatMap(([position, fits]) => (byName[other]!.has(position) ? [[fits, byName[other]!.get(position)!] as const] : []))),
    })),
    fleiss: names.length < 2 ? null : fleissKappa(ofAll),
  };
}
