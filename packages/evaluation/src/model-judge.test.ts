import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ResponseCache } from "./cache.js";
import { judgeByModel, judgePrompt, verdictIn } from "./model-judge.js";
import type { Model } from "./models/model.js";
import { lettered, type EvaluationQuestion } from "./question.js";
import { scoreResponses } from "./score.js";
import { temporaryFolder } from "./testing.js";

const choices = lettered(["red", "green"]);
const questions = Array.from({ length: 8 }, (_, index): EvaluationQuestion => ({ id: `q${index}`, prompt: `Which colour is figure ${index}?`, image: null, choices, gold: "A", categories: [index < 4 ? "first" : "second"], group: `q${index}` }));
const responses = ["Answer: A", "Answer: A", "Answer: B", "It looks rather reddish.", "A leafy colour.", "I cannot see it.", "hm", ""].map((response, index) => ({ id: `q${index}`, response }));

function judging(reply: (prompt: string) => string): Model & { asked: () => number } {
  let asked = 0;
  return { name: "judge", identity: "judge", concurrency: 2, asked: () => asked, answer: async ({ prompt, image }) => ((asked += 1), expect(image).toBeNull(), reply(prompt)) };
}

it("decides what the rules cannot read, and says how far it agrees with them; every reply is kept", async () => {
  const { score, answers } = scoreResponses({ benchmark: "test", questions, responses });
  expect(score).toMatchObject({ accuracy: 0.25, unreadable: 5 });
  const model = judging((prompt) => (/reddish|Answer: A/.test(prompt) ? "CORRECT" : /leafy/.test(prompt) ? "The student means green: INCORRECT" : /cannot see/.test(prompt) ? "None." : /Answer: B/.test(prompt) ? "correct" : "What?"));
  const file = join(temporaryFolder(), "judge.jsonl");
  for (const asked of [7, 8]) {
    const cache = await ResponseCache.open(file);
    const { report, byCategory } = await judgeByModel({ model, questions, score, answers, cache });
    await cache.close();
    expect(report).toMatchObject({ model: "judge", promptVersion: "judge-1", asked: 4, right: 1, wrong: 1, none: 1, unclear: 1, rate: 0.25, accuracy: 0.375 });
    expect(report.agreement).toEqual({ compared: 3, disagreements: [{ id: "q2", rules: "wrong", judge: "right" }] });
    expect(byCategory.first).toMatchObject({ accuracy: 0.5, judged: { accuracy: 0.75, rate: 0.25 } });
    expect(score.accuracy).toBe(0.25);
    // The second time all comes from the cache.
    expect(model.asked()).toBeLessThanOrEqual(asked);
  }
  expect(readFileSync(file, "utf8").trim().split("\n")).toHaveLength(7);
});

it("goes on where the judge fails", async () => {
  const { score, answers } = scoreResponses({ benchmark: "test", questions, responses });
  const cache = await ResponseCache.open(join(temporaryFolder(), "judge.jsonl"));
  const model: Model = { name: "judge", identity: "judge", concurrency: 1, answer: () => Promise.reject(new Error("no answer")) };
  const { report } = await judgeByModel({ model, questions, score, answers, cache, sample: 0 });
  await cache.close();
  expect(report).toMatchObject({ asked: 4, unclear: 4, accuracy: 0.25, rate: 0, agreement: { compared: 0 } });
});

it("shows the judge the right choice in words, and takes its last word", () => {
  const prompt = judgePrompt({ question: questions[0] as EvaluationQuestion, response: "x".repeat(100_000) });
  expect(prompt).toContain("Right answer:\nA: red");
  expect(prompt.length).toBeLessThan(10_000);
  expect(["CORRECT", "incorrect.", "Not correct? No: INCORRECT", "NONE", "", "yes"].map(verdictIn)).toEqual(["right", "wrong", "wrong", "none", null, null]);
});
