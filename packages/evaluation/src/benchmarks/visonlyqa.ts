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

/** The authors' recorded responses carry the prompt, their reading and the right answer, but no id. */
const recordedSchema = z.object({ prompt: z.string(), response: z.string(), y_pred: z.string().optional(), y_true: z.string() });

/** A question without the image token before it and the instruction about the form of the response behind it. */
const coreOf = (prompt: string) => (prompt.split(/\n+(?:Your response should|In your response)/)[0] ?? "").replace(/^(?:<[^>]*>\s*)+/, "").trim();

/** Prompts are not unique: each entry takes the next question of its prompt, since the authors' files keep the questions' order. */
function align(questions: readonly EvaluationQuestion[], entries: readonly RecordedEntry[]): (string | null)[] {
  const waiting = new Map<string, string[]>();
  for (const { id, prompt } of questions) {
    const core = coreOf(prompt);
    waiting.set(core, [...(waiting.get(core) ?? []), id]);
  }
  return entries.map(({ fields, line }) => {
    if (typeof fields.id === "string" || typeof fields.prompt !== "string") return null;
    return waiting.get(coreOf(fields.prompt))?.shift() ?? `line ${line}`;
  });
}

function questionOf({ fields, line }: RecordedEntry): EvaluationQuestion {
  const recorded = recordedSchema.safeParse(fields);
  if (!recorded.success) return questionFrom(validate({ schema: questionSchema, value: fields, place: { file: null, line } }), null);
  const { prompt, y_true: gold } = recorded.data;
  const letters = [...new Set([...coreOf(prompt).matchAll(/\(([a-h])\) /g)].map(([, letter]) => letter as string))];
  const options = /^(?:True|False)$/.test(gold) ? ["True", "False"] : letters;
  return { id: `line ${line}`, prompt, image: null, choices: choicesOf(options, prompt), gold, categories: [], group: `line ${line}` };
}

/** The authors' reading, which a language model made where their rules could not. */
function official(question: EvaluationQuestion, { fields }: RecordedEntry): boolean | null {
  return typeof fields.y_pred === "string" ? fields.y_pred === question.gold : null;
}

/** VisOnlyQA: what is to be seen in a figure, without any reasoning. */
export const visonlyqa: Benchmark = { name: "visonlyqa", title: "VisOnlyQA", load, align, questionOf, official };
