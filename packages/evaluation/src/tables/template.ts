import { ablations, constructions, encoders, mainResults, robustness } from "./published.js";

/** What a column shows: the accuracy of a benchmark or of one of its categories, of a variant of its questions, or Hit@1 on a set of candidates. */
export type ColumnSource = { benchmark: string; category: string | null } | { variant: string | null } | { set: string };

export interface TableColumn {
  label: string;
  source: ColumnSource;
}

/** A row that the paper publishes, in percent; null where it gives no figure. */
export interface PublishedRow {
  name: string;
  values: (number | null)[];
}

/** One of the paper's tables (arXiv 2505.20152v3): its columns, and its rows to stand beside ours. */
export interface TableTemplate {
  name: string;
  title: string;
  columns: TableColumn[];
  published: PublishedRow[];
}

const column = (label: string, benchmark: string, category: string | null): TableColumn => ({ label, source: { benchmark, category } });

const mmMath = [column("MM easy", "mm-math", "easy"), column("MM medium", "mm-math", "medium"), column("MM hard", "mm-math", "hard"), column("MM avg", "mm-math", null)];
const geoqa = column("GeoQA", "geoqa", null);

/** The paper's tables. Rows of ours are added from result folders by `fillTable`. */
export const tableTemplates: readonly TableTemplate[] = [
  {
    name: "main",
    title: "Accuracy on geometry benchmarks, %",
    columns: [geoqa, column("MV GEO", "mathvista", "GEO"), column("MV ALG", "mathvista", "ALG"), column("WM S2", "we-math", "S2"), column("WM S3", "we-math", "S3"), ...mmMath],
    published: mainResults,
  },
  { name: "ablations", title: "What the encoder was trained on, %", columns: [geoqa, ...mmMath], published: ablations },
  { name: "constructions", title: "How negatives are constructed, %", columns: [geoqa, column("MM avg", "mm-math", null)], published: constructions },
  {
    name: "robustness",
    title: "Accuracy with changed questions, %, and the paired difference to the questions as they are",
    columns: [null, "rotate-30", "half", "blur", "jpeg", "hand-drawn", "choices", "labels"].map((variant) => ({ label: variant ?? "as they are", source: { variant } })),
    published: robustness,
  },
  { name: "hit-rate", title: "Hit@1 of the encoder, %", columns: ["random", "retrieval", "rule", "image"].map((set) => ({ label: set, source: { set } })), published: encoders },
];
