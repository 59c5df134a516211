import { join } from "node:path";
import { InputError, validate } from "@mmgeo/dataset";
import { z } from "zod";
import { numericValue } from "../mathematics/number.js";
import { lettered, type EvaluationQuestion } from "../question.js";
import { fieldsWithQuestion, textOfEntry } from "../recorded/entry.js";
import { maximumSearchLength } from "../reading/statements.js";
import type { Benchmark, RecordedEntry } from "./benchmark.js";
import { imageAmong, namesIn, readLinesOf } from "./files.js";
import { pythonFloat, pythonRound } from "./python.js";

const questionSchema = z.object({
  id: z.union([z.string(), z.number().transform(String)]),
  question: z.string(),
  options: z.array(z.string()).default([]),
  answer: z.union([z.string(), z.number().transform(String)]),
  subject: z.string().optional(),
  level: z.union([z.number(), z.string()]).nullish(),
  image: z.string().nullish(),
});

/** The authors' prompt. */
const instruction = 'Please solve the problem step by step and put your answer in one "\\boxed{}". If it is a multiple choice question, only one letter is allowed in the "\\boxed{}".';

function questionFrom({ id, question, options, answer, subject, level, image }: z.infer<typeof questionSchema>, folder: string | null): EvaluationQuestion {
  const choices = options.length === 0 ? null : lettered(options);
  const list = choices?.every(({ label, text }) => label === text) === true ? [] : (choices?.map(({ label, text }) => `(${label}) ${text}`) ?? []);
  return {
    id,
    prompt: [instruction, question, ...list].join("\n"),
    text: question,
    image: folder === null || image === null || image === undefined ? null : imageAmong(folder, image, join("..", image)),
    choices,
    gold: answer,
    categories: [...(subject === undefined ? [] : [subject]), ...(level === null || level === undefined ? [] : [`level ${level}`])],
    group: image ?? id,
  };
}

/** The folder of the authors' repository, or its `data`. */
async function load(folder: string): Promise<EvaluationQuestion[]> {
  const names = await namesIn(folder);
  const inner = !names.some((name) => name.endsWith(".jsonl")) && names.includes("data") ? join(folder, "data") : folder;
  const name = (await namesIn(inner)).find((name) => /^(?:testmini|test)\.jsonl$/.test(name));
  if (name === undefined) throw new InputError({ message: "there is neither test.jsonl nor testmini.jsonl here; give MATH-Vision's data folder", file: folder });
  return (await readLinesOf(join(inner, name), questionSchema)).map((question) => questionFrom(question, inner));
}

const questionOf = ({ fields, line }: RecordedEntry): EvaluationQuestion => questionFrom(validate({ schema: questionSchema, value: fieldsWithQuestion(fields), place: { file: null, line } }), null);

const announcements = ["the final answer is", "the answer is", "the correct answer is", "the answer should be"].flatMap((flag) => [flag, flag.replace("the", "The")]);

const last = (text: string, mark: string): string => text.split(mark).at(-1) ?? "";

/** A single `=` or `\approx`: what stands behind it. */
const behindOne = (text: string, mark: string): string => (text.split(mark).length === 2 ? last(text, mark) : text);

/** The authors' cleaning of an extracted answer, step by step in their order. */
function cleaned(extracted: string): string {
  const [opening, closing] = [extracted.indexOf("{"), extracted.indexOf("}")];
  const closed = closing !== -1 && (opening === -1 || closing < opening) ? extracted.slice(0, closing) : extracted;
  let answer = last(last(closed, "="), "\\approx");
  answer = answer.replaceAll(" ", "").replaceAll("\\,", "").replaceAll("∞", "\\infty").replaceAll("+\\infty", "\\infty").replaceAll("\\\\", "\\").replaceAll("\n", "");
  for (const mark of ["\\text", "\\mbox"]) answer = answer.replaceAll(mark, "");
  answer = answer.replaceAll("bmatrix", "pmatrix");
  for (const mark of ["\\left", "\\right", "^{\\circ}", "^\\circ", "{m}^3", "m^3", "{units}", "units", "{km}", "km"]) answer = answer.replaceAll(mark, "");
  answer = answer.replaceAll("\\!", "").replaceAll("tfrac", "frac").replaceAll("dfrac", "frac");
  for (const mark of ["\\$", "$", "\\%"]) answer = answer.replaceAll(mark, "");
  if (answer.startsWith(".")) answer = `0${answer}`;
  answer = behindOne(behindOne(answer.replaceAll("{.", "{0."), "="), "\\approx");
  return answer.replace(/\(([a-e])\)/g, "$1").replace(/\{([a-e])\}/g, "$1").replace(/\.+$/, "").replace(/^:+/, "").trim();
}

