import type { Edit } from "@mmgeo/dataset";
import { chooseEdits, type Random } from "../choose-edits.js";
import type { ClauseEdits, TextEdit } from "./edit.js";

/** A caption made false, with the places of what was changed in it. */
export interface TextNegative {
  kind: "rule";
  caption: string;
  edits: Edit[];
}

/** Applies edits that do not overlap, and says where each ended up. */
export function applyEdits(text: string, edits: readonly TextEdit[]): { caption: string; edits: Edit[] } {
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

/** Distinct negatives of one caption from the edits of its clauses. */
export function composeNegatives({ text, clauses, count, random }: { text: string; clauses: ClauseEdits[]; count: number; random: Random }): TextNegative[] {
  return chooseEdits({
    parts: clauses,
    count,
    random,
    taken: text,
    placeOf: ({ start }) => start,
    realize: (chosen): TextNegative => ({ kind: "rule", ...applyEdits(text, chosen) }),
    keyOf: ({ caption }) => caption,
  });
}
