import { join } from "node:path";
import { InputError } from "@mmgeo/dataset";
import { z } from "zod";
import { readJson, readLinesOf } from "./benchmarks/files.js";
import { answersPage } from "./page/page.js";
import type { EvaluationQuestion } from "./question.js";
import type { JudgedAnswer } from "./score.js";
import { comparePaired, type PairedComparison } from "./statistics/paired.js";

const scoreSchema = z.looseObject({ benchmark: z.string(), checksum: z.string(), model: z.string().optional() });
const answerSchema = z.object({
  id: z.string(),
  outcome: z.enum(["right", "wrong", "unreadable", "missing"]),
  extracted: z.string().nullable(),
  reason: z.string(),
  response: z.string().nullable(),
  gold: z.string(),
  categories: z.array(z.string()),
  group: z.string(),
});

/** Two runs over the same questions, set against each other question by question. */
export interface RunComparison {
  benchmark: string;
  first: string;
  second: string;
  overall: PairedComparison;
  byCategory: Record<string, PairedComparison>;
  /** ids on which one is right and the other is not */
  disagreements: string[];
}

async function readRun(folder: string): Promise<{ name: string; benchmark: string; checksum: string; answers: JudgedAnswer[] }> {
  const score = await readJson(join(folder, "score.json"), scoreSchema);
  return { name: score.model ?? folder, benchmark: score.benchmark, checksum: score.checksum, answers: await readLinesOf(join(folder, "answers.jsonl"), answerSchema) };
}

/** Compares answers of two systems to the same questions: McNemar's test and a paired bootstrap over groups, overall and per category. */
export function compareAnswers({ first, second, seed = 1 }: { first: readonly JudgedAnswer[]; second: readonly JudgedAnswer[]; seed?: number }): Pick<RunComparison, "overall" | "byCategory" | "disagreements"> {
  const other = new Map(second.map((answer) => [answer.id, answer]));
  if (other.size !== first.length || first.some(({ id }) => !other.has(id))) throw new InputError({ message: "the two runs did not answer the same questions; run both over the whole benchmark" });
  const compared = (answers: readonly JudgedAnswer[]) =>
    comparePaired({ first: answers.map(({ outcome }) => outcome === "right"), second: answers.map(({ id }) => other.get(id)?.outcome === "right"), groups: answers.map(({ group }) => group), seed });
  const categories = [...new Set(first.flatMap(({ categories }) => categories))].sort();
  return {
    overall: compared(first),
    byCategory: Object.fromEntries(categories.map((category) => [category, compared(first.filter((answer) => answer.categories.includes(category)))])),
    disagreements: first.filter(({ id, outcome }) => (outcome === "right") !== (other.get(id)?.outcome === "right")).map(({ id }) => id),
  };
}

/** A page of both runs' answers side by side, for looking at what they disagree on. */
export async function comparisonPage({ folders, questions }: { folders: readonly [string, string]; questions: readonly EvaluationQuestion[] }): Promise<string> {
  const runs = [await readRun(folders[0]), await readRun(folders[1])];
  return answersPage({ title: `${runs[0]?.name} and ${runs[1]?.name} on ${runs[0]?.benchmark}`, questions, runs });
}

/** Compares two folders that `runBenchmark` (or `evaluate score --out`) wrote. */
export async function compareRuns(firstFolder: string, secondFolder: string): Promise<RunComparison> {
  const [first, second] = [await readRun(firstFolder), await readRun(secondFolder)];
  if (first.benchmark !== second.benchmark) throw new InputError({ message: `one run is of ${first.benchmark}, the other of ${second.benchmark}; compare runs of one benchmark`, file: secondFolder });
  if (first.checksum !== second.checksum) throw new InputError({ message: "the questions of the two runs differ (their checksums do); run both on the same data", file: join(secondFolder, "score.json"), field: "checksum" });
  return { benchmark: first.benchmark, first: first.name, second: second.name, ...compareAnswers({ first: first.answers, second: second.answers }) };
}
