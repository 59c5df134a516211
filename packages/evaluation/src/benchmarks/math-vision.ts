import { join } from "node:path";
import { z } from "zod";
import { numericValue } from "../mathematics/number.js";
import { boxesIn, maximumSearchLength } from "../reading/statements.js";
import { lettered, type EvaluationQuestion } from "../question.js";
import type { Benchmark, RecordedEntry } from "./benchmark.js";
import { imageAmong, namesIn, readLinesOf } from "./files.js";
import { InputError, validate } from "@mmgeo/dataset";

const questionSchema = z.object({ id: z.union([z.string(), z.number()]), question: z.string(), options: z.array(z.string()), answer: z.string(), subject: z.string(), level: z.number().optional(), image: z.string() });

/** The authors' prompt. */
const instruction = 'Please solve the problem step by step and put your answer in one "\\boxed{}". If it is a multiple choice question, only one letter is allowed in the "\\boxed{}".';

function questionFrom({ id, question, options, answer, subject, level, image }: z.infer<typeof questionSchema>, folder: string | null): EvaluationQuestion {
  const choices = options.length === 0 ? null : lettered(options);
  const list = choices?.every(({ label, text }) => label === text) === true ? [] : (choices?.map(({ label, text }) => `(${label}) ${text}`) ?? []);
  return {
    id: String(id),
    prompt: [instruction, question, ...list].join("\n"),
    image: folder === null ? null : imageAmong(folder, image),
    choices,
    gold: answer,
    categories: level === undefined ? [subject] : [subject, `level ${level}`],
    group: image,
  };
}

async function load(folder: string): Promise<EvaluationQuestion[]> {
  const name = (await namesIn(folder)).find((name) => /^(?:testmini|test)\.jsonl$/.test(name));
  if (name === undefined) throw new InputError({ message: "there is neither test.jsonl nor testmini.jsonl here; give MATH-Vision's data folder", file: folder });
  return (await readLinesOf(join(folder, name), questionSchema)).map((question) => questionFrom(question, folder));
}

const questionOf = ({ fields, line }: RecordedEntry): EvaluationQuestion => questionFrom(validate({ schema: questionSchema, value: fields, place: { file: null, line } }), null);

const announcements = ["the final answer is", "the answer is", "the correct answer is", "the answer should be"].flatMap((flag) => [flag, flag.replace("the", "The")]);

/** What the authors' scorer takes for the answer of a response: a closing letter, a closing number, an announcement, or the last box; else all of it. */
export function extractedByAuthors(response: string): string {
  let answer = response.trim();
  for (const letter of "ABCDE") {
    if ([` ${letter}.`, ` (${letter}).`].some((end) => answer.endsWith(end)) || [`${letter}\n`, `(${letter})\n`, `(${letter}) ${letter}\n`].some((start) => answer.startsWith(start))) answer = letter;
  }
  const last = (answer.split("is ").at(-1) ?? "").replace(/\.+$/, "");
  if (last.trim() !== "" && Number.isFinite(Number(last))) answer = last;
  if (!answer.includes("oxed{")) {
    for (const flag of announcements) {
      if (answer.includes(flag)) answer = (answer.split(flag).at(-1) ?? "").trim().split("\n")[0]?.split(". ")[0] ?? "";
    }
  } else answer = boxesIn(`\\b${`oxed{${answer.split("oxed{").at(-1) ?? ""}`}`)[0]?.content ?? answer;
  const value = answer.toLowerCase().split("=").at(-1)?.split("\\approx").at(-1) ?? "";
  return value
    .replace(/\\(?:text|mbox|left|right|,|!)|\^\{?\\circ\}?|\s|[$]|\\%|units?|\{?k?m\}?\^3|\{?km\}?/g, "")
    .replace(/[({]([a-e])[)}]/g, "$1")
    .replace(/^:+|\.+$/g, "");
}

/** The same text, or the same value after rounding to two decimals, as the authors compare. */
function sameAnswer(gold: string, answer: string): boolean {
  if (gold.trim() === "" || answer.trim() === "") return false;
  if (gold.trim().toLowerCase() === answer.toLowerCase()) return true;
  const [first, second] = [numericValue(gold), numericValue(answer)];
  return first !== null && second !== null && first.toFixed(2) === second.toFixed(2);
}

/** The authors' scorer: the letter, or the text of the right choice, by their extraction from the response. */
function official(question: EvaluationQuestion, { fields }: RecordedEntry): boolean | null {
  if (typeof fields.response !== "string") return null;
  const answer = extractedByAuthors(fields.response.slice(-maximumSearchLength));
  const text = question.choices?.find(({ label }) => label === question.gold)?.text ?? "";
  return sameAnswer(question.gold, answer) || sameAnswer(text, answer);
}

/** MATH-Vision: choices and open answers, by subject and level. */
export const mathVision: Benchmark = { name: "math-vision", title: "MATH-Vision", load, questionOf, official };
