import type { Answer } from "./answer.js";
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
  const responses: Response[] = Array.from({ length: questions.length });
  let next = 0;
  let done = 0;
  const worker = async () => {
    for (let index = next++; index < questions.length; index = next++) {
      const { id, image, prompt } = questions[index] as EvaluationQuestion;
      responses[index] = { id, response: await answer({ image, prompt }) };
      done += 1;
      onAnswer?.(done);
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, questions.length) }, worker));
  return responses;
}
