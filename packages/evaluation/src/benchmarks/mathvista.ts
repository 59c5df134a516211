import { InputError, validate } from "@mmgeo/dataset";
import { join } from "node:path";
import { z } from "zod";
import type { EvaluationQuestion } from "../question.js";
import { lettered } from "../question.js";
import type { Benchmark, RecordedEntry } from "./benchmark.js";
import { imageAmong, namesIn, readJson } from "./files.js";

const problemSchema = z.object({
  pid: z.string(),
  question: z.string(),
  image: z.string(),
  choices: z.array(z.string()).nullable(),
  unit: z.string().nullable(),
  precision: z.number().nullable(),
  answer: z.string(),
  question_type: z.enum(["multi_choice", "free_form"]),
  answer_type: z.enum(["text", "integer", "float", "list"]),
  metadata: z.object({ skills: z.array(z.string()), task: z.string().optional() }),
});
type Problem = z.infer<typeof problemSchema>;

/** The abbreviations of the authors' tables. */
const skills = new Map([["algebraic reasoning", "ALG"], ["arithmetic reasoning", "ARI"], ["geometry reasoning", "GEO"], ["logical reasoning", "LOG"], ["numeric commonsense", "NUM"], ["scientific reasoning", "SCI"], ["statistical reasoning", "STA"]]);

const categoriesFrom = (names: readonly string[]): string[] => names.flatMap((skill) => skills.get(skill) ?? []);

/** The authors' hints, which say what form the answer has. */
function hintOf({ question_type, answer_type, precision }: Problem): string {
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
  const unit = problem.unit === null ? "" : ` (Unit: ${problem.unit})`;
  const list = choices === null ? [] : ["Choices:", ...choices.map(({ label, text }) => `(${label}) ${text}`)];
  return {
    id: problem.pid,
    prompt: [hintOf(problem), `Question: ${problem.question}${unit}`, ...list].join("\n"),
    image: folder === null ? null : imageAmong(folder, problem.image),
    choices,
    gold,
    categories: categoriesFrom(problem.metadata.skills),
    group: problem.image,
    ...(problem.answer_type === "float" && problem.precision !== null ? { decimals: problem.precision } : {}),
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

/** Python's `str(round(value, digits))`. */
function pythonRound(value: number, digits: number): string {
  const scaled = value * 10 ** digits;
  const tie = Math.abs(scaled % 1) === 0.5 && scaled / 10 ** digits === value;
  const rounded = tie ? (2 * Math.round(scaled / 2)) / 10 ** digits : Number(value.toFixed(digits));
  return Number.isInteger(rounded) ? `${rounded}.0` : String(rounded);
}

/** How much of an extraction is compared with the choices; a longer one is near none of them. */
const maximumExtraction = 2000;

/**
 * The authors' normalisation of an extraction, guesses included: what is not the letter of a choice becomes the choice nearest by edit distance,
 * so that an extracted 92.5 is scored as the choice "97".
 */
export function normalizeExtraction(extraction: unknown, { choices, answer_type, precision }: Pick<Problem, "choices" | "answer_type" | "precision">): string | null {
  if (choices !== null && choices.length > 0) {
    let text = extraction === null || extraction === undefined ? "" : String(extraction).trim().slice(0, maximumExtraction);
    text = /\(([a-zA-Z])\)/.exec(text)?.[1]?.toUpperCase() ?? text;
    const index = text.length === 1 ? text.charCodeAt(0) - 65 : -1;
    if (index >= 0 && index < choices.length) return choices[index] ?? null;
    const distances = choices.map((choice) => editDistance(text, choice));
    return choices[distances.indexOf(Math.min(...distances))] ?? null;
  }
  const text = String(extraction).trim();
  if (answer_type === "integer") return typeof extraction === "number" ? String(Math.trunc(extraction)) : /^[+-]?\d+$/.test(text) ? String(Number(text)) : null;
  if (answer_type === "float") return text !== "" && Number.isFinite(Number(text)) ? pythonRound(Number(text), precision ?? 0) : null;
  return text;
}

/** The official score needs the authors' own extraction, which a language model made; a response alone has none. */
function official(_question: EvaluationQuestion, { fields, line }: RecordedEntry): boolean | null {
  if (!("extraction" in fields)) return null;
  const problem = validate({ schema: problemSchema, value: fields, place: { file: null, line } });
  return normalizeExtraction(fields.extraction, problem) === problem.answer;
}

/** MathVista testmini, by the authors' skills: GEO is geometry reasoning, ALG algebraic reasoning. */
export const mathvista: Benchmark = {
  name: "mathvista",
  title: "MathVista testmini",
  load,
  idOf: ({ key, fields }) => (typeof fields.pid === "string" ? fields.pid : key),
  questionOf: ({ fields, line }) => questionFrom(validate({ schema: problemSchema, value: fields, place: { file: null, line } }), null),
  // The published outputs carry skills that later releases of the questions changed: 222 geometry questions there, 239 in testmini.json.
  categoriesOf({ fields }) {
    const metadata = z.object({ skills: z.array(z.string()) }).safeParse(fields.metadata);
    return metadata.success ? categoriesFrom(metadata.data.skills) : null;
  },
  official,
};
