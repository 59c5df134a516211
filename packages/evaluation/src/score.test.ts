import { InputError } from "@mmgeo/dataset";
import { describe, expect, it } from "vitest";
import { askAll } from "./ask.js";
import { lettered, type EvaluationQuestion } from "./question.js";
import { scoreChoices, scoreResponses } from "./score.js";

const question = (id: string, gold: string, category = "angle", group = id): EvaluationQuestion => ({ id, prompt: `question ${id}`, image: null, choices: lettered(["10", "20", "30", "40"]), gold, categories: [category], group });
const questions = [question("a", "A"), question("b", "B"), question("c", "C", "length"), question("d", "D", "length")];

describe("scoreResponses", () => {
  it("counts every question, read or not", () => {
    const { score, answers } = scoreResponses({ benchmark: "test", questions, responses: [{ id: "a", response: "Answer: A" }, { id: "b", response: "Answer: 30" }, { id: "c", response: "no idea" }] });
    expect(score).toMatchObject({ benchmark: "test", n: 4, answered: 3, unreadable: 1, accuracy: 0.25, official: null, chance: 0.25, majority: 0.25 });
    expect(score.byCategory).toMatchObject({ angle: { n: 2, accuracy: 0.5 }, length: { n: 2, accuracy: 0, unreadable: 1 } });
    expect(score.problems.missing).toEqual(["d"]);
    expect(answers.map(({ outcome }) => outcome)).toEqual(["right", "wrong", "unreadable", "missing"]);
  });

  it("names what does not fit, and refuses it when strict", () => {
    const responses = [{ id: "a", response: "B" }, { id: "a", response: "A" }, { id: "x", response: "A" }, { id: "b", response: " " }];
    const { score } = scoreResponses({ benchmark: "test", questions, responses });
    expect(score.problems).toEqual({ missing: ["c", "d"], doubled: ["a"], unknown: ["x"], empty: ["b"] });
    expect(score).toMatchObject({ accuracy: 0.25, unreadable: 1 });
    expect(() => scoreResponses({ benchmark: "test", questions, responses, strict: true })).toThrow(InputError);
    expect(() => scoreResponses({ benchmark: "test", questions: [], responses })).toThrow(InputError);
  });

  it("widens the interval where questions share a picture", () => {
    const many = Array.from({ length: 100 }, (_, index) => question(`q${index}`, "A", "all", `picture-${Math.floor(index / 10)}`));
    const responses = many.map(({ id }, index) => ({ id, response: Math.floor(index / 10) % 2 === 0 ? "A" : "B" }));
    const shared = scoreChoices({ questions: many, responses });
    const alone = scoreChoices({ questions: many.map((one) => ({ ...one, group: one.id })), responses });
    expect(shared.interval[1] - shared.interval[0]).toBeGreaterThan(1.5 * (alone.interval[1] - alone.interval[0]));
  });
});

it("askAll keeps the order and asks no more at a time than it may", async () => {
  let asking = 0;
  let most = 0;
  const responses = await askAll({
    questions,
    concurrency: 2,
    answer: async ({ prompt }) => {
      asking += 1;
      most = Math.max(most, asking);
      await new Promise((resolve) => setTimeout(resolve, prompt.endsWith("a") ? 20 : 1));
      asking -= 1;
      return prompt;
    },
  });
  expect(responses.map(({ response }) => response)).toEqual(["question a", "question b", "question c", "question d"]);
  expect(most).toBe(2);
});
