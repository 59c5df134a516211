import { join } from "node:path";
import { InputError, writeFileAtomic } from "@mmgeo/dataset";
import type { Benchmark } from "./benchmarks/benchmark.js";
import { checksumOf } from "./benchmarks/files.js";
import { cacheKey, ResponseCache } from "./cache.js";
import { mapConcurrently } from "./concurrently.js";
import { EndpointError } from "./models/endpoint.js";
import type { Model } from "./models/model.js";
import { answersPage } from "./page/page.js";
import type { EvaluationQuestion } from "./question.js";
import { scoreResponses, type JudgedAnswer, type Response, type Score } from "./score.js";
import { imageOf, permuteChoices, type Variant } from "./variants.js";

/** A finished run of a model over a benchmark. */
export interface RunResult {
  score: Score & { model: string; checksum: string; promptVersion: string; blind: boolean; variant: Variant | null; unvaried: number; failed: { id: string; error: string }[]; more: Record<string, unknown> };
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
async function answerOf({ question, model, cache, blind, variant, retryFailed }: { question: EvaluationQuestion; model: Model; cache: ResponseCache; blind: boolean; variant: Variant | null; retryFailed: boolean }): Promise<{ response: string | null; error: string | null; cached: boolean }> {
  const imageBytes = blind ? null : await imageOf(question.image, variant);
  const request = { image: imageBytes, prompt: question.prompt };
  const key = cacheKey({ identity: model.identity, prompt: question.prompt, imageBytes });
  const known = cache.get(key);
  if (known !== undefined && (known.error === null || !retryFailed)) return { ...known, cached: true };
  try {
    const response = await model.answer(request);
    await cache.set({ key, id: question.id, answer: { response, error: null } });
    return { response, error: null, cached: false };
  } catch (error) {
    if (InputError.isInstance(error)) throw error;
    if (error instanceof EndpointError && error.status !== null && [401, 403, 404].includes(error.status)) throw new InputError({ message: `${error.message}; check the key, the model's name and the address`, field: "--model", cause: error });
    const message = error instanceof Error ? error.message : String(error);
    await cache.set({ key, id: question.id, answer: { response: null, error: message } });
    return { response: null, error: message, cached: false };
  }
}

/**
 * Runs a model over a benchmark into a folder: `cache.jsonl` (append-only), `responses.jsonl`, `answers.jsonl`, `score.json` and
 * `answers.html`. Killed at any point and started again it goes on where it was.
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
  retryFailed = false,
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
  retryFailed?: boolean;
  onAnswer?: (progress: { done: number; total: number }) => void;
}): Promise<RunResult> {
  const all = await benchmark.load(folder, { seed });
  const original = limit === null ? all : all.slice(0, limit);
  const permuted = original.map((question) => (variant === "choices" ? permuteChoices(question, seed) : question));
  const questions = permuted.map((question, index) => question ?? (original[index] as EvaluationQuestion));
  const unvaried = variant === null ? 0 : variant === "choices" ? permuted.filter((question) => question === null).length : original.filter(({ image }) => image === null).length;
  const cache = await ResponseCache.open(join(out, "cache.jsonl"));
  let done = 0;
  const results = await mapConcurrently(questions, model.concurrency, async (question) => {
    const result = await answerOf({ question, model, cache, blind, variant, retryFailed });
    done += 1;
    onAnswer?.({ done, total: questions.length });
    return result;
  }).finally(() => cache.close());
  const responses = questions.flatMap(({ id }, index): Response[] => {
    const response = results[index]?.response ?? null;
    return response === null ? [] : [{ id, response }];
  });
  const failed = questions.flatMap(({ id }, index) => {
    const error = results[index]?.error ?? null;
    return error === null ? [] : [{ id, error }];
  });
  const scored = scoreResponses({ benchmark: benchmark.name, questions, responses });
  const score = { ...scored.score, model: model.name, checksum: checksumOf(original), promptVersion: benchmark.promptVersion, blind, variant, unvaried, failed, more: benchmark.more?.(scored.answers) ?? {} };
  await writeFileAtomic(join(out, "responses.jsonl"), jsonLines(responses));
  await writeRun({ out, name: model.name, title: benchmark.title, questions, score, answers: scored.answers });
  return { score, answers: scored.answers, cached: results.filter((result) => result.cached).length };
}
