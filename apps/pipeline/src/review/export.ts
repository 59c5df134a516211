import type { Judgement } from "./agreement.js";
import type { ReviewItem } from "./items.js";

/** One judgement with all that it is about. */
export interface ExportedJudgement extends Judgement {
  record: string;
  kind: ReviewItem["kind"];
  image: string;
  caption: string;
  /** whether the dataset says that the caption is true of the picture */
  datasetFits: boolean;
  falseClaims: string[];
}

export function exportedJudgements({ items, judgements }: { items: readonly ReviewItem[]; judgements: readonly Judgement[] }): ExportedJudgement[] {
  return judgements
    .map(({ annotator, position, fits }) => {
      const { record, kind, image, caption, fits: datasetFits, falseClaims } = items[position]!;
      return { annotator, position, record, kind, image, caption, fits, datasetFits, falseClaims };
    })
    .toSorted((a, b) => a.position - b.position || (a.annotator < b.annotator ? -1 : 1));
}

export function toJsonLines(judgements: readonly ExportedJudgement[]): string {
  return judgements.map((judgement) => `${JSON.stringify(judgement)}\n`).join("");
}

const columns = ["annotator", "position", "record", "kind", "image", "caption", "fits", "datasetFits", "falseClaims"] as const;

/** RFC 4180. A field that a spreadsheet would take for a formula is kept from it by an apostrophe. */
function field(value: unknown): string {
  const text = Array.isArray(value) ? value.join("; ") : String(value);
  const safe = /^[=+\-@\t\r]/u.test(text) ? `'${text}` : text;
  return /[",\r\n]/u.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function toCsv(judgements: readonly ExportedJudgement[]): string {
  return [columns.join(","), ...judgements.map((judgement) => columns.map((column) => field(judgement[column])).join(","))].map((line) => `${line}\r\n`).join("");
}