/** What the authors' scorer takes for the answer of a response: a closing letter, a closing number, an announcement, or the last box; else all of it. */
export function extractedByAuthors(response: string): string {
  let answer = response.trim();
  for (const letter of "ABCDE") {
    if ([` ${letter}.`, ` (${letter}).`].some((end) => answer.endsWith(end)) || [`${letter}\n`, `(${letter})\n`, `(${letter}) ${letter}\n`].some((start) => answer.startsWith(start))) answer = letter;
  }
  const number = last(answer, "is ").replace(/\.+$/, "");
  if (pythonFloat(number) !== null) answer = number;
  if (!answer.includes("oxed{")) {
    for (const flag of announcements) {
      const found = answer.includes(flag);
      answer = last(answer, flag).trim();
      if (found) answer = (answer.split("\n")[0] ?? "").split(". ")[0] ?? "";
    }
  }
  const text = answer.toLowerCase().replaceAll("{}", "");
  // The last box, up to the last brace of the text; a brace that closes more than was opened ends it.
  return cleaned(/oxed\{([\s\S]*)\}/.exec(text.slice(Math.max(0, text.lastIndexOf("oxed{"))))?.[1] ?? text);
}

/** The value that the authors' scorer computes: it knows neither units nor free letters. */
function valueOf(text: string): number | null {
  if (/[a-z]/.test(text.replace(/\\[a-z]+/g, ""))) return null;
  const value = numericValue(text);
  return value !== null && text.trimEnd().endsWith("%") ? value / 100 : value;
}

/** The parts of a pair or list, each rounded to two decimals where it has a value. */
function tupleOf(text: string): string {
  const parts = text.slice(1, -1).split(",");
  const bracketed = (text.startsWith("(") && text.endsWith(")")) || (text.startsWith("[") && text.endsWith("]"));
  if (!bracketed || parts.length < 2) return text;
  const values = parts.map((part) => (part.includes("infty") || part === "a" || part === "-a" ? part : valueOf(part)));
  if (values.includes(null)) return text;
  return `${text[0]}${values.map((value) => (typeof value === "number" ? pythonRound(value, 2) : value)).join(",")}${text.at(-1)}`;
}

/** The same text, or the same value after rounding to two decimals, as the authors compare. */
function sameAnswer(gold: string, answer: string): boolean {
  const [first, second] = [gold.toLowerCase(), answer.toLowerCase()];
  if (first.trim() === "" || second.trim() === "") return false;
  if (first.trim() === second.trim() || tupleOf(first) === tupleOf(second)) return true;
  const [a, b] = [valueOf(first), valueOf(second)];
  return a !== null && b !== null && pythonRound(a, 2) === pythonRound(b, 2);
}

/** The authors' scorer: the letter, or the text of the right choice, by the extraction that the record carries, else by theirs from the response. */
function official(question: EvaluationQuestion, entry: RecordedEntry): boolean | null {
  const { model_answer } = entry.fields;
  const response = textOfEntry(entry);
  if (response === null && typeof model_answer !== "string") return null;
  const answer = typeof model_answer === "string" ? model_answer : extractedByAuthors((response ?? "").slice(-maximumSearchLength));
  const text = question.choices?.find(({ label }) => label === question.gold)?.text ?? "";
  return sameAnswer(question.gold, answer) || sameAnswer(text, answer);
}

/** MATH-Vision: choices and open answers, by subject and level. */
export const mathVision: Benchmark = { name: "math-vision", title: "MATH-Vision", promptVersion: "math-vision-1", load, questionOf, official };
