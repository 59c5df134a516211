import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { InputError, writeFileAtomic } from "@mmgeo/dataset";
import {
  benchmarkNamed,
  benchmarks,
  compareRuns,
  comparisonPage,
  endpointModel,
  equivalenceReport,
  maximumNewTokens,
  parseModelSpecification,
  readEquivalenceCases,
  runBenchmark,
  scoreFile,
  variantNamed,
  variants,
  writeRun,
  type FileScore,
  type Interval,
  type Model,
  type PairedComparison,
  type Score,
} from "@mmgeo/evaluation";
import type { Command } from "commander";
import { positiveNumber, wholeNumber } from "./flags.js";
import { log, printJson } from "./output.js";

const percent = (fraction: number) => (100 * fraction).toFixed(2);
const range = ([low, high]: Interval) => `[${percent(low)}, ${percent(high)}]`;

/** A table with the first column to the left and the others to the right. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows.map((row) => row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join("  ")).join("\n");
}

function scoreTable(score: Score): string {
  const rows = [["", "n", "accuracy", "95 % interval", "unreadable", "official"]];
  rows.push([score.benchmark, String(score.n), percent(score.accuracy), range(score.interval), String(score.unreadable), score.official === null ? "" : percent(score.official.accuracy)]);
  for (const [category, one] of Object.entries(score.byCategory)) {
    rows.push([`  ${category}`, String(one.n), percent(one.accuracy), range(one.interval), String(one.unreadable), one.official === undefined ? "" : percent(one.official.accuracy)]);
  }
  return table(rows);
}

/** What a reader of the score has to know about the responses, one line each. */
function warningsOf(score: Score, file: Partial<FileScore> = {}): string[] {
  const { problems, n, answered } = score;
  const named = (ids: readonly string[]) => `${ids.slice(0, 5).join(", ")}${ids.length > 5 ? ", …" : ""}`;
  const lines = [];
  if (answered < n) lines.push(`${n - answered} of ${n} questions have no response and count as wrong: ${named(problems.missing)}`);
  if (problems.doubled.length > 0) lines.push(`${problems.doubled.length} questions have several responses; the last counts: ${named(problems.doubled)}`);
  if (problems.unknown.length > 0) lines.push(`${problems.unknown.length} responses are to questions the benchmark does not have: ${named(problems.unknown)}`);
  if (problems.empty.length > 0) lines.push(`${problems.empty.length} responses are empty: ${named(problems.empty)}`);
  if (file.cut === true) lines.push("the end of the responses is cut off");
  if (file.broken !== undefined && file.broken.length > 0) lines.push(`${file.broken.length} lines hold no response: line ${named(file.broken.map(String))}`);
  if (score.official !== null && score.official.undecided > 0) lines.push(`the official scorer needs a language model for ${score.official.undecided} responses; they count as wrong in its score`);
  if (file.questionsFrom === "responses") lines.push(`the questions are the ${n} that the responses carry; the benchmark may have more`);
  if (file.disagreements !== undefined && file.disagreements.length > 0) lines.push(`the official scorer and the strict reading disagree on ${file.disagreements.length} questions`);
  return lines;
}

/** A checksum of what makes a checkpoint answer as it does. */
async function folderChecksum(folder: string): Promise<string> {
  const names = await readdir(folder).catch(() => {
    throw new InputError({ message: "there is no such model folder; give a checkpoint, openai:MODEL@http://host/v1, or recorded:FILE", file: folder, field: "--model" });
  });
  const hash = createHash("sha256");
  for (const name of names.filter((name) => /\.(?:json|safetensors|txt|model|jinja)$/.test(name)).sort()) {
    hash.update(name);
    for await (const block of createReadStream(join(folder, name))) hash.update(block as Buffer);
  }
  return hash.digest("hex");
}

