import { candidateSets } from "@mmgeo/mmclip";

/** What a variant is measured on: the encoder's candidate sets, and the language model's held-out questions. */
export const measures = [...candidateSets, "questions"] as const;
export type Measure = (typeof measures)[number];

/** One held-out sample of one set under one training. */
export interface Outcome {
  id: string;
  set: Measure;
  right: boolean;
  /** of a guess */
  chance: number;
}

/** What one training of one variant came to. */
export interface Cell {
  variant: string;
  seed: number;
  outcomes: Outcome[];
  /** the stages behind it, data first */
  provenance: { stage: string; key: string; digest: string }[];
}
