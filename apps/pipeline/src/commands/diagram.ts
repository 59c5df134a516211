import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { InputError } from "@mmgeo/dataset";
import { answerProblem, type Author, type BuildInput, buildDataset, checkDataset, defaultStyle, exportDataset, exportFormats, type LanguageModel, languageModel, type Problem, problemsOfQuestions, programPrompt, readAlphaGeometry, readFormalGeo, readGeometry3k, readPrograms, readQuestions, sampleProblems, sampleStyle } from "@mmgeo/diagram";
import { type Command, InvalidArgumentError, Option } from "commander";
import { log, printJson } from "./output.js";

const wholeNumber =
  (least: number, most = Number.MAX_SAFE_INTEGER) =>
  (value: string): number => {
    const number = Number(value);
    if (!Number.isSafeInteger(number) || number < least || number > most) throw new InvalidArgumentError(`give a whole number from ${least}${most === Number.MAX_SAFE_INTEGER ? "" : ` to ${most}`}`);
    return number;
  };

interface BuildFlags {
  from: "formalgeo" | "geometry3k" | "alphageometry" | "programs" | "questions" | "sample";
  out: string;
  negatives: number;
  seed: number;
  size: number;
  workers: number;
  limit?: number;
  ids?: string;
  marks?: "stated" | "image" | "none";
  detail: "everything" | "marked" | "structure";
  varied?: boolean;
  json?: boolean;
  llm?: string;
  llmModel?: string;
  llmCache?: string;
  llmConcurrency: number;
  llmRate?: number;
  llmPrice?: { input: number; output: number };
  llmTokens: number;
  llmTimeout: number;
  captions: Author;
  edits: Author;
  dryRun?: boolean;
}

/** `--llm-price 0.15,0.60`: of a million input and output tokens. */
function priceOf(value: string): { input: number; output: number } {
  const [input = Number.NaN, output = Number.NaN, ...rest] = value.split(",").map(Number);
  if (!(input >= 0) || !(output >= 0) || rest.length > 0) throw new InvalidArgumentError("give two prices a million tokens, input and output, such as 0.15,0.60");
  return { input, output };
}

/** The client that the flags describe; the key comes from the environment. */
function modelOf({ llm, llmModel, llmCache, llmConcurrency, llmRate, llmPrice, llmTokens, llmTimeout, out }: BuildFlags): LanguageModel {
  if (llm === undefined || llmModel === undefined) throw new InputError({ message: "--from questions needs a server and a model: --llm http://localhost:8080/v1 --llm-model NAME, and MMGEO_LLM_KEY in the environment where the server asks for a key", field: llm === undefined ? "--llm" : "--llm-model" });
  return languageModel({ url: llm, model: llmModel, apiKey: process.env.MMGEO_LLM_KEY, cacheFolder: llmCache ?? join(out, "answers"), concurrency: llmConcurrency, requestsPerMinute: llmRate, price: llmPrice, maxOutputTokens: llmTokens, timeoutSeconds: llmTimeout });
}

/** Prints what a model would be asked first about each question, and asks nothing. */
async function printPrompts(input: string | undefined, limit: number | undefined): Promise<void> {
  if (input === undefined) throw new InputError({ message: "--from questions needs an input: a JSONL file of questions", field: "INPUT" });
  for await (const question of readQuestions(input, { limit })) {
    process.stdout.write(`# ${question.id}\n${programPrompt(question).map(({ role, content }) => `[${role}]\n${content}`).join("\n\n")}\n\n`);
  }
}

/** Problems sampled where nobody says how many. */
const DEFAULT_SAMPLE = 300;

type SourceFlags = Pick<BuildFlags, "limit" | "ids" | "seed"> & { from: Exclude<BuildFlags["from"], "questions"> };

async function problemsOf({ from, limit, ids, seed }: SourceFlags, input: string | undefined): Promise<Iterable<Problem> | AsyncIterable<Problem>> {
  const wanted = ids === undefined ? undefined : (await readIds(ids));
  if (from === "sample") return sampleProblems({ count: limit ?? DEFAULT_SAMPLE, seed }).filter(({ id }) => wanted === undefined || wanted.includes(id));
  if (input === undefined) throw new InputError({ message: `--from ${from} needs an input: the folder or file to read`, field: "INPUT" });
  if (from === "formalgeo") return readFormalGeo(input, { ids: wanted, limit });
  if (wanted !== undefined) throw new InputError({ message: "--ids goes with formalgeo and sample; give a folder with the programs wanted", field: "--ids" });
  if (from === "geometry3k") return readGeometry3k(input, { limit });
  if (from === "alphageometry") return readAlphaGeometry(input, { seed, limit });
  return readPrograms(input, { limit });
}

