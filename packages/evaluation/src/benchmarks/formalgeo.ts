import { join } from "node:path";
import { z } from "zod";
import { openPrompt, type EvaluationQuestion } from "../question.js";
import type { Benchmark } from "./benchmark.js";
import { imageAmong, namesIn, readJson } from "./files.js";

const problemSchema = z.object({ problem_id: z.number(), problem_text_en: z.string(), problem_img: z.string(), problem_answer: z.string(), problem_level: z.number() });

/** Levels are numbers of theorem applications; the dataset's authors group them so. */
const levels = [2, 4, 6, 8, 10];

async function load(folder: string): Promise<EvaluationQuestion[]> {
  const questions: EvaluationQuestion[] = [];
  for (const name of await namesIn(join(folder, "problems"))) {
    if (!/^\d+\.json$/.test(name)) continue;
    const problem = await readJson(join(folder, "problems", name), problemSchema);
    const level = levels.findIndex((limit) => problem.problem_level <= limit);
    questions.push({
      id: String(problem.problem_id),
      prompt: openPrompt(problem.problem_text_en),
      text: problem.problem_text_en,
      image: imageAmong(folder, join("diagrams", problem.problem_img)),
      choices: null,
      gold: problem.problem_answer,
      categories: [`L${level === -1 ? levels.length + 1 : level + 1}`],
      group: problem.problem_img,
    });
  }
  return questions;
}

/** FormalGeo7k with open answers, by the length of the proof. */
export const formalgeo: Benchmark = { name: "formalgeo", title: "FormalGeo7k", promptVersion: "open-1", load };
