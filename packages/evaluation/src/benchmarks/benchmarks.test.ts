import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "@mmgeo/dataset";
import { describe, expect, it } from "vitest";
import { publishedData, temporaryFolder } from "../testing.js";
import { editDistance, normalizeExtraction } from "./mathvista.js";
import { scoreFile } from "../score-file.js";
import { extractedByAuthors } from "./math-vision.js";
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
  expect(strict).toEqual({ problems: 5, insufficientKnowledge: 1, inadequateGeneralization: 1, completeMastery: 1, roteMemorization: 2, roteMemorizationRate: 2 / 3, score: 0.3 });
  expect(loose).toEqual({ problems: 5, insufficientKnowledge: 1, inadequateGeneralization: 1, completeMastery: 2, roteMemorization: 1, roteMemorizationRate: 1 / 3, score: 0.5 });
});

const jsonLines = (values: readonly unknown[]) => values.map((value) => JSON.stringify(value)).join("\n");

describe("recorded responses in the layouts of their authors", () => {
  it("MATH-Vision: the letter, the value of the right choice, and their extraction", async () => {
    const folder = temporaryFolder();
    const question = (id: string, options: string[], answer: string) => ({ id, question: "How many?", options, answer, subject: "counting", level: 1, image: `images/${id}.jpg` });
    writeFileSync(join(folder, "testmini.jsonl"), jsonLines([question("1", [], "60"), question("2", ["1", "2", "3"], "B"), question("3", ["A", "B", "C"], "C")]));
    const file = join(folder, "model.jsonl");
    writeFileSync(file, jsonLines([{ id: "1", model: "m", response: "60", model_answer: "60", correct: true }, { id: "2", model: "m", response: "2", model_answer: "2", correct: true }, { id: "3", model: "m", response: "It is C. No, (B).", model_answer: "b", correct: false }]));
    const { score } = await scoreFile({ benchmark: benchmarkNamed("math-vision"), folder, file });
    expect(score).toMatchObject({ n: 3, answered: 3, official: { accuracy: 2 / 3 } });
    expect(score.byCategory["level 1"]).toMatchObject({ n: 3 });
    expect(["The answer is (C).", "so \\boxed{\\frac{1}{2}}", "(A)", "12 $\\mathrm{m}$", "x is 5.", "D\nbecause"].map(extractedByAuthors)).toEqual(["c", "\\frac{1}{2}", "a", "12\\mathrm{m}", "5", "d"]);
  });

  const visonlyqaFolder = publishedData("visonlyqa");
  it.skipIf(visonlyqaFolder === null)("VisOnlyQA: by the prompt, since there are no ids", async () => {
    const folder = visonlyqaFolder as string;
    const questions = (await benchmarkNamed("visonlyqa").load(folder, { seed: 1 })).filter(({ categories }) => categories[0] === "angle");
    const file = join(temporaryFolder(), "model.jsonl");
    writeFileSync(file, jsonLines(questions.map(({ prompt, gold }, index) => ({ prompt: `<image>\n${prompt}`, response: `Final answer: (${index % 4 === 0 ? gold : "a"})`, y_pred: index % 4 === 0 ? gold : "a", y_true: gold }))));
    const { score } = await scoreFile({ benchmark: benchmarkNamed("visonlyqa"), folder, file });
    expect(score).toMatchObject({ n: 500, answered: 100, disagreements: [] });
    const alone = await scoreFile({ benchmark: benchmarkNamed("visonlyqa"), folder: null, file });
    expect(alone.score).toMatchObject({ n: 100, answered: 100, unreadable: 0, questionsFrom: "responses" });
    expect(score.byCategory.angle).toMatchObject({ n: 100, accuracy: alone.score.accuracy, official: { accuracy: alone.score.official?.accuracy } });
  });

  it("MM-Math: by difficulty, with the authors' tolerance beside the exact score", async () => {
    const folder = temporaryFolder();
    const problem = (answer: string, difficult: string) => ({ question: "Find BC.", solution: `Thus BC is \\boxed{${answer}}.`, file_name: "1.png", difficult });
    writeFileSync(join(folder, "MM_Math.json"), JSON.stringify({ a: problem("\\sqrt{2}", "hard"), b: problem("5", "easy") }));
    const file = join(folder, "model.json");
    writeFileSync(file, JSON.stringify({ a: { response: "BC is about \\boxed{1.41}" }, b: { response: "\\boxed{BC = 5}" } }));
    const { score } = await scoreFile({ benchmark: benchmarkNamed("mm-math"), folder, file });
    expect(score).toMatchObject({ n: 2, accuracy: 0.5, official: { accuracy: 1 } });
    expect(score.byCategory).toMatchObject({ easy: { accuracy: 1 }, hard: { accuracy: 0 } });
  });

  it("We-Math: the first letter after the last \"Answer\"", async () => {
    const folder = temporaryFolder();
    const step = (key: string, answer: string) => ({ ID: "2steps_1", key, question: "?", option: "A. 1; B. 2; C. No correct answer", answer, image_path: "1.png" });
    const steps = [step("2steps_1", "A"), step("2steps_2", "B"), step("2steps_multi", "B")];
    writeFileSync(join(folder, "testmini.json"), JSON.stringify(steps));
    const file = join(folder, "model.json");
    writeFileSync(file, JSON.stringify(steps.map((one, index) => ({ ...one, response: `<Thought process>: <<so>> <Answer>: <<${index === 1 ? "C" : one.answer}>>` }))));
    const { score } = await scoreFile({ benchmark: benchmarkNamed("we-math"), folder, file });
    expect(score).toMatchObject({ n: 3, accuracy: 2 / 3, official: { accuracy: 2 / 3 }, disagreements: [], more: { diagnosis: { strict: { roteMemorization: 1 }, loose: { completeMastery: 1 } } } });
    expect(score.byCategory).toMatchObject({ S1: { n: 2 }, S2: { n: 1, accuracy: 1 } });
  });
});
