import { join, dirname } from "node:path";
import { InputError } from "@mmgeo/dataset";
import { languageModel, type LanguageModel } from "@mmgeo/diagram";
import {
  approximateSearch,
  blindTable,
  compareWithQuestions,
  embeddingSearch,
  modelMessagesOfFile,
  precomputedSearch,
  removeContaminated,
  statisticsOfFile,
  statisticsTable,
  writeModelNegatives,
  writePaperForm,
  writeRetrievalNegatives,
  writeRuleNegatives,
  writeStatisticsPage,
  type RetrievalReport,
  type Selection,
} from "@mmgeo/negatives";
import { InvalidArgumentError, Option, type Command } from "commander";
import { decimal, positiveNumber, wholeNumber } from "./flags.js";
import { embedderOf } from "./negatives-embedder.js";
import { log, printJson } from "./output.js";

/** Logs every tenth of the way. */
function progressOf(verb: string): (done: number, total: number) => void {
  let logged = 0;
  return (done, total) => {
    const tenth = total === 0 ? 10 : Math.floor((10 * done) / total);
    if (tenth <= logged) return;
    logged = tenth;
    log(`${verb} ${done} of ${total} captions`);
  };
}

/** A flag of two prices: `0.15,0.60`. */
function prices(value: string): { input: number; output: number } {
  const [input = Number.NaN, output = Number.NaN, ...rest] = value.split(",").map(Number);
  if (!(input >= 0) || !(output >= 0) || rest.length > 0) throw new InvalidArgumentError("give two prices of a million tokens, input and output, such as 0.15,0.60");
  return { input, output };
}

interface FileFlags {
  in: string;
  out: string;
  perCaption: number;
  seed: number;
  json?: boolean;
}

/** The flags that every way of making negatives has. */
function makingCommand(parent: Command, { name, description, perCaption }: { name: string; description: string; perCaption: number }): Command {
  return parent
    .command(name)
    .description(description)
    .requiredOption("--in <file>", 'lines {"id","caption"}, records, or a .json list of conversations')
    .requiredOption("--out <file>", "the same lines with their negatives")
    .option("--per-caption <n>", "negatives a caption", positiveNumber, perCaption)
    .option("--seed <n>", "seed of every choice", wholeNumber, 1)
    .option("--json", "end with one JSON object");
}

function logMade({ negatives, captions, reasons }: { negatives: number; captions: number; reasons: Record<string, number> }, { started, out }: { started: number; out: string }): void {
  log(`${negatives} negatives for ${captions} captions in ${((performance.now() - started) / 1000).toFixed(1)} s, written to ${out}`);
  for (const [reason, count] of Object.entries(reasons)) log(`  ${count} x ${reason}`);
}

function registerRule(negatives: Command): void {
  makingCommand(negatives, { name: "rule", description: "edit captions in 1 to 4 places so that each becomes false", perCaption: 10 })
    .option("--balance", "make more and keep those that give themselves away least without the figure")
    .action(async (flags: FileFlags & { balance?: boolean }) => {
      const started = performance.now();
      const report = await writeRuleNegatives({ input: flags.in, output: flags.out, perCaption: flags.perCaption, seed: flags.seed, balance: flags.balance ?? false });
      if (flags.json === true) printJson({ ...report, seconds: (performance.now() - started) / 1000 });
      else logMade(report, { started, out: flags.out });
    });
}

interface ModelFlags {
  llm: string;
  llmModel: string;
  llmCache?: string;
  llmConcurrency: number;
  llmRate?: number;
  llmTokens: number;
  llmPrice?: { input: number; output: number };
  dryRun?: boolean;
}

function modelOf({ llm, llmModel, llmCache, llmConcurrency, llmRate, llmPrice, llmTokens, out }: ModelFlags & FileFlags): LanguageModel {
  const apiKey = process.env.MMGEO_LLM_KEY;
  return languageModel({
    url: llm,
    model: llmModel,
    cacheFolder: llmCache ?? join(dirname(out), "answers"),
    concurrency: llmConcurrency,
    maxOutputTokens: llmTokens,
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(llmRate === undefined ? {} : { requestsPerMinute: llmRate }),
    ...(llmPrice === undefined ? {} : { price: llmPrice }),
  });
}

