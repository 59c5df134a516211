import { join } from "node:path";
import { InputError } from "@mmgeo/dataset";
import { z } from "zod";
import { equivalent } from "../equivalence.js";
import { openPrompt, type Choice, type EvaluationQuestion } from "../question.js";
import { fieldsWithQuestion, textOfEntry } from "../recorded/entry.js";
import type { Benchmark, RecordedEntry } from "./benchmark.js";
import { imageAmong, readLinesOf } from "./files.js";

const questionSchema = z.object({ question_id: z.union([z.number(), z.string()]), image: z.string(), text: z.string() });
const answerSchema = z.object({ question_id: z.union([z.number(), z.string()]), text: z.string() });

/** `Choices:\nA:40°\nB:60°` at the end of a prompt. */
function choicesIn(prompt: string): Choice[] {
  const list = prompt.slice(prompt.lastIndexOf("Choices:"));
  return [...list.matchAll(/^([A-H]):(.*)$/gm)].map(([, label, text]) => ({ label: label as string, text: (text as string).trim() }));
}

async function load(folder: string): Promise<EvaluationQuestion[]> {
  const file = join(folder, "test_questions.jsonl");
  const answersFile = join(folder, "test_answers.jsonl");
  const gold = new Map((await readLinesOf(answersFile, answerSchema)).map(({ question_id, text }) => [String(question_id), text.trim()]));
  return (await readLinesOf(file, questionSchema)).map(({ question_id, image, text }, index) => {
    const id = String(question_id);
    const answer = gold.get(id);
    const choices = choicesIn(text);
    if (answer === undefined || !choices.some(({ label }) => label === answer)) throw new InputError({ message: `question ${id} has no answer among its choices in test_answers.jsonl`, file, line: index + 1 });
    return { id, prompt: text.trim(), text: /Question:([\s\S]*?)\n?Choices:/.exec(text)?.[1] ?? text, image: imageAmong(folder, image, join("images", image)), choices, gold: answer, categories: [], group: image };
  });
}

/** R1-V asks for the value, without choices: its logs carry the right one. */
const askedOpenSchema = z.object({ question: z.string(), image_path: z.string(), ground_truth: z.union([z.string(), z.number().transform(String)]) });

/** G-LLaVA's files carry `question_id`; R1-V's logs carry the picture's path, `./Geo170K/images/test/17.png`. */
function idOf({ fields }: RecordedEntry): string | null {
  const { question_id, image_path, image } = fieldsWithQuestion(fields);
  if (typeof question_id === "number" || typeof question_id === "string") return null;
  const path = typeof image_path === "string" ? image_path : image;
  return typeof path === "string" ? (/(\d+)\.\w+$/.exec(path)?.[1] ?? null) : null;
}

/** Whether a log is one of R1-V's, in which the model was asked for a value: it names the right one, and its question lists no choices. */
function wasAskedOpen(fields: Record<string, unknown>): boolean {
  if (typeof fields.model_output !== "string") return false;
  const asked = JSON.stringify([fields.question, fields.prompt]);
  return !/Choices:|\(A\)|\bA[.:]\s/.test(asked) && !/^\s*\(?[A-D]\)?\s*$/.test(String(fieldsWithQuestion(fields).ground_truth ?? ""));
}

function askedOpen(fields: Record<string, unknown>): z.infer<typeof askedOpenSchema> | null {
  const own = wasAskedOpen(fields) ? askedOpenSchema.safeParse({ ...fieldsWithQuestion(fields), question: typeof fields.question === "object" ? (fields.question as Record<string, unknown> | null)?.question : fields.question }) : null;
  return own?.success === true ? own.data : null;
}

/** A log that says which value is right was asked for the value: an answer that is none of the choices is wrong then, and not unreadable. */
function asAsked(question: EvaluationQuestion, { fields }: RecordedEntry): EvaluationQuestion {
  const own = askedOpen(fields);
  return own === null ? question : { ...question, prompt: openPrompt(own.question), choices: null, gold: own.ground_truth };
}

function questionOf(entry: RecordedEntry): EvaluationQuestion {
  const own = askedOpen(entry.fields);
  const id = idOf(entry);
  if (own === null || id === null) throw new InputError({ message: "the responses do not carry GeoQA's questions with their answers", line: entry.line });
  return { id, prompt: openPrompt(own.question), image: null, choices: null, gold: own.ground_truth, categories: [], group: own.image_path };
}

const announcements = [/Answer:([A-D])/, /the correct answer is option ([A-D])/, /option ([A-D]) is selected/, /the answer is option ([A-D])/, /the answer is \(([A-D])\)/];

/** The letter that G-LLaVA's scorer takes: of the first of its announcements that occurs, else behind "is" in the last whole sentence. */
export function letterByAuthors(response: string): string | null {
  for (const announcement of announcements) {
    const letter = announcement.exec(response)?.[1];
    if (letter !== undefined) return letter;
  }
  return /is ([A-D])/.exec(response.split(".").at(-2)?.trim() ?? "")?.[1] ?? null;
}

/** G-LLaVA's scorer takes a letter; R1-V's compares the value, and its logs carry the verdict or what was extracted. */
function official(question: EvaluationQuestion, entry: RecordedEntry): boolean | null {
  const { fields } = entry;
  const response = textOfEntry(entry);
  if (typeof fields.model_output === "string" && typeof fields.is_correct === "boolean") return fields.is_correct;
  if (!wasAskedOpen(fields)) return response === null ? null : letterByAuthors(response) === question.gold;
  const gold = askedOpen(fields)?.ground_truth ?? question.choices?.find(({ label }) => label === question.gold)?.text ?? question.gold;
  const extracted = typeof fields.extracted_answer === "string" ? fields.extracted_answer : response;
  return extracted !== null && equivalent(gold, extracted).equal;
}

/** GeoQA's 754 test questions in English with four choices, as G-LLaVA and R1-V publish them. */
export const geoqa: Benchmark = { name: "geoqa", title: "GeoQA", promptVersion: "g-llava-1", load, idOf, asAsked, questionOf, official };
