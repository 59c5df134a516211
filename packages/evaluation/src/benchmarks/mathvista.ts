import { join } from "node:path";
import { InputError, validate } from "@mmgeo/dataset";
import { z } from "zod";
import { lettered, type EvaluationQuestion } from "../question.js";
import type { Benchmark, RecordedEntry } from "./benchmark.js";
import { imageAmong, namesIn, readJson } from "./files.js";
import { pythonFloat, pythonRound, pythonText } from "./python.js";

const text = z.union([z.string(), z.number().transform(String)]);
/** What the authors' scorer looks at. */
const scoredSchema = z.object({
  choices: z.array(z.string()).nullish().transform((choices) => (choices === undefined || choices?.length === 0 ? null : choices)),
  precision: z.number().nullish().transform((precision) => precision ?? null),
  answer: text,
  question_type: z.enum(["multi_choice", "free_form"]),
  answer_type: z.enum(["text", "integer", "float", "list"]),
});
const problemSchema = scoredSchema.extend({
  pid: text,
  question: z.string(),
  image: z.string().default(""),
  unit: z.string().nullish(),
  metadata: z.object({ skills: z.array(z.string()) }),
});
type Problem = z.infer<typeof problemSchema>;
type Scored = z.infer<typeof scoredSchema>;

/** The abbreviations of the authors' tables. */
const skills = new Map([["algebraic reasoning", "ALG"], ["arithmetic reasoning", "ARI"], ["geometry reasoning", "GEO"], ["logical reasoning", "LOG"], ["numeric commonsense", "NUM"], ["scientific reasoning", "SCI"], ["statistical reasoning", "STA"]]);

const categoriesFrom = (names: readonly string[]): string[] => names.flatMap((skill) => skills.get(skill) ?? []);

/** The authors' hints, which say what form the answer has. */
function hintOf({ question_type, answer_type, precision }: Scored): string {
  if (question_type === "multi_choice") return "Hint: Please answer the question and provide the correct option letter, e.g., A, B, C, D, at the end.";
  if (answer_type === "integer") return "Hint: Please answer the question requiring an integer answer and provide the final value, e.g., 1, 2, 3, at the end.";
  if (answer_type === "list") return "Hint: Please answer the question requiring a Python list as an answer and provide the final list, e.g., [1, 2, 3], [1.2, 1.3, 1.4], at the end.";
  return precision === 2
    ? "Hint: Please answer the question requiring a floating-point number with two decimal places and provide the final value, e.g., 1.23, 1.34, 1.45, at the end."
    : "Hint: Please answer the question requiring a floating-point number with one decimal place and provide the final value, e.g., 1.2, 1.3, 1.4, at the end.";
}

function questionFrom(problem: Problem, folder: string | null): EvaluationQuestion {
  const choices = problem.choices === null ? null : lettered(problem.choices);
  const gold = choices === null ? problem.answer : choices.find(({ text }) => text === problem.answer)?.label;
  if (gold === undefined) throw new InputError({ message: `the answer "${problem.answer}" of problem ${problem.pid} is not among its choices`, field: "answer" });
  const unit = problem.unit === null || problem.unit === undefined || problem.unit === "" ? "" : ` (Unit: ${problem.unit})`;
  const list = choices === null ? [] : ["Choices:", ...choices.map(({ label, text }) => `(${label}) ${text}`)];
  const { choices: texts, precision, answer, question_type, answer_type } = problem;
  return {
    id: problem.pid,
    prompt: [hintOf(problem), `Question: ${problem.question}${unit}`, ...list].join("\n"),
    text: problem.question,
    image: folder === null || problem.image === "" ? null : imageAmong(folder, problem.image),
    choices,
    gold,
    categories: categoriesFrom(problem.metadata.skills),
    group: problem.image === "" ? problem.pid : problem.image,
    ...(problem.answer_type === "float" && problem.precision !== null ? { decimals: problem.precision } : {}),
    source: { choices: texts, precision, answer, question_type, answer_type },
  };
}

async function load(folder: string): Promise<EvaluationQuestion[]> {
  const name = (await namesIn(folder)).find((name) => name === "testmini.json");
  if (name === undefined) throw new InputError({ message: "there is no testmini.json here; give MathVista's data folder", file: folder });
  return Object.values(await readJson(join(folder, name), z.record(z.string(), problemSchema))).map((problem) => questionFrom(problem, folder));
}

