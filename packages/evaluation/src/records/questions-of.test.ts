import * as fc from "fast-check";
import type { DiagramRecord } from "@mmgeo/dataset";
import { describe, expect, it } from "vitest";
import { numericValue } from "../mathematics/number.js";
import { seededRandom } from "../statistics/random.js";
import { numericDistractors } from "./distractors.js";
import { questionsOf } from "./questions-of.js";

function recordOf(id: string, question: DiagramRecord["question"]): DiagramRecord {
  return { id, image: `images/${id}.png`, caption: "", claims: [], program: "", scene: { points: {}, circles: {}, symbols: {} }, question, negatives: [], provenance: { source: "FormalGeo7k/1", licence: null, seed: 1, generator: "tests", model: null } };
}
const asked = (answer: string, choices: string[] | null = null) => ({ text: "Find BC.", choices, answer, goal: null });

describe("questionsOf", () => {
  it("makes four choices of different values with the answer once among them", () => {
    const answers = ["6", "140", "12.5", "1/3", "14*sqrt(3)", "60+225*sqrt(3)/2", "968*pi/45", "sqrt(2)", "1"];
    const { questions, leftOut } = questionsOf(answers.map((answer, index) => recordOf(`r${index}`, asked(answer))), { seed: 1, folder: "data" });
    expect(leftOut).toEqual([]);
    questions.forEach((question, index) => {
      const values = question.choices?.map(({ text }) => numericValue(text)) ?? [];
      expect(new Set(values.map((value) => value?.toFixed(6))).size).toBe(4);
      const gold = question.choices?.find(({ label }) => label === question.gold);
      expect(gold?.text).toBe(answers[index]);
      expect(question.prompt).toContain(`${question.gold}:${answers[index]}`);
      expect(question.image).toBe(`data/images/r${index}.png`);
    });
  });

  it("depends on the seed and the record alone", () => {
    const records = Array.from({ length: 20 }, (_, index) => recordOf(`r${index}`, asked(String(10 + index))));
    const all = questionsOf(records, { seed: 5 }).questions;
    expect(questionsOf(records.slice(7), { seed: 5 }).questions).toEqual(all.slice(7));
    expect(questionsOf(records, { seed: 6 }).questions).not.toEqual(all);
  });

  it("gives the answer away neither by its place nor by its size", () => {
    const records = Array.from({ length: 1200 }, (_, index) => recordOf(`r${index}`, asked(String(30 + (index % 100)))));
    const places = new Map<string, number>();
    const sizes = new Map<number, number>();
    for (const { choices, gold } of questionsOf(records, { seed: 1 }).questions) {
      places.set(gold, (places.get(gold) ?? 0) + 1);
      const value = Number(choices?.find(({ label }) => label === gold)?.text);
      const below = choices?.filter(({ text }) => Number(text) < value).length ?? 0;
      sizes.set(below, (sizes.get(below) ?? 0) + 1);
    }
    for (const count of [...places.values(), ...sizes.values()]) expect(Math.abs(count - 300)).toBeLessThan(60);
    expect([places.size, sizes.size]).toEqual([4, 4]);
  });

  it("keeps a record's own choices and finds the answer among them", () => {
    const { questions } = questionsOf([recordOf("text", asked("60°", ["40°", "60°"])), recordOf("value", asked("0.5", ["1", "1/2"])), recordOf("letter", asked("B", ["obtuse", "acute"]))], { seed: 1 });
    expect(questions.map(({ gold, choices }) => [gold, choices?.length])).toEqual([["B", 2], ["B", 2], ["B", 2]]);
  });

  it("says which records it leaves out and why", () => {
    const { questions, leftOut } = questionsOf([recordOf("none", null), recordOf("words", asked("isosceles")), recordOf("absent", asked("7", ["1", "2"])), recordOf("twice", asked("0.5", ["1/2", "0.50"]))], { seed: 1 });
    expect(questions).toEqual([]);
    expect(leftOut.map(({ id }) => id)).toEqual(["none", "words", "absent", "twice"]);
  });
});

it("numericDistractors never has the answer's value", () => {
  fc.assert(
    fc.property(fc.oneof(fc.integer({ min: 1, max: 400 }).map(String), fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 2, max: 9 })).map(([a, b]) => `${a}*sqrt(${b})`), fc.double({ min: 0.01, max: 500, noNaN: true }).map((value) => value.toFixed(2))), fc.integer(), (answer, seed) => {
      const distractors = numericDistractors(answer, seededRandom(seed));
      if (distractors === null) return;
      const values = [answer, ...distractors].map((text) => numericValue(text) as number);
      expect(distractors).toHaveLength(3);
      for (const [index, value] of values.entries()) for (const other of values.slice(index + 1)) expect(Math.abs(value - other)).toBeGreaterThan(1e-6 * Math.abs(value) * 0.99);
    }),
  );
});
