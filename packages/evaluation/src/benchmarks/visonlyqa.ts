import { join } from "node:path";
import { InputError, validate } from "@mmgeo/dataset";
import { z } from "zod";
import type { Choice, EvaluationQuestion } from "../question.js";
import type { Benchmark, RecordedEntry } from "./benchmark.js";
import { imageAmong, namesIn, readLinesOf } from "./files.js";

const questionSchema = z.object({
  id: z.string(),
  image_path: z.string(),
  answer: z.string(),
  prompt_reasoning: z.string().nullable(),
  prompt_no_reasoning: z.string(),
  task_category: z.string(),
  response_options: z.array(z.string()).min(2),
});

/** `(a) 135 degrees (b) 180 degrees …` in the prompt says what the letters mean. */
function choicesOf(options: readonly string[], prompt: string): Choice[] {
  return options.map((label, index) => {
    const next = options[index + 1];
    const start = prompt.indexOf(`(${label}) `);
    if (start === -1) return { label, text: label };
    const end = next === undefined ? prompt.indexOf("\n", start) : prompt.indexOf(`(${next}) `, start);
    return { label, text: prompt.slice(start + label.length + 3, end === -1 ? undefined : end).trim() };
  });
}

function questionFrom(value: z.infer<typeof questionSchema>, folder: string | null): EvaluationQuestion {
  const prompt = value.prompt_reasoning ?? value.prompt_no_reasoning;
  const path = value.image_path.replace(/^\.?\/?images\//, "");
  return {
    id: value.id,
    prompt,
    image: folder === null ? null : imageAmong(folder, value.image_path, join("images_val", path), join("images_test", path)),
    choices: choicesOf(value.response_options, prompt),
    gold: value.answer,
    categories: [value.task_category],
    group: value.image_path,
  };
}

async function load(folder: string): Promise<EvaluationQuestion[]> {
  const questions: EvaluationQuestion[] = [];
  for (const split of (await namesIn(folder)).filter((name) => /^(?:synthetic|real)_|^(?:test|val)$/.test(name))) {
    for (const name of (await namesIn(join(folder, split))).filter((name) => name.endsWith(".jsonl"))) {
      for (const question of await readLinesOf(join(folder, split, name), questionSchema)) questions.push(questionFrom(question, folder));
    }
  }
  if (questions.length === 0) throw new InputError({ message: "there are no splits such as synthetic_val/*.jsonl here; give VisOnlyQA's folder", file: folder });
  return questions;
}

const questionOf = ({ fields, line }: RecordedEntry): EvaluationQuestion => questionFrom(validate({ schema: questionSchema, value: fields, place: { file: null, line } }), null);

/** VisOnlyQA: what is to be seen in a figure, without any reasoning. */
export const visonlyqa: Benchmark = { name: "visonlyqa", title: "VisOnlyQA", load, questionOf };
