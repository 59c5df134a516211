import type { Benchmark, RecordedEntry } from "./benchmarks/benchmark.js";
import type { EvaluationQuestion } from "./question.js";
import { intervalOf, type JudgedAnswer, type OfficialAccuracy, type Score } from "./score.js";

/** A score by the authors' own scorer, beside the strict one. */
export interface OfficialScore extends OfficialAccuracy {
  /** questions that the authors' scorer leaves to a person or a language model, and of which the record keeps no verdict: they count as wrong */
  undecided: number;
}

/** A question on which the authors' scorer and our strict reading disagree. */
export interface Disagreement {
  id: string;
  official: boolean;
  strict: JudgedAnswer["outcome"];
  extracted: string | null;
}

/**
 * Scores entries as the benchmark's authors do, overall and per category, and lists where that differs from the strict reading.
 * A question without an entry is wrong. Null where the scorer decides no entry at all.
 */
export function officialScore({
  benchmark,
  questions,
  entryOf,
  answers,
  byCategory,
}: {
  benchmark: Benchmark;
  questions: readonly EvaluationQuestion[];
  entryOf: ReadonlyMap<string, RecordedEntry>;
  answers: readonly JudgedAnswer[];
  byCategory: Score["byCategory"];
}): { official: OfficialScore; byCategory: Score["byCategory"]; disagreements: Disagreement[]; verdicts: ReadonlyMap<string, boolean> } | null {
  const { official } = benchmark;
  if (official === undefined) return null;
  const verdicts = new Map<string, boolean>();
  let undecided = 0;
  for (const question of questions) {
    const entry = entryOf.get(question.id);
    if (entry === undefined) continue;
    const verdict = official(question, entry);
    if (verdict === null) undecided += 1;
    else verdicts.set(question.id, verdict);
  }
  if (verdicts.size === 0) return null;
  const isRight = ({ id }: JudgedAnswer) => verdicts.get(id) === true;
  const accuracyOf = (some: readonly JudgedAnswer[]): OfficialAccuracy => ({ accuracy: some.filter(isRight).length / some.length, interval: intervalOf(some, isRight) });
  return {
    official: { ...accuracyOf(answers), undecided },
    byCategory: Object.fromEntries(Object.entries(byCategory).map(([category, one]) => [category, { ...one, official: accuracyOf(answers.filter(({ categories }) => categories.includes(category))) }])),
    disagreements: answers.flatMap(({ id, outcome, extracted }) => {
      const verdict = verdicts.get(id);
      return verdict === undefined || verdict === (outcome === "right") ? [] : [{ id, official: verdict, strict: outcome, extracted }];
    }),
    verdicts,
  };
}
