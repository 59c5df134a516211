import { join } from "node:path";
import { InputError } from "@mmgeo/dataset";
import { z } from "zod";
import { closeTo, numericValue } from "../mathematics/number.js";
import type { Choice, EvaluationQuestion } from "../question.js";
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
    return { id, prompt: text.trim(), image: imageAmong(folder, image, join("images", image)), choices, gold: answer, categories: [], group: image };
  });
}

/** G-LLaVA's files carry `question_id`; R1-V's logs carry the picture's path, `./Geo170K/images/test/17.png`. */
function idOf({ fields }: RecordedEntry): string | null {
  const question = z.object({ image_path: z.string() }).safeParse(fields.question ?? fields);
  return question.success ? (/(\d+)\.\w+$/.exec(question.data.image_path)?.[1] ?? null) : null;
}

/** G-LLaVA's scorer takes the letter after the last "Answer:"; R1-V's compares the value in `<answer>` with the gold value. */
function official(question: EvaluationQuestion, { fields }: RecordedEntry): boolean | null {
  if (typeof fields.text === "string") return [...fields.text.matchAll(/Answer:\s*([A-H])/g)].at(-1)?.[1] === question.gold;
  if (typeof fields.model_output !== "string") return null;
  const inner = /<answer>([\s\S]*?)<\/answer>/.exec(fields.model_output)?.[1] ?? fields.model_output;
  const value = numericValue(/\\boxed\{([^{}]*)\}/.exec(inner)?.[1] ?? inner);
  const gold = numericValue(question.choices?.find(({ label }) => label === question.gold)?.text ?? "");
  return value !== null && gold !== null && closeTo(value, gold);
}

/** GeoQA's 754 test questions in English with four choices, as G-LLaVA and R1-V publish them. */
export const geoqa: Benchmark = { name: "geoqa", title: "GeoQA", load, idOf, official };
