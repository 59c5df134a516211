import type { Answer } from "./answer.js";
import { mapConcurrently } from "./concurrently.js";
import type { EvaluationQuestion } from "./question.js";
import type { Response } from "./score.js";

/** Asks a model every question, several at a time; the responses come in the questions' order. An error of the model ends it. */
export async function askAll({
  questions,
  answer,
  concurrency = 1,
  onAnswer,
}: {
  questions: readonly EvaluationQuestion[];
  answer: Answer;
  /** @default 1 */
  concurrency?: number;
  /** called after each answer with the number of answers so far */
  onAnswer?: (done: number) => void;
}): Promise<Response[]> {
  let done = 0;
  return mapConcurrently(questions, concurrency, async ({ id, image, prompt }) => {
    const response = await answer({ image, prompt });
    done += 1;
    onAnswer?.(done);
    return { id, response };
  });
}