/** Levenshtein distance: the insertions, deletions and replacements from one text to the other. */
export function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 0; row < a.length; row += 1) {
    const current = [row + 1];
    for (let column = 0; column < b.length; column += 1) {
      current.push(Math.min((previous[column + 1] as number) + 1, (current[column] as number) + 1, (previous[column] as number) + Number(a[row] !== b[column])));
    }
    previous = current;
  }
  return previous[b.length] as number;
}

/** How much of an extraction is compared with the choices; a longer one is near none of them. */
const maximumExtraction = 2000;

/** Python's `str` of what JSON holds. */
function pythonString(value: unknown): string {
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (Array.isArray(value)) return `[${value.map((item: unknown) => (typeof item === "string" ? `'${item}'` : pythonString(item))).join(", ")}]`;
  return String(value);
}

/**
 * The authors' normalisation of an extraction, guesses included: what is not the letter of a choice becomes the choice nearest by edit distance,
 * so that an extracted 92.5 is scored as the choice "97".
 *
 * @param truncating whether an integer may be written as a float ("3.4" for 3), as in the scorer's later versions; the published figures are of the first
 */
export function normalizeExtraction(extraction: unknown, { choices, answer_type, precision }: Pick<Scored, "choices" | "answer_type" | "precision">, { truncating = false }: { truncating?: boolean } = {}): string | null {
  if (choices !== null) {
    const written = (extraction === null || extraction === undefined ? "" : pythonString(extraction)).trim().slice(0, maximumExtraction);
    const letter = /\(([a-zA-Z])\)/.exec(written)?.[1]?.toUpperCase() ?? written;
    const index = letter.length === 1 ? letter.charCodeAt(0) - 65 : -1;
    if (index >= 0 && index < choices.length) return choices[index] ?? null;
    const distances = choices.map((choice) => editDistance(letter, choice));
    return choices[distances.indexOf(Math.min(...distances))] ?? null;
  }
  const written = pythonString(extraction).trim();
  const value = typeof extraction === "number" ? extraction : pythonFloat(written);
  if (answer_type === "integer") {
    if (typeof extraction === "number" || (truncating && value !== null)) return Number.isFinite(value) ? String(Math.trunc(value as number)) : null;
    return /^[+-]?\d+$/.test(written) ? String(BigInt(written.replace("+", ""))) : null;
  }
  if (answer_type === "float") return value === null ? null : precision === null ? String(pythonRound(value, 0)) : pythonText(pythonRound(value, precision));
  return pythonString(extraction);
}

/** The official score needs the authors' own extraction, which a language model made; a response alone has none. */
function official({ source }: EvaluationQuestion, { fields }: RecordedEntry): boolean | null {
  if (!("extraction" in fields)) return null;
  const own = scoredSchema.safeParse(fields);
  const scored = own.success ? own.data : scoredSchema.parse(source);
  const first = normalizeExtraction(fields.extraction, scored);
  const later = normalizeExtraction(fields.extraction, scored, { truncating: true });
  // The record's own `prediction` says which version of the scorer it went through.
  return (first !== later && fields.prediction === later ? later : first) === scored.answer;
}

/** MathVista testmini, by the authors' skills: GEO is geometry reasoning, ALG algebraic reasoning. */
export const mathvista: Benchmark = {
  name: "mathvista",
  title: "MathVista testmini",
  promptVersion: "mathvista-1",
  load,
  idOf: ({ key, fields }) => (typeof fields.pid === "string" || typeof fields.pid === "number" ? String(fields.pid) : key),
  questionOf: ({ key, fields, line }) => questionFrom(validate({ schema: problemSchema, value: { pid: key, ...fields }, place: { file: null, line } }), null),
  // The published outputs carry skills that later releases of the questions changed: 222 geometry questions there, 239 in testmini.json.
  asAsked(question, { fields }) {
    const metadata = z.object({ skills: z.array(z.string()) }).safeParse(fields.metadata);
    return metadata.success ? { ...question, categories: categoriesFrom(metadata.data.skills) } : question;
  },
  official,
};
