import { existsSync } from "node:fs";
import { join } from "node:path";
import { InputError, writeFileAtomic } from "@mmgeo/dataset";
import { z } from "zod";
import type { Benchmark, RecordedEntry } from "./benchmarks/benchmark.js";
import { checksumOf, readJson } from "./benchmarks/files.js";
import { cacheKey, ResponseCache } from "./cache.js";
import { mapConcurrently } from "./concurrently.js";
import { checkedQuestions, contaminationReport, type ContaminationCheck, type ContaminationReport } from "./contamination.js";
import { judgeByModel, type JudgeReport } from "./model-judge.js";
import { EndpointError, type Usage } from "./models/endpoint.js";
import type { Model } from "./models/model.js";
import { officialScore } from "./official.js";
import { answersPage } from "./page/page.js";
import type { EvaluationQuestion } from "./question.js";
import { scoreResponses, type JudgedAnswer, type Response, type Score } from "./score.js";
import { vary, type Redraw, type VariedQuestion, type Variant } from "./variants.js";

/** The score of a run, with all that it depends on. */
export interface RunScore extends Score {
  model: string;
  checksum: string;
  promptVersion: string;
  blind: boolean;
  variant: Variant | null;
  /** questions that could not be varied so, and were asked as they are */
  unvaried: number;
  failed: { id: string; error: string }[];
  judge: JudgeReport | null;
  contamination: ContaminationReport | null;
  more: Record<string, unknown>;
}

/** A finished run of a model over a benchmark. */
export interface RunResult {
  score: RunScore;
  answers: JudgedAnswer[];
  /** answers that came from the cache */
  cached: number;
}

const jsonLines = (values: readonly unknown[]) => values.map((value) => `${JSON.stringify(value)}\n`).join("");

/** Writes what `compareRuns` and a person read: `score.json`, `answers.jsonl` and `answers.html`. */
export async function writeRun({ out, name, title, questions, score, answers }: { out: string; name: string; title: string; questions: readonly EvaluationQuestion[]; score: Score; answers: readonly JudgedAnswer[] }): Promise<void> {
  await writeFileAtomic(join(out, "answers.jsonl"), jsonLines(answers));
  await writeFileAtomic(join(out, "score.json"), `${JSON.stringify({ ...score, model: name }, null, 2)}\n`);
  await writeFileAtomic(join(out, "answers.html"), await answersPage({ title: `${name} on ${title}`, questions, runs: [{ name, answers }] }));
}

/** Asks one question, or takes its answer from the cache; a failure is kept and not asked again unless `retryFailed`. */
async function answerOf({ varied, model, cache, blind, retryFailed }: { varied: VariedQuestion; model: Model; cache: ResponseCache; blind: boolean; retryFailed: boolean }): Promise<{ response: string | null; error: string | null; cached: boolean }> {
  const { id, prompt } = varied.question;
  const imageBytes = blind ? null : await varied.image();
  const key = cacheKey({ identity: model.identity, prompt, imageBytes });
  const known = cache.get(key);
  if (known !== undefined && (known.error === null || !retryFailed)) return { ...known, cached: true };
  try {
    const response = await model.answer({ image: imageBytes, prompt });
    await cache.set({ key, id, answer: { response, error: null } });
    return { response, error: null, cached: false };
  } catch (error) {
    if (InputError.isInstance(error)) throw error;
    if (error instanceof EndpointError && error.status !== null && [401, 403, 404].includes(error.status)) throw new InputError({ message: `${error.message}; check the key, the model's name and the address`, field: "--model", cause: error });
    const message = error instanceof Error ? error.message : String(error);
    await cache.set({ key, id, answer: { response: null, error: message } });
    return { response: null, error: message, cached: false };
  }
}

const usageSchema = z.object({ requests: z.number(), promptTokens: z.number(), completionTokens: z.number(), cost: z.number().nullable() });

