import type { Judgement } from "../judge.js";
import type { EvaluationQuestion } from "../question.js";

/** One recorded response with everything its author's file says about it. */
export interface RecordedEntry {
  /** the key of the entry where the file is one JSON object, else null */
  key: string | null;
  /** of the entry in its file, from 1 */
  line: number;
  fields: Record<string, unknown>;
}

/** An answer as the figures that only one benchmark has need it. */
export type DiagnosedAnswer = Pick<Judgement, "outcome"> & { id: string };

/** A benchmark: how its published files become questions, how they are asked, and how its authors score. One file each in this folder. */
export interface Benchmark {
  name: string;
  title: string;
  /** Whose prompt it is and its version: changes with every change of the wording, and is in every result. */
  promptVersion: string;
  /** Reads the questions from a folder in the layout that the authors publish. */
  load: (folder: string, options: { seed: number }) => Promise<EvaluationQuestion[]>;
  /** The id of the question that an entry of a recorded file answers; null where the entry does not say. */
  idOf?: (entry: RecordedEntry) => string | null;
  /** The ids of entries that carry none, in their order, by what else they say; null for an entry that says its id itself. */
  align?: (questions: readonly EvaluationQuestion[], entries: readonly RecordedEntry[]) => (string | null)[];
  /** The question that an entry carries itself, for scoring a file without the benchmark's folder. */
  questionOf?: (entry: RecordedEntry) => EvaluationQuestion;
  /** The question as an entry says it was asked: under other categories than today's files have, or without its choices. */
  asAsked?: (question: EvaluationQuestion, entry: RecordedEntry) => EvaluationQuestion;
  /** Whether the authors' own scorer counts an entry as right; null where it cannot decide without a person or a language model. */
  official?: (question: EvaluationQuestion, entry: RecordedEntry) => boolean | null;
  /** Figures that only this benchmark has. */
  more?: (answers: readonly DiagnosedAnswer[]) => Record<string, unknown>;
}