function registerModel(negatives: Command): void {
  makingCommand(negatives, { name: "model", description: "ask a language model for edits; keep those that the rules accept, or that are proven where there are claims", perCaption: 10 })
    .requiredOption("--llm <url>", "an OpenAI-compatible server, http://host/v1; its key is MMGEO_LLM_KEY in the environment")
    .requiredOption("--llm-model <name>", "the model's name there")
    .option("--llm-cache <dir>", "folder of answers already given (default: answers beside the output)")
    .option("--llm-concurrency <n>", "requests under way at a time", positiveNumber, 4)
    .option("--llm-rate <n>", "requests a minute, at most", positiveNumber)
    .option("--llm-tokens <n>", "tokens of one answer, at most", positiveNumber, 4096)
    .option("--llm-price <input,output>", "price of a million tokens, to tell what was spent", prices)
    .option("--dry-run", "print what would be asked, and ask nothing")
    .action(async (flags: FileFlags & ModelFlags) => {
      if (flags.dryRun === true) {
        for await (const messages of modelMessagesOfFile({ input: flags.in, perCaption: flags.perCaption })) process.stdout.write(`${messages.map(({ role, content }) => `[${role}]\n${content}\n`).join("")}\n`);
        return;
      }
      const started = performance.now();
      const report = await writeModelNegatives({ input: flags.in, output: flags.out, perCaption: flags.perCaption, seed: flags.seed, model: modelOf(flags), onProgress: (captions) => log(`${captions} captions asked about`) });
      const { usage } = report;
      if (flags.json === true) printJson({ ...report, seconds: (performance.now() - started) / 1000 });
      else {
        logMade(report, { started, out: flags.out });
        log(`${usage.requests} requests (${usage.cached} more from the cache), ${usage.inputTokens} tokens in, ${usage.outputTokens} out${usage.cost === null ? "" : `, ${usage.cost.toFixed(4)} spent`}`);
      }
    });
}

interface SelectionFlags {
  embedder?: string;
  vectors?: string;
  approximate?: boolean;
  rangeMin: number;
  rangeMax?: number;
  maxScore?: number;
  minScore?: number;
  absoluteMargin?: number;
  relativeMargin?: number;
  sampling: Selection["sampling"];
  simansScale: number;
  simansShift: number;
}

/** The search among the captions by what the flags name: a vector of each, given or computed; by words where they name none. */
function searchOf({ embedder, vectors, approximate = false }: SelectionFlags) {
  if (embedder !== undefined && vectors !== undefined) throw new InputError({ message: "give either --embedder or --vectors", field: "--vectors" });
  if (embedder === undefined && vectors === undefined) {
    if (approximate) throw new InputError({ message: "goes with --embedder or --vectors: words are always compared exactly", field: "--approximate" });
    return null;
  }
  const approximately = async (input: { vectors: Float32Array; width: number }) => {
    const { search, recall } = await approximateSearch(input);
    log(`approximate search: finds ${(100 * recall).toFixed(2)} % of the 100 nearest, measured on a sample`);
    return search;
  };
  const searchIn = approximate ? { searchIn: approximately } : {};
  return (texts: string[]) =>
    vectors === undefined ? embeddingSearch({ embedder: embedderOf(embedder!), texts, onProgress: progressOf("embedded"), ...searchIn }) : precomputedSearch({ file: vectors, captions: texts.length, ...searchIn });
}

function logRetrieved(report: RetrievalReport, wanted: number): void {
  const quantiles = (values: object): string => Object.entries(values).map(([name, value]) => `${name} ${(value as number).toFixed(3)}`).join(", ");
  if (report.similarity !== null) log(`  similarity of negatives: ${quantiles(report.similarity)}; of each caption to itself 1`);
  for (const [reason, count] of Object.entries(report.dropped)) log(`  left out: ${count} x ${reason}`);
  if (report.short.length > 0) log(`  fewer than ${wanted}: ${report.short.length} captions, ${report.short.slice(0, 10).map(({ id, negatives }) => `${id} (${negatives})`).join(", ")}${report.short.length > 10 ? ", ... (--json names all)" : ""}`);
}

function registerRetrieve(negatives: Command): void {
  makingCommand(negatives, { name: "retrieve", description: "take the most similar captions of other images", perCaption: 30 })
    .option("--embedder <dir>", "the folder of a BERT sentence encoder, or of an MMCLIP model for its text tower; without it captions are compared by their words")
    .option("--vectors <file>", "vectors computed elsewhere: .npy or .safetensors, one row for each line")
    .option("--approximate", "search in a graph of neighbours (needs the package usearch) and say how many it misses")
    .option("--range-min <n>", "best ranks to pass over", wholeNumber, 0)
    .option("--range-max <n>", "last rank to take", wholeNumber)
    .option("--max-score <s>", "highest similarity to take", decimal)
    .option("--min-score <s>", "lowest similarity to take", decimal)
    .option("--absolute-margin <m>", "take only what is less similar than the positive by this much", decimal)
    .option("--relative-margin <m>", "take only what is less similar than this share below the positive", decimal)
    .addOption(new Option("--sampling <how>", "which of those left are taken").choices(["top", "random", "simans"]).default("top"))
    .option("--simans-scale <a>", "a of SimANS' weights exp(-a (score - 1 - b)^2)", decimal, 1)
    .option("--simans-shift <b>", "b of the same", decimal, 0)
    .action(async (flags: FileFlags & SelectionFlags) => {
      const started = performance.now();
      const { rangeMin, rangeMax = null, maxScore = null, minScore = null, absoluteMargin = null, relativeMargin = null, sampling, simansScale, simansShift } = flags;
      const search = searchOf(flags);
      const report = await writeRetrievalNegatives({
        input: flags.in,
        output: flags.out,
        ...(search === null ? {} : { searchOf: search }),
        count: flags.perCaption,
        seed: flags.seed,
        selection: { rangeMin, rangeMax, maxScore, minScore, absoluteMargin, relativeMargin, sampling, simansScale, simansShift },
        onProgress: progressOf("searched"),
      });
      if (flags.json === true) printJson({ ...report, seconds: (performance.now() - started) / 1000 });
      else {
        logMade({ ...report, reasons: {} }, { started, out: flags.out });
        logRetrieved(report, flags.perCaption);
      }
    });
}

