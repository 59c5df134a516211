import type { EvaluationQuestion } from "./question.js";
import { intervalOf, type JudgedAnswer } from "./score.js";
import type { Interval } from "./statistics/wilson.js";

/** A question as a check of contamination looks at it: its text alone, without instruction and choices, and the path of its picture. */
export interface CheckedQuestion {
  id: string;
  text: string;
  image: string | null;
}

/** A question of the benchmark that a training sample meets, and how. */
export interface ContaminatedQuestion {
  question: string;
  /** the training sample */
  train: string;
  /** such as "same text" or "similar image" */
  kind: string;
  similarity: number;
}

/**
 * Compares questions with training data, whatever way it has: this package knows none. The command line gives one that shares
 * its code with `@mmgeo/negatives`.
 */
export type ContaminationCheck = (questions: readonly CheckedQuestion[]) => Promise<{ train: number; found: ContaminatedQuestion[] }>;

/** What a check found, and the accuracy over the questions that no training sample meets. */
export interface ContaminationReport {
  /** training samples */
  train: number;
  found: ContaminatedQuestion[];
  clean: { n: number; accuracy: number; interval: Interval } | null;
}

export const checkedQuestions = (questions: readonly EvaluationQuestion[]): CheckedQuestion[] => questions.map(({ id, text, prompt, image }) => ({ id, text: text ?? prompt, image }));

/** Sets the score over clean questions beside what was found. */
export function contaminationReport({ train, found }: Awaited<ReturnType<ContaminationCheck>>, answers: readonly JudgedAnswer[]): ContaminationReport {
  const met = new Set(found.map(({ question }) => question));
  const clean = answers.filter(({ id }) => !met.has(id));
  const isRight = ({ outcome }: JudgedAnswer) => outcome === "right";
  return { train, found, clean: clean.length === 0 ? null : { n: clean.length, accuracy: clean.filter(isRight).length / clean.length, interval: intervalOf(clean, isRight) } };
}
