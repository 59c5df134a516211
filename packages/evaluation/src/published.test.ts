import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "@mmgeo/dataset";
import { describe, expect, it } from "vitest";
import { benchmarkNamed } from "./benchmarks/registry.js";
import { scoreFile } from "./score-file.js";
import { publishedData, temporaryFolder } from "./testing.js";

const mathvistaFolder = publishedData("mathvista");
const geoqaFolder = publishedData("geoqa");

describe.skipIf(mathvistaFolder === null)("MathVista's published figures", () => {
  const folder = mathvistaFolder as string;
  const bard = join(folder, "results/output_bard.json");

  it("come out for Bard: 34.8, GEO 47.75, ALG 46.49", async () => {
    const { score } = await scoreFile({ benchmark: benchmarkNamed("mathvista"), folder, file: bard });
    expect(score).toMatchObject({ n: 1000, answered: 1000, official: { accuracy: 0.348 } });
    expect(score.byCategory.GEO).toMatchObject({ n: 222, official: { accuracy: 106 / 222 } });
    expect(score.byCategory.ALG).toMatchObject({ n: 271, official: { accuracy: 126 / 271 } });
    expect(score.accuracy).toBeLessThan(0.348);
    expect(score.disagreements.length).toBeGreaterThan(0);
  });

  it("come out for LLaVA: 26.1", async () => {
    const { score } = await scoreFile({ benchmark: benchmarkNamed("mathvista"), folder, file: join(folder, "results/output_llava_llama_2_13b.json") });
    expect(score.official).toMatchObject({ accuracy: 0.261, undecided: 0 });
  });

  it("need no folder where the file carries the questions", async () => {
    const { score } = await scoreFile({ benchmark: benchmarkNamed("mathvista"), folder: null, file: bard });
    expect(score).toMatchObject({ n: 1000, questionsFrom: "responses", official: { accuracy: 0.348 } });
  });

  it("agree with the authors' verdict on every record", async () => {
    const { score, answers } = await scoreFile({ benchmark: benchmarkNamed("mathvista"), folder, file: bard });
    const recorded = JSON.parse(readFileSync(bard, "utf8")) as Record<string, { true_false: boolean }>;
    const disagreeing = new Set(score.disagreements.map(({ id }) => id));
    for (const { id, outcome } of answers) expect((outcome === "right") !== disagreeing.has(id), id).toBe(recorded[id]?.true_false);
  });
});

describe.skipIf(geoqaFolder === null)("GeoQA's published figure", () => {
  const folder = geoqaFolder as string;
  const file = join(folder, "Gllava-test_merged.jsonl");

  it("comes out for G-LLaVA: 64.19 with 1 unparsed, strict and official", async () => {
    const { score } = await scoreFile({ benchmark: benchmarkNamed("geoqa"), folder, file });
    expect(score).toMatchObject({ n: 754, answered: 754, unreadable: 1, accuracy: 484 / 754, official: { accuracy: 484 / 754 }, disagreements: [] });
    expect((score.accuracy * 100).toFixed(2)).toBe("64.19");
  });

  it("cannot be had without the questions, and says what to give", async () => {
    await expect(scoreFile({ benchmark: benchmarkNamed("geoqa"), folder: null, file })).rejects.toThrow(/--data/);
  });

  it("counts what is missing from a file that was cut", async () => {
    const cut = join(temporaryFolder(), "cut.jsonl");
    writeFileSync(cut, readFileSync(file, "utf8").slice(0, 100_000));
    const { score } = await scoreFile({ benchmark: benchmarkNamed("geoqa"), folder, file: cut });
    expect(score.cut).toBe(true);
    expect(score.n).toBe(754);
    expect(score.problems.missing.length).toBe(754 - score.answered);
    await expect(scoreFile({ benchmark: benchmarkNamed("geoqa"), folder, file: cut, strict: true })).rejects.toSatisfy(InputError.isInstance);
  });

  it("reads R1-V's logs, by the path of the picture", async () => {
    const log = join(temporaryFolder(), "log.json");
    const prompts = readFileSync(join(folder, "geoqa_test_prompts.jsonl"), "utf8").trim().split("\n").map((line) => JSON.parse(line) as { image_path: string; ground_truth: string });
    const results = prompts.map((question, index) => ({ question, ground_truth: question.ground_truth, model_output: `<think>…</think> <answer> ${index % 2 === 0 ? question.ground_truth : "7°"} </answer>` }));
    writeFileSync(log, JSON.stringify({ accuracy: 50, results }));
    const { score } = await scoreFile({ benchmark: benchmarkNamed("geoqa"), folder, file: log });
    expect(score).toMatchObject({ n: 754, answered: 754 });
    expect(score.official?.accuracy).toBeGreaterThan(0.45);
  });
});
