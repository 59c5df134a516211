import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { scoreFile } from "../score-file.js";
import { temporaryFolder } from "../testing.js";
import { letterByAuthors } from "./geoqa.js";
import { extractedByAuthors } from "./math-vision.js";
import { normalizeExtraction } from "./mathvista.js";
import { pythonFloat, pythonRound, pythonText } from "./python.js";
import { benchmarkNamed } from "./registry.js";
import { optionByAuthors } from "./visonlyqa.js";

const jsonLines = (values: readonly unknown[]) => values.map((value) => `${JSON.stringify(value)}\n`).join("");

function fileWith(name: string, content: string): string {
  const file = join(temporaryFolder(), name);
  writeFileSync(file, content);
  return file;
}

describe("Python's numbers", () => {
  it.each([["1", 1], [" -2.50 ", -2.5], ["1e3", 1000], [".5", 0.5], ["5.", 5], ["1_000", 1000], ["inf", Infinity], ["0x10", null], ["", null], ["1,000", null], ["3 cm", null]])("float(%j) is %j", (text, value) => {
    expect(pythonFloat(text)).toBe(value);
  });

  it("rounds ties to even and writes floats with a point", () => {
    expect([pythonRound(0.125, 2), pythonRound(2.5, 0), pythonRound(3.5, 0), pythonRound(2.675, 2), pythonRound(-0.125, 2)]).toEqual([0.12, 2, 4, 2.67, -0.12]);
    expect([pythonText(2), pythonText(2.5)]).toEqual(["2.0", "2.5"]);
  });
});

describe("MathVista", () => {
  const open = { choices: null, precision: null };
  it("reads extractions as both versions of its scorer do", () => {
    expect(normalizeExtraction("3.4", { ...open, answer_type: "integer" })).toBeNull();
    expect(normalizeExtraction("3.4", { ...open, answer_type: "integer" }, { truncating: true })).toBe("3");
    expect(normalizeExtraction([1, 2.5], { ...open, answer_type: "list" })).toBe("[1, 2.5]");
    expect(normalizeExtraction(null, { ...open, answer_type: "list" })).toBe("None");
    expect(normalizeExtraction("nan", { ...open, answer_type: "float", precision: 1 })).toBe("NaN");
  });

  const problem = (pid: string, fields: Record<string, unknown>) => ({ pid, question: "?", image: `images/${pid}.jpg`, choices: null, unit: null, precision: null, answer: "3", question_type: "free_form", answer_type: "integer", metadata: { skills: ["geometry reasoning"] }, ...fields });

  it("takes the version of the scorer that a record went through from its prediction", async () => {
    const file = fileWith("output.json", JSON.stringify({ 1: problem("1", { response: "3.4", extraction: "3.4", prediction: null }), 2: problem("2", { response: "3.4", extraction: "3.4", prediction: "3" }), 3: problem("3", { response: "no extraction" }), 4: problem("4", { response: "about 3", extraction: "3" }) }));
    const { score } = await scoreFile({ benchmark: benchmarkNamed("mathvista"), folder: null, file });
    expect(score).toMatchObject({ n: 4, official: { accuracy: 0.5, undecided: 1 } });
    expect(score.byCategory.GEO).toMatchObject({ n: 4 });
  });

  it("needs no more of a record than the response and the extraction where the questions are given", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "testmini.json"), JSON.stringify({ 1: problem("1", { choices: ["97", "102"], answer: "97", question_type: "multi_choice", answer_type: "text" }), 2: problem("2", {}) }));
    const { score } = await scoreFile({ benchmark: benchmarkNamed("mathvista"), folder, file: fileWith("output.json", JSON.stringify({ 1: { response: "I get 92.5", extraction: "92.5" }, 2: { response: "It is 3.", extraction: "3" } })) });
    expect(score).toMatchObject({ n: 2, accuracy: 0.5, unreadable: 1, official: { accuracy: 1 }, disagreements: [{ id: "1", official: true, strict: "unreadable" }] });
  });
});

describe("GeoQA", () => {
  it("takes the letter that G-LLaVA's scorer takes", () => {
    expect(["Answer:B", "Answer: B", "Answer:A then Answer:B", "the correct answer is option C.", "so option D is selected", "the answer is (A).", "Thus the angle is B. Done", "nothing. at all", "no end"].map(letterByAuthors)).toEqual(["B", null, "A", "C", "D", "A", "B", null, null]);
  });

  const asked = (id: number, truth: string) => ({ image_path: `./Geo170K/images/test/${id}.png`, question: `How large is angle ${id}?`, ground_truth: truth });
  const log = (id: number, truth: string, output: string, more: Record<string, unknown> = {}) => ({ question: asked(id, truth), ground_truth: truth, model_output: output, ...more });

  it("scores R1-V's logs as it was asked, by value, without the folder: a value that is no choice is wrong and not unreadable", async () => {
    const results = [
      log(0, "140°", "<think>180-40</think>\n<answer>140°</answer>", { extracted_answer: "140", is_correct: true }),
      log(1, "65°", "<think>…</think> <answer> 66 </answer>", { extracted_answer: "66", is_correct: false }),
      log(2, "5√3cm", "<answer>$5\\sqrt{3}$</answer>", { extracted_answer: "5*sqrt(3)" }),
      log(3, "27°", "<think>it goes on and", { extracted_answer: null, is_correct: false }),
    ];
    for (const content of [JSON.stringify({ accuracy: 50, results }), jsonLines(results), JSON.stringify(results)]) {
      const { score } = await scoreFile({ benchmark: benchmarkNamed("geoqa"), folder: null, file: fileWith("log.json", content) });
      expect(score).toMatchObject({ n: 4, answered: 4, accuracy: 0.5, unreadable: 1, official: { accuracy: 0.5, undecided: 0 }, questionsFrom: "responses", disagreements: [] });
    }
  });

  it("reads the lines that MMGeoLM's own evaluation writes, by the picture's number", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "test_questions.jsonl"), jsonLines([7, 8].map((id) => ({ question_id: id, image: `test/${id}.png`, text: "Question:?\nChoices:\nA:40°\nB:60°" }))));
    writeFileSync(join(folder, "test_answers.jsonl"), jsonLines([7, 8].map((id) => ({ question_id: id, text: "B" }))));
    const { score } = await scoreFile({ benchmark: benchmarkNamed("geoqa"), folder, file: fileWith("answers.jsonl", jsonLines([7, 8].map((id) => ({ image_path: `/data/geoqa/test/${id}.png`, prompt: "<image>\nQuestion:?\nChoices:\nA:40°\nB:60°", text: id === 7 ? "Answer:B" : "The angle is 60°." })))) });
    expect(score).toMatchObject({ n: 2, answered: 2, accuracy: 1, official: { accuracy: 0.5 } });
  });
});

