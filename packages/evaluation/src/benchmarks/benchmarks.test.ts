import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "@mmgeo/dataset";
import { describe, expect, it } from "vitest";
import { publishedData, temporaryFolder } from "../testing.js";
import { editDistance, normalizeExtraction } from "./mathvista.js";
import { benchmarkNamed, benchmarks } from "./registry.js";
import { weMathDiagnosis } from "./we-math.js";

const expected = [
  { name: "geoqa", folder: "geoqa", count: 754, images: false },
  { name: "geometry3k", folder: "geometry3k/sample", count: 40, images: true },
  { name: "mathvista", folder: "mathvista", count: 1000, images: false },
  { name: "we-math", folder: "we-math", count: 100, images: true },
  { name: "math-vision", folder: "math-vision", count: 304, images: false },
  { name: "visonlyqa", folder: "visonlyqa", count: 500, images: true },
  { name: "formalgeo", folder: "formalgeo7k", count: 6130, images: true },
] as const;

describe.each(expected)("$name", ({ name, folder: path, count, images }) => {
  const folder = publishedData(path);
  it.skipIf(folder === null)("reads its published layout", async () => {
    const questions = await benchmarkNamed(name).load(folder as string, { seed: 1 });
    expect(questions).toHaveLength(count);
    expect(new Set(questions.map(({ id }) => id)).size).toBe(count);
    for (const { choices, gold, image, prompt } of questions) {
      expect(prompt.trim()).not.toBe("");
      expect(image !== null).toBe(images);
      if (choices !== null) expect(choices.map(({ label }) => label)).toContain(gold);
      if (choices !== null) expect(choices.every(({ text }) => text !== "")).toBe(true);
      expect(gold).not.toBe("");
    }
  });

  it("says what is missing", async () => {
    await expect(benchmarkNamed(name).load(join(temporaryFolder(), "none"), { seed: 1 })).rejects.toSatisfy(InputError.isInstance);
    const empty = temporaryFolder();
    mkdirSync(join(empty, "problems"));
    mkdirSync(join(empty, "1"));
    for (const file of ["test_questions.jsonl", "test_answers.jsonl", "1/data.json", "testmini.json", "testmini.jsonl", "problems/1.json"]) writeFileSync(join(empty, file), '{"question": 3}\n');
    await expect(benchmarkNamed(name).load(empty, { seed: 1 })).rejects.toSatisfy(InputError.isInstance);
  });
});

it("an unknown benchmark is named with those there are", () => {
  expect(() => benchmarkNamed("none")).toThrow(/geoqa/);
  expect(new Set(benchmarks.map(({ name }) => name)).size).toBe(benchmarks.length);
});

describe("MathVista's normalisation", () => {
  const choice = { choices: ["97", "102", "107", "122"], answer_type: "text" as const, precision: null };
  it.each([
    ["92.5", choice, "97"],
    ["(C)", choice, "107"],
    ["b", choice, "97"],
    ["B", choice, "102"],
    ["", choice, "97"],
    [null, choice, "97"],
    ["12", { choices: null, answer_type: "integer" as const, precision: null }, "12"],
    ["3.4", { choices: null, answer_type: "integer" as const, precision: null }, null],
    [3.7, { choices: null, answer_type: "integer" as const, precision: null }, "3"],
    ["0.11", { choices: null, answer_type: "float" as const, precision: 1 }, "0.1"],
    ["2", { choices: null, answer_type: "float" as const, precision: 1 }, "2.0"],
    ["0.25", { choices: null, answer_type: "float" as const, precision: 1 }, "0.2"],
    ["none", { choices: null, answer_type: "float" as const, precision: 1 }, null],
    ["[1, 2]", { choices: null, answer_type: "list" as const, precision: null }, "[1, 2]"],
  ])("of %j with %j is %j", (extraction, problem, normalized) => {
    expect(normalizeExtraction(extraction, problem)).toBe(normalized);
  });

  it("knows the edit distance", () => {
    expect(editDistance("kitten", "sitting")).toBe(3);
    expect(editDistance("", "abc")).toBe(3);
    expect(editDistance("abc", "abc")).toBe(0);
  });
});

it("weMathDiagnosis tells the four cases apart", () => {
  const problem = (name: string, steps: boolean[], whole: boolean) => [...steps.map((right, index) => ({ id: `${name}/${steps.length}steps_${index + 1}`, outcome: right ? ("right" as const) : ("wrong" as const) })), { id: `${name}/${steps.length}steps_multi`, outcome: whole ? ("right" as const) : ("unreadable" as const) }];
  const { strict, loose } = weMathDiagnosis([...problem("a", [true, true], true), ...problem("b", [true, false], true), ...problem("c", [true, true, true], false), ...problem("d", [false, true], false), ...problem("e", [false, false], true)]);
  expect(strict).toEqual({ problems: 5, insufficientKnowledge: 1, inadequateGeneralization: 1, completeMastery: 1, roteMemorization: 2, score: 0.3 });
  expect(loose).toEqual({ problems: 5, insufficientKnowledge: 1, inadequateGeneralization: 1, completeMastery: 2, roteMemorization: 1, score: 0.5 });
});
