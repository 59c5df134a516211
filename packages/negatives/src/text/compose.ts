import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { Edit, EditClass } from "@mmgeo/dataset";
import type { ClauseEdits, TextEdit } from "./edit.js";

/** A caption made false, with the places of what was changed in it. */
export interface TextNegative {
  kind: "rule";
  caption: string;
  edits: Edit[];
}

export type Random = ReturnType<typeof xoroshiro128plus>;

/** A generator from a seed and a name, so that one caption's negatives do not depend on the captions before it. */
export function randomFor(seed: number, name: string): Random {
  let hash = 0x811c9dc5 ^ seed;
  for (let index = 0; index < name.length; index += 1) hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193);
  hash ^= hash >>> 15;
  return xoroshiro128plus(hash | 0);
}

/** Applies edits that do not overlap, and says where each ended up. */
export function applyEdits(text: string, edits: TextEdit[]): { caption: string; edits: Edit[] } {
  const ordered = edits.toSorted((first, second) => first.start - second.start);
  let caption = "";
  let read = 0;
  const applied: Edit[] = [];
  for (const { class: editClass, start, end, to } of ordered) {
    caption += text.slice(read, start);
    applied.push({ class: editClass, from: text.slice(start, end), to, span: [caption.length, caption.length + to.length] });
    caption += to;
    read = end;
  }
  return { caption: caption + text.slice(read), edits: applied };
}

/** Most edits one negative carries (the paper's section 2.2). */
export const maximumEdits = 4;
/** Draws that may give a caption already made before the search stops. */
const maximumRepeats = 30;

/**
 * Distinct negatives of one caption. Each takes 1 to 4 edits, at most one a clause, from as many parts of the caption as there are edits; the
 * classes that the caption offers are taken in turn, so none crowds out the others.
 */
export function composeNegatives({ text, clauses, count, random }: { text: string; clauses: ClauseEdits[]; count: number; random: Random }): TextNegative[] {
  const editable = clauses.filter((edits) => edits.length > 0);
  if (editable.length === 0) return [];
  const byClass = editable.map((edits) => {
    const groups = new Map<EditClass, Map<number, TextEdit[]>>();
    for (const edit of edits) {
      const places = groups.get(edit.class) ?? new Map<number, TextEdit[]>();
      groups.set(edit.class, places);
      const place = places.get(edit.start);
      if (place === undefined) places.set(edit.start, [edit]);
      else place.push(edit);
    }
    return [...groups].map(([editClass, places]) => ({ editClass, places: [...places.values()] }));
  });
  const pick = (limit: number): number => (limit <= 1 ? 0 : uniformInt(random, 0, limit - 1));
  const used = new Map<EditClass, number>();
  const seen = new Set<string>([text]);
  const negatives: TextNegative[] = [];
  for (let repeats = 0; negatives.length < count && repeats < maximumRepeats; ) {
    const size = 1 + pick(Math.min(maximumEdits, editable.length));
    const chosen: TextEdit[] = [];
    for (let part = 0; part < size; part += 1) {
      // The clauses in `size` stretches of equal length, one edit from each.
      const from = Math.floor((part * editable.length) / size);
      const to = Math.floor(((part + 1) * editable.length) / size);
      const groups = byClass[from + pick(to - from)]!;
      let group = groups[pick(groups.length)]!;
      // Of two classes on offer the one used less comes first.
      const other = groups[pick(groups.length)]!;
      if ((used.get(other.editClass) ?? 0) < (used.get(group.editClass) ?? 0)) group = other;
      const place = group.places[pick(group.places.length)]!;
      chosen.push(place[pick(place.length)]!);
      used.set(group.editClass, (used.get(group.editClass) ?? 0) + 1);
    }
    const { caption, edits } = applyEdits(text, chosen);
    if (seen.has(caption)) {
      repeats += 1;
      continue;
    }
    seen.add(caption);
    negatives.push({ kind: "rule", caption, edits });
  }
  return negatives;
}