describe("MATH-Vision", () => {
  it.each([
    ["The final answer is 5. Because of that", "5"],
    ["So x = \\boxed{\\frac{3}{4}}.", "\\frac{3}{4}"],
    ["\\boxed{A} no, \\boxed{B}", "b"],
    ["\\boxed{12\\text{ cm}}", "12{cm}"],
    ["\\boxed{90^\\circ}", "90"],
    ["It is 7.", "7"],
    ["(C)\nsince", "c"],
    ["\\boxed{\\text{(D)}}", "d"],
    ["$\\boxed{.5}$", "0.5"],
  ])("takes from %j what the authors take", (response, answer) => {
    expect(extractedByAuthors(response)).toBe(answer);
  });

  it("takes the authors' extraction where a line carries it, and the question from inside the line", async () => {
    const question = (id: string, options: string[], answer: string) => ({ id, question: "?", options, answer, subject: "counting", level: 2, image: `images/${id}.jpg` });
    const file = fileWith("model.jsonl", jsonLines([
      { response: "I think (B).", extra: question("1", ["A", "B", "C", "D", "E"], "B") },
      { id: "2", response: "The area is 12.004", model_answer: "12.004", extra: question("2", [], "12") },
      { response: "nothing", model_answer: "\\frac{1}{2}", correct: true, ...question("3", ["0.5", "1", "2", "3", "4"], "A") },
      { response: "so 6 cm", model_answer: "6cm", ...question("4", [], "6") },
    ]));
    const { score } = await scoreFile({ benchmark: benchmarkNamed("math-vision"), folder: null, file });
    expect(score).toMatchObject({ n: 4, accuracy: 0.5, official: { accuracy: 0.75 }, questionsFrom: "responses" });
    expect(Object.keys(score.byCategory)).toEqual(["counting", "level 2"]);
  });
});

describe("VisOnlyQA", () => {
  it("applies the authors' rule where a line has no reading of theirs", async () => {
    expect(["the answer is (b)", "(a) or (b)", "True", "It is True, not False", "b"].map((response) => optionByAuthors(response, response.startsWith("T") || response.startsWith("It") ? ["True", "False"] : ["a", "b"]))).toEqual(["b", null, "True", null, "b"]);
    const line = (response: string, more: Record<string, unknown> = {}) => ({ prompt: "Is there a triangle ABC? True or False?\n\nYour response should only include the final answer (True, False). Do not include any reasoning or explanation in your response.", response, y_true: "True", ...more });
    const { score } = await scoreFile({ benchmark: benchmarkNamed("visonlyqa"), folder: null, file: fileWith("m.jsonl", jsonLines([line("True"), line("It is True, not False."), line("False", { y_pred: "True" })])) });
    expect(score).toMatchObject({ n: 3, official: { accuracy: 2 / 3, undecided: 1 } });
  });

  it("reads questions with several right options", async () => {
    const line = (response: string, truth: string, prediction: string) => ({ prompt: "Which atoms are in it? Select all.\n(a) C (b) N (c) O (d) S \n\nYour response should only include the final answer (a, b, c, d). Do not include any reasoning or explanation in your response.", response, y_pred: prediction, y_true: truth });
    const { score } = await scoreFile({ benchmark: benchmarkNamed("visonlyqa"), folder: null, file: fileWith("m.jsonl", jsonLines([line("(a), (c)", "a,c", "a,c"), line("The answer is a, b and d", "a,b,d", "a,b,d"), line("(a)", "a,c", "a"), line("I see carbon.", "a", "a")])) });
    expect(score).toMatchObject({ n: 4, accuracy: 0.5, unreadable: 1, official: { accuracy: 0.75 } });
  });

  it("scores a file of another split by the questions that it carries, and says so", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "val.jsonl"), jsonLines([{ id: "x", image_path: "images/x.png", answer: "a", prompt_no_reasoning: "Which? (a) 1 (b) 2 ", task_category: "angle", response_options: ["a", "b"] }]));
    const { score } = await scoreFile({ benchmark: benchmarkNamed("visonlyqa"), folder, file: fileWith("m.jsonl", jsonLines([{ prompt: "Other? (a) 1 (b) 2 \n\nYour response should only include the final answer (a, b).", response: "(b)", y_pred: "b", y_true: "b" }])) });
    expect(score).toMatchObject({ n: 1, accuracy: 1, questionsFrom: "responses" });
  });
});