/** A model folder of ours, loaded when the first question is asked: a run that only reads its cache needs no engine. */
async function folderModel(folder: string): Promise<Model> {
  const checksum = await folderChecksum(folder);
  const load = async () => {
    const { useNativeBackend } = await import("@mmgeo/engine");
    const { generate, loadModel } = await import("@mmgeo/mmgeolm");
    await useNativeBackend();
    const model = await loadModel(folder);
    return async (image: string | Uint8Array | null, prompt: string) => {
      const [answer] = await generate({ model, requests: [{ messages: [{ role: "user", text: prompt }], images: image === null ? [] : [image] }], maxNewTokens: maximumNewTokens });
      return answer?.text ?? "";
    };
  };
  let loading: ReturnType<typeof load> | null = null;
  return {
    name: basename(folder),
    identity: JSON.stringify({ kind: "folder", checksum, temperature: 0, maximumNewTokens }),
    concurrency: 1,
    async answer({ image, prompt }) {
      loading ??= load();
      return (await loading)(image, prompt);
    },
  };
}

interface RunFlags {
  benchmark: string;
  data: string;
  model: string;
  out: string;
  limit?: number;
  seed: number;
  concurrency: number;
  blind?: boolean;
  variant?: string;
  retryFailed?: boolean;
  json?: boolean;
}

async function run(flags: RunFlags): Promise<void> {
  const benchmark = benchmarkNamed(flags.benchmark);
  const specification = parseModelSpecification(flags.model);
  if (specification.kind === "recorded") {
    const { score, answers, questions } = await scoreFile({ benchmark, folder: flags.data, file: specification.file, seed: flags.seed });
    await writeRun({ out: flags.out, name: basename(specification.file), title: benchmark.title, questions, score, answers });
    report(score, flags, warningsOf(score, score));
    return;
  }
  const endpoint = specification.kind === "endpoint" ? endpointModel({ ...specification, apiKey: process.env.OPENAI_API_KEY ?? null, concurrency: flags.concurrency }) : null;
  const model = endpoint ?? (await folderModel(specification.kind === "folder" ? specification.folder : ""));
  let logged = 0;
  const { score, cached } = await runBenchmark({
    benchmark,
    folder: flags.data,
    model,
    out: flags.out,
    seed: flags.seed,
    limit: flags.limit ?? null,
    blind: flags.blind,
    variant: flags.variant === undefined ? null : variantNamed(flags.variant),
    retryFailed: flags.retryFailed,
    onAnswer({ done, total }) {
      const tenth = Math.floor((10 * done) / total);
      if (tenth > logged) log(`answered ${done} of ${total}`);
      logged = Math.max(logged, tenth);
    },
  });
  if (cached > 0) log(`${cached} answers came from ${join(flags.out, "cache.jsonl")}`);
  if (endpoint !== null) log(`${endpoint.usage.requests} requests, ${endpoint.usage.promptTokens} tokens in, ${endpoint.usage.completionTokens} out`);
  const failed = score.failed.slice(0, 3).map(({ id, error }) => `${id} failed: ${error}`);
  report(score, flags, [...warningsOf(score), ...failed, ...(score.failed.length > 0 ? [`${score.failed.length} questions failed; ask them again with --retry-failed`] : [])]);
  if (score.failed.length > 0) process.exitCode = 1;
}

function report(score: Score, { json }: { json?: boolean }, warnings: readonly string[]): void {
  for (const warning of warnings) log(warning);
  if (json === true) printJson(score);
  else process.stdout.write(`${scoreTable(score)}\n`);
}

async function compare(first: string, second: string, { json, html, data, seed }: { json?: boolean; html?: string; data?: string; seed: number }): Promise<void> {
  const comparison = await compareRuns(first, second);
  if (html !== undefined) {
    if (data === undefined) throw new InputError({ message: "the page shows the questions; give the benchmark's folder", field: "--data" });
    await writeFileAtomic(html, await comparisonPage({ folders: [first, second], questions: await benchmarkNamed(comparison.benchmark).load(data, { seed }) }));
  }
  if (json === true) {
    printJson(comparison);
    return;
  }
  const rowOf = (name: string, { n, difference, interval, firstOnly, secondOnly, probability }: PairedComparison) => [name, String(n), percent(difference), range(interval), String(firstOnly), String(secondOnly), probability.toPrecision(2)];
  const rows = [["", "n", "difference", "95 % interval", "only first right", "only second right", "McNemar p"], rowOf(comparison.benchmark, comparison.overall), ...Object.entries(comparison.byCategory).map(([category, one]) => rowOf(`  ${category}`, one))];
  process.stdout.write(`first: ${comparison.first}\nsecond: ${comparison.second}\n${table(rows)}\n`);
}