/** Adds what this run took to what earlier runs into the folder took. */
async function addUsage(out: string, usage: Usage): Promise<void> {
  const file = join(out, "usage.json");
  const before = existsSync(file) ? await readJson(file, usageSchema) : { requests: 0, promptTokens: 0, completionTokens: 0, cost: 0 };
  const cost = usage.cost === null || before.cost === null ? null : before.cost + usage.cost;
  const total: Usage = { requests: before.requests + usage.requests, promptTokens: before.promptTokens + usage.promptTokens, completionTokens: before.completionTokens + usage.completionTokens, cost };
  await writeFileAtomic(file, `${JSON.stringify(total)}\n`);
}

/**
 * Runs a model over a benchmark into a folder: `cache.jsonl` (append-only), `responses.jsonl`, `answers.jsonl`, `score.json`, `answers.html`, and `usage.json` where the model counts.
 * Killed at any point and started again it goes on where it was.
 *
 * @param blind leaves the pictures out: what the text alone gives
 */
export async function runBenchmark({
  benchmark,
  folder,
  model,
  out,
  seed = 1,
  limit = null,
  blind = false,
  variant = null,
  redraw = null,
  retryFailed = false,
  contamination: check = null,
  judge = null,
  onAnswer,
}: {
  benchmark: Benchmark;
  folder: string;
  model: Model;
  out: string;
  seed?: number;
  /** asks only the first questions; the score says so by its `n` */
  limit?: number | null;
  blind?: boolean;
  /** asks the same questions otherwise; questions for which that cannot be are asked as they are, and counted as `unvaried` */
  variant?: Variant | null;
  /** draws figures again for the variants that need it */
  redraw?: Redraw | null;
  retryFailed?: boolean;
  /** run before anything is asked */
  contamination?: ContaminationCheck | null;
  /** a language model for what the rules cannot decide, and how many decided answers it judges again */
  judge?: { model: Model; sample: number } | null;
  onAnswer?: (progress: { done: number; total: number }) => void;
}): Promise<RunResult> {
  const all = await benchmark.load(folder, { seed });
  const original = limit === null ? all : all.slice(0, limit);
  const met = await check?.(checkedQuestions(original));
  const cache = await ResponseCache.open(join(out, "cache.jsonl"));
  let done = 0;
  try {
    const results = await mapConcurrently(original, model.concurrency, async (question) => {
      const varied = await vary({ question, variant, seed, redraw });
      const result = await answerOf({ varied, model, cache, blind, retryFailed });
      done += 1;
      onAnswer?.({ done, total: original.length });
      return { ...result, question: varied.question, varied: varied.varied };
    });
    const questions = results.map(({ question }) => question);
    const responses = results.flatMap(({ question: { id }, response }): Response[] => (response === null ? [] : [{ id, response }]));
    const failed = results.flatMap(({ question: { id }, error }) => (error === null ? [] : [{ id, error }]));
    const scored = scoreResponses({ benchmark: benchmark.name, questions, responses });
    const entryOf = new Map(responses.map(({ id, response }, index): [string, RecordedEntry] => [id, { key: null, line: index + 1, fields: { id, response } }]));
    const official = officialScore({ benchmark, questions, entryOf, answers: scored.answers, byCategory: scored.score.byCategory });
    const plain: Score = { ...scored.score, official: official?.official ?? null, byCategory: official?.byCategory ?? scored.score.byCategory };
    const judged = judge === null ? null : await judgeByModel({ ...judge, questions, score: plain, answers: scored.answers, cache, seed });
    const score: RunScore = {
      ...plain,
      byCategory: judged?.byCategory ?? plain.byCategory,
      model: model.name,
      checksum: checksumOf(original),
      promptVersion: benchmark.promptVersion,
      blind,
      variant,
      unvaried: variant === null ? 0 : results.filter(({ varied }) => !varied).length,
      failed,
      judge: judged?.report ?? null,
      contamination: met === undefined ? null : contaminationReport(met, scored.answers),
      more: benchmark.more?.(scored.answers) ?? {},
    };
    await writeFileAtomic(join(out, "responses.jsonl"), jsonLines(responses));
    await writeRun({ out, name: model.name, title: benchmark.title, questions, score, answers: scored.answers });
    return { score, answers: scored.answers, cached: results.filter((result) => result.cached).length };
  } finally {
    await cache.close();
    if (model.usage !== undefined && model.usage.requests > 0) await addUsage(out, model.usage);
  }
}
