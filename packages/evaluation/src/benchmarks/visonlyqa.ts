import { join } from "node:path";
import { InputError, validate } from "@mmgeo/dataset";
import { z } from "zod";
import type { Choice, EvaluationQuestion } from "../question.js";
import { textOfEntry } from "../recorded/entry.js";
import type { Benchmark, RecordedEntry } from "./benchmark.js";
import { imageAmong, namesIn, readLinesOf } from "./files.js";

const questionSchema = z.object({
  id: z.string(),
  image_path: z.string(),
  answer: z.string(),
  prompt_reasoning: z.string().nullish(),
  prompt_no_reasoning: z.string(),
  task_category: z.string(),
  question_type: z.string().optional(),
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
    ...(value.question_type === "multiple_answers" ? { several: true } : {}),
    categories: [value.task_category],
    group: value.image_path,
  };
}

/** Splits as the authors' repository has them (`val/synthetic/*.jsonl`) and as they are downloaded (`synthetic_val/*.jsonl`). */
async function load(folder: string): Promise<EvaluationQuestion[]> {
  const questions: EvaluationQuestion[] = [];
  const isSplit = (name: string) => /^(?:synthetic|real)(?:_|$)|^(?:test|val)$/.test(name);
  const read = async (inner: string): Promise<void> => {
    for (const name of await namesIn(inner)) {
      if (name.endsWith(".jsonl")) for (const question of await readLinesOf(join(inner, name), questionSchema)) questions.push(questionFrom(question, folder));
      else if (isSplit(name)) await read(join(inner, name));
    }
  };
  await read(folder);
  if (questions.length === 0) throw new InputError({ message: "there are no splits such as synthetic_val/*.jsonl here; give VisOnlyQA's folder", file: folder });
  return questions;
}

/** The authors' recorded responses carry the prompt, their reading and the right answer, but no id. */
const recordedSchema = z.object({ prompt: z.string(), y_true: z.string() });

/** A question without the image token before it and the instruction about the form of the response behind it. */
const coreOf = (prompt: string) => (prompt.split(/\n+(?:Your response should|In your response)/)[0] ?? "").replace(/^(?:<[^>]*>\s*)+/, "").replace(/\s+/g, " ").trim();

/** Prompts are not unique: each entry takes the next question of its prompt, since the authors' files keep the questions' order. */
function align(questions: readonly EvaluationQuestion[], entries: readonly RecordedEntry[]): (string | null)[] {
  const waiting = new Map<string, { id: string; gold: string }[]>();
  for (const { id, prompt, gold } of questions) {
    const core = coreOf(prompt);
    waiting.set(core, [...(waiting.get(core) ?? []), { id, gold }]);
  }
  return entries.map(({ fields, line }) => {
    if (typeof fields.id === "string" || typeof fields.prompt !== "string") return null;
    const same = waiting.get(coreOf(fields.prompt)) ?? [];
    // A file of one split passes over the questions of the others: its right answers tell which of a prompt's questions is meant.
    const found = Math.max(0, same.findIndex(({ gold }) => gold === fields.y_true));
    return same.splice(found, 1)[0]?.id ?? `line ${line}`;
  });
}

/** The options: those that the instruction lists, `(a, b, c, d)`, else the letters in the question. */
function optionsOf(prompt: string, gold: string): string[] {
  const listed = [...prompt.matchAll(/final answer\s*\(([^()]+)\)/g)].at(-1)?.[1]?.split(/\s*,\s*/) ?? [];
  if (listed.length > 1) return listed;
  if (/^(?:True|False)$/.test(gold)) return ["True", "False"];
  return [...new Set([...coreOf(prompt).matchAll(/\(([a-h])\) /g)].map(([, letter]) => letter as string))];
}

function questionOf({ fields, line }: RecordedEntry): EvaluationQuestion {
  const recorded = recordedSchema.safeParse(fields);
  if (!recorded.success) return questionFrom(validate({ schema: questionSchema, value: fields, place: { file: null, line } }), null);
  const { prompt, y_true: gold } = recorded.data;
  const options = optionsOf(prompt, gold);
  // The instruction lists the ways to combine letters where several may be right: "(a; a,b; …)".
  const letters = options.every((option) => /^(?:[a-h]|True|False)$/.test(option)) ? options : optionsOf(coreOf(prompt), gold);
  const several = gold.includes(",") || /select all|multiple answers|all that apply/i.test(prompt);
  const labels = [...new Set([...letters, ...gold.split(",")])].sort();
  return { id: `line ${line}`, prompt, image: null, choices: choicesOf(/^(?:True|False)$/.test(gold) ? ["True", "False"] : labels, prompt), gold, ...(several ? { several } : {}), categories: [], group: `line ${line}` };
}

/** The authors' rule: the one option that stands in the response in parentheses, else the one that stands in it at all; a language model reads the rest. */
export function optionByAuthors(response: string, labels: readonly string[]): string | null {
  for (const written of [(label: string) => `(${label})`, (label: string) => label]) {
    const found = labels.filter((label) => response.includes(written(label)));
    if (found.length === 1) return found[0] ?? null;
  }
  return null;
}

/** The authors' reading where the record carries it, else their rule. */
function official(question: EvaluationQuestion, entry: RecordedEntry): boolean | null {
  const { y_pred } = entry.fields;
  if (typeof y_pred === "string") return y_pred === question.gold;
  const response = textOfEntry(entry);
  if (response === null || question.several === true || question.choices === null) return null;
  const option = optionByAuthors(response, question.choices.map(({ label }) => label));
  return option === null ? null : option === question.gold;
}

/** VisOnlyQA: what is to be seen in a figure, without any reasoning. */
export const visonlyqa: Benchmark = { name: "visonlyqa", title: "VisOnlyQA", promptVersion: "visonlyqa-1", load, align, questionOf, official };