function registerContaminate(negatives: Command): void {
  negatives
    .command("contaminate")
    .description("list training samples that meet a test sample, and write the others")
    .requiredOption("--train <path>", "a dataset folder, records, or lines {\"id\",\"caption\"[,\"image\"]}")
    .requiredOption("--test <path>", "the same of the test samples")
    .option("--out <file>", "the training lines that are left")
    .option("--threshold <s>", "cosine of texts above which they are too much alike", decimal, 0.995)
    .option("--embedder <dir>", "as of retrieve; without it texts are compared by their words")
    .option("--no-images", "compare texts alone")
    .option("--json", "end with one JSON object")
    .action(async (flags: { train: string; test: string; out?: string; threshold: number; embedder?: string; images: boolean; json?: boolean }) => {
      const { embedder } = flags;
      const report = await removeContaminated({
        train: flags.train,
        test: flags.test,
        output: flags.out ?? null,
        images: flags.images,
        threshold: flags.threshold,
        ...(embedder === undefined ? {} : { searchOf: (texts: string[]) => embeddingSearch({ embedder: embedderOf(embedder), texts, onProgress: progressOf("embedded") }) }),
      });
      for (const { id, test, kind, similarity } of report.removed) log(`${id} meets ${test}: ${kind} (${similarity.toFixed(4)})`);
      if (flags.json === true) printJson(report);
      else log(`${report.removed.length} of ${report.train} training samples meet one of ${report.test} test samples${flags.out === undefined ? "" : `; the others are in ${flags.out}`}`);
    });
}

function registerStats(negatives: Command): void {
  negatives
    .command("stats")
    .description("count negatives by kind, class and number of edits; what gives them away without the figure")
    .argument("<dir>", "a dataset folder, or a file of lines with negatives")
    .option("--html <file>", "write a page with examples, and with a map where there are questions")
    .option("--questions <path>", "compare with these questions by the vectors of --embedder")
    .option("--embedder <dir>", "as of retrieve, for --questions")
    .option("--seed <n>", "seed of the blind check's draws and of the map", wholeNumber, 1)
    .option("--json", "end with one JSON object")
    .action(async (path: string, flags: { html?: string; questions?: string; embedder?: string; seed: number; json?: boolean }) => {
      const { html, questions, embedder, seed } = flags;
      if ((questions === undefined) !== (embedder === undefined)) throw new InputError({ message: "--questions and --embedder go together", field: questions === undefined ? "--questions" : "--embedder" });
      const counted = await statisticsOfFile(path, { seed });
      const compared = questions === undefined || embedder === undefined ? null : await compareWithQuestions({ path, questions, embedder: embedderOf(embedder), map: html !== undefined, seed, onProgress: progressOf("embedded") });
      if (compared !== null) counted.questions = compared.similarity;
      if (html !== undefined) await writeStatisticsPage({ path, output: html, counted, map: compared?.map ?? [] });
      if (flags.json === true) {
        printJson(counted);
        return;
      }
      process.stdout.write(`${statisticsTable(counted)}\n\n${blindTable(counted.blind)}\n`);
      for (const [kind, { above90, above85, questions: count }] of Object.entries(counted.questions ?? {})) process.stdout.write(`${kind}: ${(100 * above90).toFixed(2)} % above 0.90 and ${(100 * above85).toFixed(2)} % above 0.85 to the nearest of ${count} questions\n`);
    });
}

function registerExport(negatives: Command): void {
  negatives
    .command("export")
    .description("write one of the paper's two JSON forms")
    .argument("<path>", "a dataset folder, records, lines with negatives and images, or a .json file in the form already")
    .addOption(new Option("--to <form>", "captions against one image, or images against one caption").choices(["text", "image"]).makeOptionMandatory())
    .requiredOption("--out <file>", "the JSON file to write")
    .option("--json", "end with one JSON object")
    .action(async (path: string, flags: { to: "text" | "image"; out: string; json?: boolean }) => {
      const report = await writePaperForm({ path, form: flags.to, output: flags.out });
      if (flags.json === true) printJson(report);
      else log(`${report.written} samples written to ${flags.out}; ${report.without} entries have none of this form`);
    });
}

/** `mmgeo negatives rule | retrieve | model | stats | contaminate | export` */
export function registerNegativesCommands(program: Command): void {
  const negatives = program.command("negatives").description("hard negative captions: by rule, by retrieval, by a language model; counted");
  registerRule(negatives);
  registerRetrieve(negatives);
  registerModel(negatives);
  registerStats(negatives);
  registerContaminate(negatives);
  registerExport(negatives);
}
