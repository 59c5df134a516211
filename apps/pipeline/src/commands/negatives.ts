import { InputError } from "@mmgeo/dataset";
import { blindTable, embeddingSearch, precomputedSearch, questionSimilarityOfFile, removeContaminated, statisticsOfFile, statisticsTable, writeRetrievalNegatives, writeRuleNegatives, writeStatisticsPage } from "@mmgeo/negatives";
import type { Command } from "commander";
import { decimal, positiveNumber, wholeNumber } from "./flags.js";
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

interface FileFlags {
  in: string;
  out: string;
  perCaption: number;
  seed: number;
  json?: boolean;
}

/** `mmgeo negatives rule | retrieve | stats` */
export function registerNegativesCommands(program: Command): void {
  const negatives = program.command("negatives").description("hard negative captions: by rule, by retrieval; counted");

  negatives
    .command("rule")
    .description("edit captions in 1 to 4 places so that each becomes false")
    .requiredOption("--in <file>", 'lines {"id","caption"} or records')
    .requiredOption("--out <file>", "the same lines with their negatives")
    .option("--per-caption <n>", "negatives a caption", positiveNumber, 10)
    .option("--seed <n>", "seed of the choice", wholeNumber, 1)
    .option("--balance", "make more and keep those that give themselves away least without the figure")
    .option("--json", "end with one JSON object")
    .action(async (flags: FileFlags & { balance?: boolean }) => {
      const started = performance.now();
      const report = await writeRuleNegatives({ input: flags.in, output: flags.out, perCaption: flags.perCaption, seed: flags.seed, balance: flags.balance ?? false });
      const seconds = (performance.now() - started) / 1000;
      if (flags.json === true) printJson({ ...report, seconds });
      else {
        log(`${report.negatives} negatives for ${report.captions} captions in ${seconds.toFixed(1)} s, written to ${flags.out}`);
        for (const [reason, count] of Object.entries(report.reasons)) log(`  ${count} x ${reason}`);
      }
    });

  negatives
    .command("retrieve")
    .description("take the most similar captions of other images")
    .requiredOption("--in <file>", 'lines {"id","caption"} or records')
    .requiredOption("--out <file>", "the same lines with their negatives")
    .option("--embedder <dir>", "a BERT sentence encoder's folder; without it captions are compared by their words")
    .option("--vectors <file>", "vectors computed elsewhere: a safetensors file with one row for each line")
    .option("--per-caption <n>", "negatives a caption", positiveNumber, 30)
    .option("--seed <n>", "seed of the sampled choices", wholeNumber, 1)
    .option("--range-min <n>", "best ranks to pass over", wholeNumber)
    .option("--range-max <n>", "last rank to take", wholeNumber)
    .option("--max-score <s>", "highest similarity to take", decimal)
    .option("--min-score <s>", "lowest similarity to take", decimal)
    .option("--absolute-margin <m>", "take only what is less similar than the positive by this much", decimal)
    .option("--relative-margin <m>", "take only what is less similar than this share below the positive", decimal)
    .option("--sampling <how>", "top, random or simans", "top")
    .option("--json", "end with one JSON object")
    .action(async (flags: FileFlags & SelectionFlags) => {
      const started = performance.now();
      const { rangeMin = 0, rangeMax = null, maxScore = null, minScore = null, absoluteMargin = null, relativeMargin = null, sampling } = flags;
      if (sampling !== "top" && sampling !== "random" && sampling !== "simans") throw new InputError({ message: "it has to be top, random or simans", field: "--sampling" });
      const { embedder, vectors } = flags;
      if (embedder !== undefined && vectors !== undefined) throw new InputError({ message: "give either --embedder or --vectors", field: "--vectors" });
      const report = await writeRetrievalNegatives({
        input: flags.in,
        output: flags.out,
        ...(embedder === undefined ? {} : { searchOf: (texts) => embeddingSearch({ folder: embedder, texts, onProgress: progressOf("embedded") }) }),
        ...(vectors === undefined ? {} : { searchOf: (texts) => precomputedSearch({ file: vectors, captions: texts.length }) }),
        count: flags.perCaption,
        seed: flags.seed,
        selection: { rangeMin, rangeMax, maxScore, minScore, absoluteMargin, relativeMargin, sampling },
        onProgress: progressOf("searched"),
      });
      const seconds = (performance.now() - started) / 1000;
      if (flags.json === true) printJson({ ...report, seconds });
      else {
        log(`${report.negatives} negatives for ${report.captions} captions in ${seconds.toFixed(1)} s, written to ${flags.out}`);
        if (report.similarity !== null) log(`  similarity: ${Object.entries(report.similarity).map(([name, value]) => `${name} ${value.toFixed(3)}`).join(", ")}`);
        for (const [reason, count] of Object.entries(report.dropped)) log(`  left out: ${count} x ${reason}`);
        if (report.short.length > 0) log(`  fewer than ${flags.perCaption}: ${report.short.length} captions, ${report.short.slice(0, 10).map(({ id, negatives: found }) => `${id} (${found})`).join(", ")}${report.short.length > 10 ? ", ..." : ""}`);
      }
    });

  negatives
    .command("contaminate")
    .description("list training samples that meet a test sample, and write the others")
    .requiredOption("--train <path>", "a dataset folder, records, or lines {\"id\",\"caption\"[,\"image\"]}")
    .requiredOption("--test <path>", "the same of the test samples")
    .option("--out <file>", "the training lines that are left")
    .option("--threshold <s>", "cosine of texts above which they are too much alike", decimal, 0.995)
    .option("--embedder <dir>", "a BERT sentence encoder's folder; without it texts are compared by their words")
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
        ...(embedder === undefined ? {} : { searchOf: (texts: string[]) => embeddingSearch({ folder: embedder, texts, onProgress: progressOf("embedded") }) }),
      });
      for (const { id, test, kind, similarity } of report.removed) log(`${id} meets ${test}: ${kind} (${similarity.toFixed(4)})`);
      if (flags.json === true) printJson(report);
      else log(`${report.removed.length} of ${report.train} training samples meet one of ${report.test} test samples${flags.out === undefined ? "" : `; the others are in ${flags.out}`}`);
    });

  negatives
    .command("stats")
    .description("count negatives by kind, class and number of edits; what gives them away without the figure")
    .argument("<dir>", "a dataset folder, or a file of lines with negatives")
    .option("--html <file>", "write a page with examples")
    .option("--questions <path>", "compare with these questions by the vectors of --embedder")
    .option("--embedder <dir>", "a BERT sentence encoder's folder, for --questions")
    .option("--json", "end with one JSON object")
    .action(async (directory: string, flags: { html?: string; questions?: string; embedder?: string; json?: boolean }) => {
      const { html, questions, embedder } = flags;
      if ((questions === undefined) !== (embedder === undefined)) throw new InputError({ message: "--questions and --embedder go together", field: questions === undefined ? "--questions" : "--embedder" });
      const counted = await statisticsOfFile(directory);
      if (questions !== undefined && embedder !== undefined) counted.questions = await questionSimilarityOfFile({ path: directory, questions, embedder, onProgress: progressOf("embedded") });
      if (html !== undefined) await writeStatisticsPage({ path: directory, output: html, counted });
      if (flags.json === true) {
        printJson(counted);
        return;
      }
      process.stdout.write(`${statisticsTable(counted)}\n\n${blindTable(counted.blind)}\n`);
      for (const [kind, { above90, above85, questions: count }] of Object.entries(counted.questions ?? {})) process.stdout.write(`${kind}: ${(100 * above90).toFixed(2)} % above 0.90 and ${(100 * above85).toFixed(2)} % above 0.85 to the nearest of ${count} questions\n`);
    });
}

interface SelectionFlags {
  embedder?: string;
  vectors?: string;
  rangeMin?: number;
  rangeMax?: number;
  maxScore?: number;
  minScore?: number;
  absoluteMargin?: number;
  relativeMargin?: number;
  sampling: string;
}
