import { basename, join } from "node:path";
import { InputError, writeFileAtomic } from "@mmgeo/dataset";
import {
  benchmarkNamed,
  benchmarks,
  compareRuns,
  comparisonPage,
  equivalenceReport,
  fillTable,
  readEquivalenceCases,
  readResults,
  renderFilled,
  runBenchmark,
  scoreFile,
  tableFormatNamed,
  tableFormats,
  tableNamed,
  tableTemplates,
  variantNamed,
  variants,
  writeRun,
  type Model,
} from "@mmgeo/evaluation";
import type { Command } from "commander";
import { modelOf, type EndpointFlags } from "./evaluation-model.js";
import { percent, printComparison, printScore, type PrintFlags } from "./evaluation-print.js";
import { decimal, positiveNumber, wholeNumber } from "./flags.js";
import { log, printJson } from "./output.js";

/** What is checked and judged beside a score. */
interface BesideFlags extends EndpointFlags {
  train?: string;
  threshold: number;
  embedder?: string;
  judge?: string;
  judgeSample: number;
}

interface ScoreFlags extends BesideFlags, PrintFlags {
  benchmark: string;
  data?: string;
  responses: string;
  out?: string;
  seed: number;
  strict?: boolean;
}

interface RunFlags extends BesideFlags, PrintFlags {
  benchmark: string;
  data: string;
  model: string;
  out: string;
  limit?: number;
  seed: number;
  blind?: boolean;
  variant?: string;
  retryFailed?: boolean;
}

/** The code that compares with training data is loaded only where it is asked for. */
async function checkOf({ train, threshold, embedder }: BesideFlags) {
  if (train === undefined) return null;
  const { contaminationCheck } = await import("./evaluation-contamination.js");
  return contaminationCheck({ train, threshold, embedder: embedder ?? null });
}

async function judgeOf(flags: BesideFlags): Promise<{ model: Model; sample: number } | null> {
  if (flags.judge === undefined) return null;
  const model = await modelOf(flags.judge, flags);
  if ("recorded" in model) throw new InputError({ message: "a judge is asked, not recorded; give openai:MODEL@http://host/v1 or a checkpoint folder", field: "--judge" });
  return { model, sample: flags.judgeSample };
}

async function score(flags: ScoreFlags): Promise<void> {
  const benchmark = benchmarkNamed(flags.benchmark);
  const judge = await judgeOf(flags);
  if (judge !== null && flags.out === undefined) throw new InputError({ message: "the judge's replies are kept in the folder of the results; give it", field: "--out" });
  const scored = await scoreFile({
    benchmark,
    folder: flags.data ?? null,
    file: flags.responses,
    strict: flags.strict,
    seed: flags.seed,
    contamination: await checkOf(flags),
    judge: judge === null ? null : { ...judge, cacheFile: join(flags.out ?? "", "judge.jsonl") },
  });
  if (flags.out !== undefined) await writeRun({ out: flags.out, name: basename(flags.responses), title: benchmark.title, ...scored });
  printScore(scored.score, flags);
}

async function run(flags: RunFlags): Promise<void> {
  const benchmark = benchmarkNamed(flags.benchmark);
  const variant = flags.variant === undefined ? null : variantNamed(flags.variant);
  const model = await modelOf(flags.model, flags);
  if ("recorded" in model) {
    await score({ ...flags, responses: model.recorded });
    return;
  }
  let logged = 0;
  const { score: measured, cached } = await runBenchmark({
    benchmark,
    folder: flags.data,
    model,
    out: flags.out,
    seed: flags.seed,
    limit: flags.limit ?? null,
    blind: flags.blind,
    variant,
    redraw: variant === "hand-drawn" || variant === "labels" ? (await import("./evaluation-redraw.js")).redrawRecord : null,
    retryFailed: flags.retryFailed,
    contamination: await checkOf(flags),
    judge: await judgeOf(flags),
    onAnswer({ done, total }) {
      const tenth = Math.floor((10 * done) / total);
      if (tenth > logged) log(`answered ${done} of ${total}`);
      logged = Math.max(logged, tenth);
    },
  });
  if (cached > 0) log(`${cached} answers came from ${join(flags.out, "cache.jsonl")}`);
  const { usage } = model;
  if (usage !== undefined) log(`${usage.requests} requests, ${usage.promptTokens} tokens in, ${usage.completionTokens} out${usage.cost === null ? "" : `, cost ${usage.cost.toFixed(4)}`}`);
  printScore(measured, flags);
  if (measured.failed.length > 0) process.exitCode = 1;
}

async function compare(first: string, second: string, flags: PrintFlags & { html?: string; data?: string; seed: number }): Promise<void> {
  const comparison = await compareRuns(first, second);
  const { html, data, seed } = flags;
  if (html !== undefined) {
    if (data === undefined) throw new InputError({ message: "the page shows the questions; give the benchmark's folder", field: "--data" });
    await writeFileAtomic(html, await comparisonPage({ folders: [first, second], questions: await benchmarkNamed(comparison.benchmark).load(data, { seed }) }));
  }
  printComparison(comparison, flags);
}

