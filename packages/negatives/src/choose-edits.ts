import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { EditClass } from "@mmgeo/dataset";

export type Random = ReturnType<typeof xoroshiro128plus>;

/** A generator from a seed and a name, so that one caption's negatives do not depend on the captions before it. */
export function randomFor(seed: number, name: string): Random {
  let hash = 0x811c9dc5 ^ seed;
  for (let index = 0; index < name.length; index += 1) hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193);
  hash ^= hash >>> 15;
  return xoroshiro128plus(hash | 0);
}

/** Most edits one negative carries (the paper's section 2.2). */
export const maximumEdits = 4;
/** Draws that may give a negative already made before the search stops. */
const maximumRepeats = 30;

/** What may be changed about one part of a caption. */
export interface PossibleEdit {
  class: EditClass;
}

/**
 * Distinct negatives from the edits that each part of a caption (a clause, a claim) offers. Each takes 1 to 4 edits, at most one a part, from as
 * many stretches of the caption as there are edits; the class used less so far goes first, so that none crowds out the others.
 *
 * @param input.placeOf says which edits of a part are alternatives at one spot
 * @param input.realize makes the negative of the chosen edits
 * @param input.keyOf tells negatives apart; what has the key `taken` is none
 */
export function chooseEdits<Possible extends PossibleEdit, Made>({
  parts,
  count,
  random,
  taken,
  placeOf,
  realize,
  keyOf,
}: {
  parts: Possible[][];
  count: number;
  random: Random;
  taken: string;
  placeOf: (edit: Possible) => number;
  realize: (chosen: Possible[]) => Made;
  keyOf: (made: Made) => string;
}): Made[] {
  const editable = parts.filter((edits) => edits.length > 0).map((edits) => groupByClass(edits, placeOf));
  if (editable.length === 0) return [];
  const pick = (limit: number): number => (limit <= 1 ? 0 : uniformInt(random, 0, limit - 1));
  const used: Record<EditClass, number> = { order: 0, shape: 0, relation: 0, number: 0 };
  const seen = new Set<string>([taken]);
  const made: Made[] = [];
  for (let repeats = 0; made.length < count && repeats < maximumRepeats; ) {
    const size = 1 + pick(Math.min(maximumEdits, editable.length));
    const chosen: Possible[] = [];
    for (let stretch = 0; stretch < size; stretch += 1) {
      const from = Math.floor((stretch * editable.length) / size);
      const to = Math.floor(((stretch + 1) * editable.length) / size);
      const groups = editable[from + pick(to - from)]!;
      let group = groups[pick(groups.length)]!;
      const other = groups[pick(groups.length)]!;
      if (used[other.class] < used[group.class]) group = other;
      const alternatives = group.places[pick(group.places.length)]!;
      chosen.push(alternatives[pick(alternatives.length)]!);
      used[group.class] += 1;
    }
    const negative = realize(chosen);
    const key = keyOf(negative);
    if (seen.has(key)) {
      repeats += 1;
      continue;
    }
    seen.add(key);
    made.push(negative);
  }
  return made;
}

function groupByClass<Possible extends PossibleEdit>(edits: Possible[], placeOf: (edit: Possible) => number): { class: EditClass; places: Possible[][] }[] {
  const classes = new Map<EditClass, Map<number, Possible[]>>();
  for (const edit of edits) {
    const places = classes.get(edit.class) ?? new Map<number, Possible[]>();
    classes.set(edit.class, places);
    const place = placeOf(edit);
    const alternatives = places.get(place);
    if (alternatives === undefined) places.set(place, [edit]);
    else alternatives.push(edit);
  }
  return [...classes].map(([editClass, places]) => ({ class: editClass, places: [...places.values()] }));
}
