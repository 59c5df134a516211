import { join } from "node:path";
import { InputError } from "@mmgeo/dataset";
import { z } from "zod";
import { choicePrompt, lettered, type EvaluationQuestion } from "../question.js";
import type { Benchmark } from "./benchmark.js";
import { imageAmong, namesIn, readJson } from "./files.js";

const problemSchema = z.object({ id: z.number(), problem_text: z.string(), choices: z.array(z.string()).min(2), answer: z.string(), problem_type_goal: z.array(z.string()).default([]) });

async function load(folder: string): Promise<EvaluationQuestion[]> {
  const questions: EvaluationQuestion[] = [];
  for (const name of await namesIn(folder)) {
    if (!/^\d+$/.test(name)) continue;
    const file = join(folder, name, "data.json");
    const { id, problem_text, choices: texts, answer, problem_type_goal } = await readJson(file, problemSchema);
    const choices = lettered(texts);
    if (!choices.some(({ label }) => label === answer)) throw new InputError({ message: `the answer "${answer}" is not the letter of a choice`, file, field: "answer" });
    questions.push({ id: String(id), prompt: choicePrompt({ question: problem_text, choices }), text: problem_text, image: imageAmong(folder, join(name, "img_diagram.png")), choices, gold: answer, categories: problem_type_goal, group: name });
  }
  return questions;
}

/** Geometry3K with its four choices: a folder a problem, `data.json` and `img_diagram.png` in it. */
export const geometry3k: Benchmark = { name: "geometry3k", title: "Geometry3K", promptVersion: "g-llava-1", load };