const benchmarkNames = benchmarks.map(({ name }) => name).join(", ");

/** `mmgeo evaluate run | score | equivalent | compare` */
export function registerEvaluationCommands(program: Command): void {
  const evaluate = program.command("evaluate").description("benchmarks, answers, and scores with intervals");

  evaluate
    .command("run")
    .description("ask a model a benchmark's questions and score its answers; goes on where it was stopped")
    .requiredOption("--benchmark <name>", benchmarkNames)
    .requiredOption("--data <folder>", "the benchmark in the layout its authors publish, or a folder of records")
    .requiredOption("--model <spec>", "a checkpoint folder, openai:MODEL@http://host/v1 (key in OPENAI_API_KEY), or recorded:FILE")
    .requiredOption("--out <folder>", "cache, responses, score and page of answers")
    .option("--limit <n>", "only the first questions", positiveNumber)
    .option("--seed <n>", "of choices that are made", wholeNumber, 1)
    .option("--concurrency <n>", "questions under way at once at an endpoint", positiveNumber, 4)
    .option("--blind", "without the pictures: what the text alone gives")
    .option("--variant <name>", `the same questions otherwise: ${variants.join(", ")}`)
    .option("--retry-failed", "ask again what failed before")
    .option("--json", "end with one JSON object")
    .action(run);

  evaluate
    .command("score")
    .description("score recorded responses, in our layout or the authors'")
    .requiredOption("--benchmark <name>", benchmarkNames)
    .option("--data <folder>", "the benchmark; without it the questions are those that the responses carry")
    .requiredOption("--responses <file>", 'lines {"id","response"}, or a file of the benchmark\'s authors')
    .option("--out <folder>", "writes the score and a page of answers")
    .option("--seed <n>", "of choices that are made", wholeNumber, 1)
    .option("--strict", "missing, doubled, empty and unknown responses are an error")
    .option("--json", "end with one JSON object")
    .action(async (flags: { benchmark: string; data?: string; responses: string; out?: string; seed: number; strict?: boolean; json?: boolean }) => {
      const benchmark = benchmarkNamed(flags.benchmark);
      const { score, answers, questions } = await scoreFile({ benchmark, folder: flags.data ?? null, file: flags.responses, strict: flags.strict, seed: flags.seed });
      if (flags.out !== undefined) await writeRun({ out: flags.out, name: basename(flags.responses), title: benchmark.title, questions, score, answers });
      report(score, flags, warningsOf(score, score));
    });

  evaluate
    .command("equivalent")
    .description("judge pairs of answers, and list those that come out otherwise than expected")
    .requiredOption("--in <file>", 'lines {"gold","pred","expected":0|1}')
    .option("--json", "end with one JSON object")
    .action(async (flags: { in: string; json?: boolean }) => {
      const result = equivalenceReport(await readEquivalenceCases(flags.in));
      if (flags.json === true) printJson(result);
      else {
        for (const { line, gold, pred, expected, reason } of result.wrong) log(`line ${line}: ${JSON.stringify(gold)} and ${JSON.stringify(pred)} should be ${expected === 1 ? "equal" : "different"} (${reason})`);
        process.stdout.write(`${result.n} cases, ${percent(result.accuracy)} % as expected\n`);
      }
    });

  evaluate
    .command("compare <first> <second>")
    .description("compare two runs question by question: McNemar's test and a paired bootstrap")
    .option("--html <file>", "a page of both runs' answers")
    .option("--data <folder>", "with --html: the benchmark, for its questions and pictures")
    .option("--seed <n>", "of choices that are made", wholeNumber, 1)
    .option("--json", "end with one JSON object")
    .action(compare);
}
