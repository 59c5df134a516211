import { expect, test } from "vitest";
import { checkStatement } from "../check/check.js";
import { measure } from "../check/measure.js";
import { parseStatement } from "../language/parse.js";
import { sampleFamilies, sampleProblems } from "./sample.js";

const problems = sampleProblems({ count: 700, seed: 5 });

test("hundreds of distinct problems of many families", () => {
  expect(sampleFamilies.length).toBeGreaterThanOrEqual(30);
  const keys = new Set(problems.map(({ construction, text, question }) => [...construction, ...text, question?.goal].join()));
  expect(keys.size).toBe(problems.length);
  expect(new Set(problems.map(({ id }) => id)).size).toBe(problems.length);
});

test("every statement holds on the drawing a problem was computed from, and the answer is what it measures", () => {
  for (const problem of problems) {
    for (const line of [...problem.construction, ...problem.text]) expect(checkStatement(parseStatement(line), problem.start).verdict, `${problem.family}: ${line}`).toBe("true");
    const goal = parseStatement(problem.question?.goal ?? "");
    if (goal.kind !== "value") throw new Error("a goal is a value");
    expect(measure(goal.expression, problem.start), problem.family).toBeCloseTo(Number.parseFloat(problem.question?.answer ?? ""), 6);
  }
});

test("four different choices with the answer among them", () => {
  for (const { question, family } of problems) {
    expect(new Set(question?.choices), family).toHaveProperty("size", 4);
    expect(question?.choices).toContain(question?.answer);
  }
});

test("the same seed gives the same problems, a longer list begins like a shorter one", () => {
  expect(sampleProblems({ count: 30, seed: 5 })).toEqual(problems.slice(0, 30));
  expect(sampleProblems({ count: 5, seed: 6 })).not.toEqual(problems.slice(0, 5));
});
