import type { EditClass } from "@mmgeo/dataset";

/** One possible change of a caption: the characters from `start` to `end` become `to`. It makes its clause false wherever the caption is true. */
export interface TextEdit {
  class: EditClass;
  start: number;
  end: number;
  to: string;
  /** the rule that made it, for counting: `parallel-perpendicular` */
  rule: string;
}

/** The edits of one clause; a negative takes at most one of them. */
export type ClauseEdits = TextEdit[];
