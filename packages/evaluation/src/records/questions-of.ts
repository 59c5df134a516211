import { imageFileOf, type DiagramRecord } from "@mmgeo/dataset";
import { closeTo, numericValue } from "../mathematics/number.js";
import { choicePrompt, lettered, type EvaluationQuestion } from "../question.js";
import { seededRandom, shuffled } from "../statistics/random.js";
import { numericDistractors } from "./distractors.js";

/** A record without a question of this kind, and why. */
export interface RecordLeftOut {
  id: string;
  reason: string;
}

export interface RecordQuestions {
  questions: EvaluationQuestion[];
  leftOut: RecordLeftOut[];
}

/** The choice that the recorded answer means: the same text, the same value, or its letter; null where it is not one choice alone. */
function goldOf(choices: readonly string[], answer: string): number | null {
  const value = numericValue(answer);
  const tests: ((choice: string, index: number) => boolean)[] = [
    (choice) => choice.trim() === answer.trim(),
    (choice) => {
      const other = numericValue(choice);
      return value !== null && other !== null && closeTo(value, other);
    },
    (_choice, index) => String.fromCharCode(65 + index) === answer.trim(),
  ];
  for (const test of tests) {
    const found = choices.flatMap((choice, index) => (test(choice, index) ? [index] : []));
    if (found.length > 0) return found.length === 1 ? (found[0] as number) : null;
  }
  return null;
}

/**
 * Questions with choices from records. A record's own choices are kept in their order; where it has only an answer, three numeric
 * distractors are made from it and the four are shuffled. The seed and a record's id alone decide its choices.
 *
 * @param folder where the records' images lie; without it the images keep the paths that the records give
 */
export function questionsOf(records: Iterable<DiagramRecord>, { seed, folder = null }: { seed: number; folder?: string | null }): RecordQuestions {
  const questions: EvaluationQuestion[] = [];
  const leftOut: RecordLeftOut[] = [];
  for (const { id, image, question, provenance } of records) {
    if (question === null) {
      leftOut.push({ id, reason: "it has no question" });
      continue;
    }
    const random = seededRandom(seed, id);
    const distractors = question.choices === null ? numericDistractors(question.answer, random) : null;
    const texts = question.choices ?? (distractors === null ? null : shuffled([question.answer, ...distractors], random));
    if (texts === null) {
      leftOut.push({ id, reason: `no choices can be made from the answer "${question.answer}"` });
      continue;
    }
    const gold = goldOf(texts, question.answer);
    if (gold === null) {
      leftOut.push({ id, reason: `the answer "${question.answer}" is not one of the choices` });
      continue;
    }
    const choices = lettered(texts);
    questions.push({
      id,
      prompt: choicePrompt({ question: question.text, choices }),
      text: question.text,
      image: folder === null ? image : imageFileOf(folder, image),
      choices,
      gold: choices[gold]?.label ?? "",
      categories: [provenance.source.split("/")[0] as string],
      group: image,
    });
  }
  return { questions, leftOut };
}
