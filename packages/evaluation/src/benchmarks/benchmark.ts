import type { EvaluationQuestion } from "../question.js";
import type { Judgement } from "../judge.js";

/** One recorded response with everything its author's file says about it. */
export interface RecordedEntry {
  /** the key of the entry where the file is one JSON object, else null */
  key: string | null;
  /** of the entry in its file, from 1 */
  line: number;
  fields: Record<string, unknown>;
}

/** A benchmark: how its published files become questions, and how its authors score. One file each in this folder. */
export interface Benchmark {
  name: string;
  title: string;
  /** Reads the questions from a folder in the layout that the authors publish. */
  load: (folder: string, options: { seed: number }) => Promise<EvaluationQuestion[]>;
  /** The id of the question that an entry of a recorded file answers; null where the entry does not say. */
  idOf?: (entry: RecordedEntry) => string | null;
  /** The ids of entries that carry none, in their order, by what else they say; null for an entry that fits no question. */
  align?: (questions: readonly EvaluationQuestion[], entries: readonly RecordedEntry[]) => (string | null)[];
  /** The question that an entry carries itself, for scoring a file without the benchmark's folder. */
  questionOf?: (entry: RecordedEntry) => EvaluationQuestion;
  /** The categories that an entry itself is counted under, where it says so: they changed between releases of some benchmarks. */
  categoriesOf?: (entry: RecordedEntry) => string[] | null;
  /** Whether the authors' own scorer counts an entry as right; null where it does not apply to it. */
  official?: (question: EvaluationQuestion, entry: RecordedEntry) => boolean | null;
  /** Figures that only this benchmark has. */
  more?: (answers: readonly (Judgement & { id: string })[]) => Record<string, unknown>;
}
