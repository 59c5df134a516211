import { InputError } from "@mmgeo/dataset";
import { join } from "node:path";
import { z } from "zod";
import { equivalent } from "../equivalence.js";
import { boxesIn } from "../reading/statements.js";
import { openPrompt, type EvaluationQuestion } from "../question.js";
import type { Benchmark, RecordedEntry } from "./benchmark.js";
import { imageAmong, namesIn, readJson, readLinesOf } from "./files.js";
import { textOfEntry } from "../recorded/entry.js";

const problemSchema = z.object({
  id: z.union([z.string(), z.number()]).optional(),
  question: z.string(),
  /** worked, with the answer in a box */
  solution: z.string().optional(),
  answer: z.string().optional(),
  file_name: z.string().optional(),
  image: z.string().optional(),
  difficult: z.string(),
});

function questionFrom(problem: z.infer<typeof problemSchema>, { id, folder, file }: { id: string; folder: string; file: string }): EvaluationQuestion {
  const boxes = boxesIn(problem.solution ?? "");
  const gold = boxes.length > 0 ? boxes.map(({ content }) => content).join(", ") : problem.answer;
  if (gold === undefined || gold.trim() === "") throw new InputError({ message: `problem ${id} has neither a boxed answer in its solution nor an answer`, file, field: "solution" });
  const image = problem.file_name ?? problem.image ?? null;
  return { id, prompt: openPrompt(problem.question), text: problem.question, image: image === null ? null : imageAmong(folder, image, join("images", image), join("MM_Math", image)), choices: null, gold, categories: [problem.difficult.trim().toLowerCase()], group: image ?? id };
}

/** A JSON object keyed by id, as the authors' scorer reads one, a JSON list, or JSON Lines. */
async function load(folder: string): Promise<EvaluationQuestion[]> {
  const name = (await namesIn(folder)).find((name) => /^(?:mm[_-]?math.*|test)\.jsonl?$/i.test(name));
  if (name === undefined) throw new InputError({ message: "there is no MM_Math.jsonl, MM_Math.json or test.json here; give MM-Math's folder", file: folder });
  const file = join(folder, name);
  if (name.endsWith(".jsonl")) return (await readLinesOf(file, problemSchema)).map((problem, index) => questionFrom(problem, { id: String(problem.id ?? index), folder, file }));
  const problems = await readJson(file, z.union([z.array(problemSchema), z.record(z.string(), problemSchema)]));
  return Object.entries(problems).map(([key, problem]) => questionFrom(problem, { id: Array.isArray(problems) ? String(problem.id ?? key) : key, folder, file }));
}

/** The authors accept a difference of 0.01; we do after rounding to two decimals. */
function official(question: EvaluationQuestion, entry: RecordedEntry): boolean | null {
  const response = textOfEntry(entry);
  return response === null ? null : equivalent(question.gold, response, { decimals: 2 }).equal;
}

/** MM-Math: open answers, easy, medium and hard. The layout is the one that the authors' scorer reads. */
export const mmMath: Benchmark = { name: "mm-math", title: "MM-Math", promptVersion: "open-1", load, official };
