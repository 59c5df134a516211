import { cacheKey, type ResponseCache } from "./cache.js";
import { mapConcurrently } from "./concurrently.js";
import type { Model } from "./models/model.js";
import type { EvaluationQuestion } from "./question.js";
import { intervalOf, type JudgedAnswer, type Score } from "./score.js";
import { seededRandom, shuffled } from "./statistics/random.js";
import type { Interval } from "./statistics/wilson.js";

/** Changes with the wording of the judge's prompt; part of every key of its cache and of every result. */
export const judgePromptVersion = "judge-1";

/** Only the end of a response is shown to the judge. */
const maximumResponseLength = 8000;

/** What the judge is asked; the question without its picture, since it compares answers and solves nothing. */
export function judgePrompt({ question, response }: { question: EvaluationQuestion; response: string }): string {
  const { choices, gold, prompt } = question;
  const right = choices === null ? gold : gold.split(",").map((label) => `${label}: ${choices.find((choice) => choice.label === label)?.text ?? label}`).join("; ");
  return [
    "You check whether a student's final answer to a question means the same as the right answer. Do not solve the question yourself.",
    "Reply with one word: CORRECT if the student's final answer is the right answer, INCORRECT if it is another one, NONE if the student gives no final answer.",
    `Question:\n${prompt}`,
    `Right answer:\n${right}`,
    `Student's response:\n${response.slice(-maximumResponseLength)}`,
    "Your word:",
  ].join("\n\n");
}

export type JudgeVerdict = "right" | "wrong" | "none";

/** The judge's word; null where its reply has none of the three. */
export function verdictIn(reply: string): JudgeVerdict | null {
  const words = [...reply.matchAll(/\b(CORRECT|INCORRECT|NONE)\b/gi)].map(([word]) => word.toUpperCase());
  const word = words.at(-1);
  return word === undefined ? null : word === "CORRECT" ? "right" : word === "INCORRECT" ? "wrong" : "none";
}

/** What a judge adds to the rules: verdicts where they cannot read, and how often it contradicts them where they can. */
export interface JudgeReport {
  model: string;
  promptVersion: string;
  /** answers that the rules cannot read, on which the judge decides */
  asked: number;
  /** of those, by its verdict; `unclear` where its reply was none of its three words, or it failed */
  right: number;
  wrong: number;
  none: number;
  unclear: number;
  /** share of all questions that the judge decided as right or wrong */
  rate: number;
  /** the rules' accuracy with the judge's verdicts on what they cannot read */
  accuracy: number;
  interval: Interval;
  /** a sample of what the rules decided, judged again */
  agreement: { compared: number; disagreements: { id: string; rules: "right" | "wrong"; judge: "right" | "wrong" | "none" }[] };
}

/**
 * Asks a language model what the rules cannot decide, and, to know how far it is to be trusted, a seeded sample of what they decided.
 * The strict accuracy stays as it is; the judged one stands beside it. Every reply is kept in the cache.
 *
 * @param sample how many decided answers are judged again. @default 50
 */
export async function judgeByModel({
  model,
  questions,
  score,
  answers,
  cache,
  sample = 50,
  seed = 1,
}: {
  model: Model;
  questions: readonly EvaluationQuestion[];
  score: Score;
  answers: readonly JudgedAnswer[];
  cache: ResponseCache;
  sample?: number;
  seed?: number;
}): Promise<{ report: JudgeReport; byCategory: Score["byCategory"]; verdicts: ReadonlyMap<string, JudgeVerdict> }> {
  const questionOf = new Map(questions.map((question) => [question.id, question]));
  const unread = answers.filter(({ outcome, response }) => outcome === "unreadable" && response !== null && response.trim() !== "");
  const decided = answers.filter(({ outcome }) => outcome === "right" || outcome === "wrong");
  const again = shuffled(decided, seededRandom(seed, "judged again")).slice(0, sample);
  const verdicts = new Map<string, JudgeVerdict>();
  await mapConcurrently([...unread, ...again], model.concurrency, async ({ id, response }) => {
    const prompt = judgePrompt({ question: questionOf.get(id) as EvaluationQuestion, response: response ?? "" });
    const key = cacheKey({ identity: JSON.stringify([judgePromptVersion, model.identity]), prompt, imageBytes: null });
    let reply = cache.get(key)?.response ?? null;
    if (reply === null) {
      reply = await model.answer({ image: null, prompt }).catch(() => null);
      if (reply === null) return;
      await cache.set({ key, id, answer: { response: reply, error: null } });
    }
    const verdict = verdictIn(reply);
    if (verdict !== null) verdicts.set(id, verdict);
  });
  const judged = new Map(unread.flatMap(({ id }) => (verdicts.has(id) ? [[id, verdicts.get(id) as JudgeVerdict] as const] : [])));
  const isRight = ({ id, outcome }: JudgedAnswer) => outcome === "right" || judged.get(id) === "right";
  const judgedOf = (some: readonly JudgedAnswer[]) => ({
    accuracy: some.filter(isRight).length / some.length,
    interval: intervalOf(some, isRight),
    rate: some.filter(({ id }) => judged.has(id) && judged.get(id) !== "none").length / some.length,
  });
  const count = (verdict: JudgeVerdict) => [...judged.values()].filter((one) => one === verdict).length;
  const compared = again.filter(({ id }) => verdicts.has(id));
  return {
    report: {
      model: model.name,
      promptVersion: judgePromptVersion,
      asked: unread.length,
      right: count("right"),
      wrong: count("wrong"),
      none: count("none"),
      unclear: unread.length - judged.size,
      ...judgedOf(answers),
      agreement: {
        compared: compared.length,
        disagreements: compared.flatMap(({ id, outcome }) => {
          const verdict = verdicts.get(id) as JudgeVerdict;
          return verdict === outcome ? [] : [{ id, rules: outcome as "right" | "wrong", judge: verdict }];
        }),
      },
    },
    byCategory: Object.fromEntries(Object.entries(score.byCategory).map(([category, one]) => [category, { ...one, judged: judgedOf(answers.filter(({ categories }) => categories.includes(category))) }])),
    verdicts,
  };
}
