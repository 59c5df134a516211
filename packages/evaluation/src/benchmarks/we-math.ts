import { InputError, validate } from "@mmgeo/dataset";
import { join } from "node:path";
import { z } from "zod";
import type { Choice, EvaluationQuestion } from "../question.js";
import { textOfEntry } from "../recorded/entry.js";
import type { Benchmark, DiagnosedAnswer, RecordedEntry } from "./benchmark.js";
import { imageAmong, namesIn, readJson } from "./files.js";

const questionSchema = z.object({ ID: z.string(), key: z.string(), question: z.string(), option: z.string(), answer: z.string(), image_path: z.string(), "knowledge concept": z.string().optional() });

/** `A. 300, 400;B. 400, 300; …` */
function choicesOf(option: string): Choice[] {
  return option.split(/;\s*(?=[A-H]\.)/).flatMap((part) => {
    const match = /^\s*([A-H])\.\s*([\s\S]*)$/.exec(part);
    return match === null ? [] : [{ label: match[1] as string, text: (match[2] as string).trim() }];
  });
}

/** The authors' prompt, without the knowledge concepts they offer as an option. */
const promptOf = ({ question, option }: { question: string; option: string }): string =>
  `Now, we require you to solve a multiple-choice math question. Please briefly describe your thought process and provide the final answer(option).\nQuestion: ${question}\nOption: ${option}\nRegarding the format, please answer following the template below, and be sure to include two <> symbols:\n<Thought process>: <<your thought process>> <Answer>: <<your option>>`;

const idOf = ({ ID, key }: { ID: string; key: string }): string => `${ID}/${key}`;

/** S1 are single steps, S2 and S3 whole problems of two and three steps. */
const stepsOf = (key: string): string => (key.endsWith("_multi") ? `S${key[0]}` : "S1");

function questionFrom(value: z.infer<typeof questionSchema>, folder: string | null): EvaluationQuestion {
  return { id: idOf(value), prompt: promptOf(value), text: value.question, image: folder === null ? null : imageAmong(folder, value.image_path), choices: choicesOf(value.option), gold: value.answer.trim(), categories: [stepsOf(value.key)], group: value.ID };
}

async function load(folder: string): Promise<EvaluationQuestion[]> {
  const name = (await namesIn(folder)).find((name) => /^(?:testmini|sample|test)\.json$/.test(name));
  if (name === undefined) throw new InputError({ message: "there is no testmini.json here; give We-Math's data folder", file: folder });
  return (await readJson(join(folder, name), z.array(questionSchema))).map((value) => questionFrom(value, folder));
}

/** The authors' reading: the first letter after the last "Answer". */
function official(question: EvaluationQuestion, entry: RecordedEntry): boolean | null {
  const response = textOfEntry(entry);
  if (response === null) return null;
  const last = (response.split("Answer").at(-1) ?? "").trim().replace(/[><:.]/g, "").trim();
  return last[0] === question.gold;
}

/** How many whole problems fall under each of the authors' four diagnoses. */
export interface WeMathDiagnosis {
  problems: number;
  insufficientKnowledge: number;
  inadequateGeneralization: number;
  completeMastery: number;
  roteMemorization: number;
  /** share of rote memorization among the problems whose whole is right, as the authors give it */
  roteMemorizationRate: number;
  /** mastery counts 1, inadequate generalization a half */
  score: number;
}

/**
 * We-Math's diagnosis of problems with steps: the whole is wrong and a step too (insufficient knowledge), only the whole is wrong
 * (inadequate generalization), all is right (complete mastery), the whole is right though steps are not (rote memorization). Strictly, one
 * wrong step makes it rote; loosely, only all of them.
 */
export function weMathDiagnosis(answers: readonly DiagnosedAnswer[]): { strict: WeMathDiagnosis; loose: WeMathDiagnosis } {
  const groups = new Map<string, { steps: boolean[]; whole: boolean | null }>();
  for (const { id, outcome } of answers) {
    const [name, key] = id.split("/") as [string, string];
    const group = groups.get(name) ?? { steps: [], whole: null };
    if (key.endsWith("_multi")) group.whole = outcome === "right";
    else group.steps.push(outcome === "right");
    groups.set(name, group);
  }
  const problems = [...groups.values()].filter(({ whole, steps }) => whole !== null && steps.length > 0);
  const count = (test: (steps: boolean[], whole: boolean) => boolean) => problems.filter(({ steps, whole }) => test(steps, whole === true)).length;
  const every = (steps: boolean[]) => steps.every(Boolean);
  const insufficientKnowledge = count((steps, whole) => !whole && !every(steps));
  const inadequateGeneralization = count((steps, whole) => !whole && every(steps));
  const diagnosis = (mastered: (steps: boolean[]) => boolean): WeMathDiagnosis => {
    const completeMastery = count((steps, whole) => whole && mastered(steps));
    const roteMemorization = count((steps, whole) => whole && !mastered(steps));
    return { problems: problems.length, insufficientKnowledge, inadequateGeneralization, completeMastery, roteMemorization, roteMemorizationRate: completeMastery + roteMemorization === 0 ? 0 : roteMemorization / (completeMastery + roteMemorization), score: problems.length === 0 ? 0 : (completeMastery + 0.5 * inadequateGeneralization) / problems.length };
  };
  return { strict: diagnosis(every), loose: diagnosis((steps) => steps.some(Boolean)) };
}

/** We-Math: single steps and the problems they make up, with the authors' diagnosis. */
export const weMath: Benchmark = {
  name: "we-math",
  title: "We-Math",
  promptVersion: "we-math-1",
  load,
  idOf: ({ fields }) => (typeof fields.ID === "string" && typeof fields.key === "string" ? idOf({ ID: fields.ID, key: fields.key }) : null),
  questionOf: ({ fields, line }) => questionFrom(validate({ schema: questionSchema, value: fields, place: { file: null, line } }), null),
  official,
  more: (answers) => ({ diagnosis: weMathDiagnosis(answers) }),
};