async function tables(results: string[], { table, format, official, out }: { table?: string; format: string; official?: boolean; out?: string }): Promise<void> {
  const chosen = table === undefined ? tableTemplates : [tableNamed(table)];
  const shape = tableFormatNamed(format);
  if (shape === "csv" && table === undefined) throw new InputError({ message: "as CSV one table is written at a time; say which", field: "--table" });
  const read = await readResults(results, { official });
  const filled = chosen.map((template) => fillTable(template, read));
  const text = shape === "json" ? JSON.stringify(filled) : filled.map((one) => renderFilled(one, shape)).join("\n\n");
  if (out === undefined) process.stdout.write(`${text}\n`);
  else await writeFileAtomic(out, `${shape === "html" ? `<!doctype html>\n<meta charset="utf-8">\n<title>Results</title>\n<style>body{font-family:system-ui}td,th{padding:.2rem .6rem;text-align:right}td:first-child{text-align:left}</style>\n${text}` : text}\n`);
}

async function equivalentPairs(flags: { in: string; json?: boolean }): Promise<void> {
  const result = equivalenceReport(await readEquivalenceCases(flags.in));
  if (flags.json === true) {
    printJson(result);
    return;
  }
  for (const { line, gold, pred, expected, reason } of result.wrong) log(`line ${line}: ${JSON.stringify(gold)} and ${JSON.stringify(pred)} should be ${expected === 1 ? "equal" : "different"} (${reason})`);
  process.stdout.write(`${result.n} cases, ${percent(result.accuracy)} % as expected\n`);
}

const benchmarkNames = benchmarks.map(({ name }) => name).join(", ");

/** Flags of what is checked and judged beside a score. */
const besideFlags = (command: Command): Command =>
  command
    .option("--train <path>", "training data: questions that meet it are named, and scored apart")
    .option("--threshold <s>", "with --train: cosine of texts above which they are too much alike", decimal, 0.995)
    .option("--embedder <dir>", "with --train: a BERT sentence encoder's folder; without it texts are compared by their words")
    .option("--judge <spec>", "a language model for answers that the rules cannot read, such as openai:MODEL@http://host/v1")
    .option("--judge-sample <n>", "answers that the rules can read and the judge judges again", wholeNumber, 50)
    .option("--concurrency <n>", "questions under way at once at an endpoint", positiveNumber, 4)
    .option("--requests-per-minute <n>", "most requests to an endpoint that begin in a minute", positiveNumber)
    .option("--price-prompt <p>", "price of a million tokens in, for the cost", decimal)
    .option("--price-completion <p>", "price of a million tokens out", decimal);

const printFlags = (command: Command): Command => command.option("--format <name>", tableFormats.join(", "), "text").option("--json", "end with one JSON object");

/** `mmgeo evaluate run | score | equivalent | compare | tables` */
export function registerEvaluationCommands(program: Command): void {
  const evaluate = program.command("evaluate").description("benchmarks, answers, and scores with intervals");

  printFlags(
    besideFlags(
      evaluate
        .command("run")
        .description("ask a model a benchmark's questions and score its answers; goes on where it was stopped")
        .requiredOption("--benchmark <name>", benchmarkNames)
        .requiredOption("--data <folder>", "the benchmark in the layout its authors publish, or a folder of records")
        .requiredOption("--model <spec>", "a checkpoint folder, openai:MODEL@http://host/v1 (key in OPENAI_API_KEY), or recorded:FILE")
        .requiredOption("--out <folder>", "cache, responses, score and page of answers")
        .option("--limit <n>", "only the first questions", positiveNumber)
        .option("--seed <n>", "of choices that are made", wholeNumber, 1)
        .option("--blind", "without the pictures: what the text alone gives")
        .option("--variant <name>", `the same questions otherwise: ${variants.join(", ")}`)
        .option("--retry-failed", "ask again what failed before"),
    ),
  ).action(run);

  printFlags(
    besideFlags(
      evaluate
        .command("score")
        .description("score recorded responses, in our layout or the authors'")
        .requiredOption("--benchmark <name>", benchmarkNames)
        .option("--data <folder>", "the benchmark; without it the questions are those that the responses carry")
        .requiredOption("--responses <file>", 'lines {"id","response"}, or a file of the benchmark\'s authors')
        .option("--out <folder>", "writes the score and a page of answers")
        .option("--seed <n>", "of choices that are made", wholeNumber, 1)
        .option("--strict", "missing, doubled, empty and unknown responses are an error"),
    ),
  ).action(score);

  evaluate
    .command("equivalent")
    .description("judge pairs of answers, and list those that come out otherwise than expected")
    .requiredOption("--in <file>", 'lines {"gold","pred","expected":0|1}')
    .option("--json", "end with one JSON object")
    .action(equivalentPairs);

  printFlags(
    evaluate
      .command("compare <first> <second>")
      .description("compare two runs question by question: McNemar's test and a paired bootstrap")
      .option("--html <file>", "a page of both runs' answers")
      .option("--data <folder>", "with --html: the benchmark, for its questions and pictures")
      .option("--seed <n>", "of choices that are made", wholeNumber, 1),
  ).action(compare);

  evaluate
    .command("tables <results...>")
    .description("the paper's tables, filled from result folders, with the published rows beside ours")
    .option("--table <name>", tableTemplates.map(({ name }) => name).join(", "))
    .option("--format <name>", tableFormats.join(", "), "text")
    .option("--official", "the authors' scores where there are any")
    .option("--out <file>", "writes a file")
    .action(tables);
}
