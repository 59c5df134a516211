import { join } from "node:path";
import { z } from "zod";
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

/** MATH-Vision: choices and open answers, by subject and level. */
export const mathVision: Benchmark = { name: "math-vision", title: "MATH-Vision", load, questionOf };