function questionsOf(flags: BuildFlags, input: string | undefined, model: LanguageModel): AsyncIterable<BuildInput> {
  if (input === undefined) throw new InputError({ message: "--from questions needs an input: a JSONL file of questions", field: "INPUT" });
  if (flags.ids !== undefined) throw new InputError({ message: "--ids goes with formalgeo and sample; give a file with the questions wanted", field: "--ids" });
  const { captions, edits, negatives, seed, limit, llmConcurrency } = flags;
  return problemsOfQuestions({ questions: readQuestions(input, { limit }), model, seed, captions, edits, negatives, ahead: 2 * llmConcurrency, source: basename(input) });
}

/** One id a line; empty lines and lines that begin with # are skipped. */
async function readIds(file: string): Promise<string[]> {
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new InputError({ file, message: "cannot be read; give a file with one problem id a line", cause });
  });
  return text.split("\n").map((line) => line.trim()).filter((line) => line !== "" && !line.startsWith("#"));
}

/** `mmgeo diagram build | solve | check | export` */
export function registerDiagramCommands(program: Command): void {
  const diagram = program.command("diagram").description("diagrams from code: solved, proven, drawn, captioned, perturbed");

  diagram
    .command("build")
    .description("build a dataset folder: records with their pictures and image negatives")
    .argument("[input]", "the folder or file to read; not needed for --from sample")
    .addOption(new Option("--from <source>", "what the input is").choices(["formalgeo", "geometry3k", "alphageometry", "programs", "questions", "sample"]).makeOptionMandatory())
    .requiredOption("--out <dir>", "the dataset folder; a build that was stopped goes on")
    .option("--negatives <n>", "image negatives a record", wholeNumber(0, 100), 10)
    .option("--seed <n>", "seed of everything random", wholeNumber(0), 1)
    .option("--size <pixels>", "side of the pictures", wholeNumber(32, 4096), 224)
    .option("--workers <n>", "threads", wholeNumber(1, 256), 2)
    .option("--limit <n>", "at most so many problems", wholeNumber(1))
    .option("--ids <file>", "only these problems, one id a line")
    .addOption(new Option("--marks <what>", "mark all that is stated (default), or what the published picture or the program's own Mark lines mark (default of programs)").choices(["stated", "image", "none"]))
    .addOption(new Option("--detail <level>", "what captions say: everything stated, what is marked, or how things lie without numbers").choices(["everything", "marked", "structure"]).default("everything"))
    .option("--varied", "draw in a style taken from the seed instead of the plain one")
    .option("--llm <url>", "for questions: an OpenAI-compatible server, http://host/v1; its key is MMGEO_LLM_KEY in the environment")
    .option("--llm-model <name>", "the model's name there")
    .option("--llm-cache <dir>", "folder of answers already given (default: answers in the dataset folder)")
    .option("--llm-concurrency <n>", "requests under way at a time", wholeNumber(1, 1000), 4)
    .option("--llm-rate <n>", "requests a minute, at most", wholeNumber(1))
    .option("--llm-tokens <n>", "tokens of one answer, at most", wholeNumber(16), 2048)
    .option("--llm-timeout <seconds>", "until a request counts as lost", wholeNumber(1, 300), 120)
    .option("--llm-price <input,output>", "price of a million tokens, to tell what was spent", priceOf)
    .addOption(new Option("--captions <author>", "for questions: sentences by the model, each proven, or by rule").choices(["model", "rule"]).default("model"))
    .addOption(new Option("--edits <author>", "for questions: changes of negatives by the model first, or by rule alone").choices(["model", "rule"]).default("model"))
    .option("--dry-run", "for questions: print the prompts and ask nothing")
    .option("--json", "end with one JSON object")
    .action(async (input: string | undefined, flags: BuildFlags) => {
      if (flags.from === "questions" && flags.dryRun === true) return printPrompts(input, flags.limit);
      const started = performance.now();
      let told = 0;
      const model = flags.from === "questions" ? modelOf(flags) : null;
      const { from } = flags;
      const report = await buildDataset({
        problems: from === "questions" ? questionsOf(flags, input, model as LanguageModel) : await problemsOf({ ...flags, from }, input),
        folder: flags.out,
        negatives: flags.negatives,
        seed: flags.seed,
        size: flags.size,
        workers: flags.workers,
        marks: flags.marks ?? (flags.from === "programs" ? "image" : "stated"),
        detail: flags.detail,
        style: flags.varied === true ? sampleStyle(flags.seed, { colors: true }) : defaultStyle,
        onProgress: (done, built) => {
          if (done - told < 100) return;
          told = done;
          log(`${done} problems read, ${built} built`);
        },
      });
      const seconds = (performance.now() - started) / 1000;
      log(`${report.built} of ${report.read} problems built with ${report.negatives.made} negatives in ${seconds.toFixed(1)} s; ${report.negatives.complete} have all ${flags.negatives}`);
      if (report.answers.comparable > 0) log(`the goal measures the published answer for ${report.answers.measured} of ${report.answers.comparable}`);
      const usage = model?.usage() ?? null;
      if (usage !== null) log(`${usage.requests} requests (${usage.cached} from the cache), ${usage.inputTokens} input and ${usage.outputTokens} output tokens${usage.cost === null ? "" : `, cost ${usage.cost.toFixed(4)}`}`);
      for (const { id, stage, reason } of report.failed.slice(0, 10)) log(`  ${id} (${stage}): ${reason}`);
      if (report.failed.length > 10) log(`  and ${report.failed.length - 10} more: see build-report.json in ${flags.out}`);
      if (flags.json === true) printJson({ ...report, seconds, ...(usage === null ? {} : { languageModel: usage }) });
    });

  diagram
    .command("solve")
    .description("answer problems by drawing and measuring them")
    .argument("[input]", "the folder or file to read; not needed for --from sample")
    .addOption(new Option("--from <source>", "what the input is").choices(["formalgeo", "geometry3k", "alphageometry", "programs", "sample"]).default("programs"))
    .option("--seed <n>", "seed of everything random", wholeNumber(0), 1)
    .option("--limit <n>", "at most so many problems", wholeNumber(1))
    .option("--ids <file>", "only these problems, one id a line")
    .option("--json", "one JSON object a problem")
    .action(async (input: string | undefined, flags: SourceFlags & Pick<BuildFlags, "json">) => {
      for await (const problem of await problemsOf(flags, input)) {
        const answer = answerProblem(problem, { seed: flags.seed });
        if (flags.json === true) printJson(answer);
        else if (answer.ok) process.stdout.write(`${answer.id}: ${answer.closedForm ?? answer.value.toPrecision(8)}${answer.published === null ? "" : ` (published: ${answer.published})`}\n`);
        else process.stdout.write(`${answer.id}: no answer: ${answer.reason}\n`);
        if (!answer.ok) process.exitCode = 1;
      }
    });

  diagram
    .command("check")
    .description("prove every claim and false claim of a dataset again")
    .argument("<dir>", "the dataset folder")
    .option("--json", "end with one JSON object")
    .action(async (folder: string, flags: { json?: boolean }) => {
      const check = await checkDataset(folder);
      log(`${check.records} records: ${check.claims} claims and ${check.falseClaims} false claims proven again, ${check.images} images, ${check.wrong.length} wrong`);
      for (const { id, negative, statement, problem } of check.wrong.slice(0, 20)) log(`  ${id}${negative === 0 ? "" : ` negative ${negative}`}: ${statement}: ${problem}`);
      if (flags.json === true) printJson(check);
      if (check.wrong.length > 0) process.exitCode = 1;
    });

  diagram
    .command("export")
    .description("write every diagram of a dataset as code in a language people use")
    .argument("<dir>", "the dataset folder")
    .addOption(new Option("--to <format>", "the language").choices([...exportFormats]).makeOptionMandatory())
    .requiredOption("--out <dir>", "the folder to write into")
    .option("--json", "end with one JSON object")
    .action(async (folder: string, flags: { to: (typeof exportFormats)[number]; out: string; json?: boolean }) => {
      const files = await exportDataset({ folder, format: flags.to, out: flags.out });
      log(`${files} files written to ${flags.out}`);
      if (flags.json === true) printJson({ files, format: flags.to, out: flags.out });
    });
}
