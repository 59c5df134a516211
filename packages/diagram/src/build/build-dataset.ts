import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { appendRecords, InputError, LineAppender, readJsonLines, writeFileAtomic } from "@mmgeo/dataset";
import { Piscina } from "piscina";
import { z } from "zod";
import { type BuildInput, type BuildOutcome, type BuildTask, runTask } from "./build-task.js";
import { generatorName } from "./generator.js";

export interface BuildDatasetOptions extends Pick<BuildTask, "style" | "marks" | "detail"> {
  problems: Iterable<BuildInput> | AsyncIterable<BuildInput>;
  /** The dataset folder: `records.jsonl`, `images/`, `build-report.json`, `build-log.jsonl`. */
  folder: string;
  /** Image negatives a record. @default 10 */
  negatives?: number;
  /** @default 1 */
  seed?: number;
  /** Side of the pictures in pixels. @default 224 */
  size?: number;
  /** Threads that build; the result does not depend on their number. @default 1 */
  workers?: number;
  /** Called after each problem with how many are done and how many of those have a record. */
  onProgress?: (done: number, built: number) => void;
  /** Stops between problems; a later call goes on where this one stopped. */
  signal?: AbortSignal;
}

/** What came of a build, as `build-report.json` has it. */
export interface BuildReport {
  generator: string;
  options: { negatives: number; seed: number; size: number };
  /** Problems read. */
  read: number;
  /** Problems with a record: solved and drawn. */
  built: number;
  /** Records of which every claim and every false claim was proven: all, since nothing else is written. */
  proven: number;
  /** Records whose goal, measured on the drawing, is the published answer; and those where that can be told. */
  answers: { measured: number; comparable: number; different: string[] };
  negatives: { wanted: number; made: number; complete: number; short: { id: string; reason: string }[] };
  failed: { id: string; stage: string; reason: string }[];
  /** Records made after something was put right or left out, with what. */
  notes: { id: string; notes: string[] }[];
}

const outcomeSchema = z.discriminatedUnion("ok", [
  z.object({ id: z.string(), ok: z.literal(true), negatives: z.number().int(), answerMeasured: z.boolean().nullable(), shortfall: z.string().nullable(), notes: z.array(z.string()) }),
  z.object({ id: z.string(), ok: z.literal(false), stage: z.enum(["read", "solve", "check", "draw", "perturb"]), reason: z.string() }),
]);

/** Tasks waiting for each thread, so that none is idle while records are written in order. */
const TASKS_AHEAD = 8;

/**
 * Builds a dataset folder. Problems that cannot be built are counted with their reason and stop nothing. Stopped at any
 * point and called again with the same options, it goes on, and the files are the same as those of one uninterrupted
 * run. Throws an InputError where the folder holds a build with other options.
 */
export async function buildDataset({ problems, folder, negatives = 10, seed = 1, size = 224, workers = 1, style, marks, detail, onProgress, signal }: BuildDatasetOptions): Promise<BuildReport> {
  const options = { negatives, seed, size };
  await mkdir(folder, { recursive: true });
  await claimFolder(folder, { generator: generatorName, ...options, style: style ?? null, marks: marks ?? "stated", detail: detail ?? "everything" });
  const logFile = join(folder, "build-log.jsonl");
  const log = await LineAppender.open(logFile);
  const records = await appendRecords(folder);
  const outcomes = new Map<string, BuildOutcome>();
  for await (const { value } of readJsonLines({ file: logFile, schema: outcomeSchema })) outcomes.set(value.id, value);

  const pool = poolOf(workers);
  const build = (task: BuildTask): ReturnType<typeof runTask> => (pool === null ? runTask(task) : (pool.run(task) as ReturnType<typeof runTask>));
  const waiting: { id: string; result: ReturnType<typeof runTask> | null }[] = [];
  const order: string[] = [];
  let built = 0;

  const writeNext = async (): Promise<void> => {
    const next = waiting.shift();
    if (next === undefined) return;
    if (next.result !== null) {
      const { outcome, record } = await next.result;
      if (record !== null && !records.existing.has(record.id)) await records.append(record);
      await log.append(outcome);
      outcomes.set(next.id, outcome);
    }
    if (outcomes.get(next.id)?.ok === true) built += 1;
    order.push(next.id);
    onProgress?.(order.length, built);
  };
  try {
    const seen = new Set<string>();
    for await (const problem of problems) {
      if (signal?.aborted === true) break;
      if (seen.has(problem.id)) throw new InputError({ message: `the problem id ${JSON.stringify(problem.id)} occurs twice; ids are unique`, file: folder });
      seen.add(problem.id);
      const finished = outcomes.has(problem.id);
      const result = finished ? null : build({ problem, folder, negatives, seed, size, style, marks, detail });
      // A failure is reported when its turn comes, not as an unhandled rejection before.
      result?.catch(() => undefined);
      waiting.push({ id: problem.id, result });
      if (waiting.length >= (pool === null ? 1 : workers * TASKS_AHEAD)) await writeNext();
    }
    while (waiting.length > 0) await writeNext();
  } finally {
    await records.close();
    await log.close();
    await pool?.destroy();
  }
  const report = reportOf(options, order.map((id) => outcomes.get(id) as BuildOutcome));
  await writeFileAtomic(join(folder, "build-report.json"), `${JSON.stringify(report, null, 2)}\n`);
  return report;
}

/** Threads run the built file beside this one; where there is none (run from sources) everything happens in this thread. */
function poolOf(workers: number): Piscina | null {
  if (workers <= 1) return null;
  const filename = fileURLToPath(new URL("./build-worker.js", import.meta.url));
  return existsSync(filename) ? new Piscina({ filename, minThreads: workers, maxThreads: workers }) : null;
}

/** Writes down what is being built, or checks that it is the same as before. */
async function claimFolder(folder: string, options: Record<string, unknown>): Promise<void> {
  const file = join(folder, "build-options.json");
  const text = `${JSON.stringify(options, null, 2)}\n`;
  const before = await readFile(file, "utf8").catch(() => null);
  if (before === null && existsSync(join(folder, "records.jsonl"))) throw new InputError({ message: "the folder holds records of another origin; give an empty folder", file: folder });
  if (before !== null && before !== text) throw new InputError({ message: "the folder holds a build with other options; give another folder, or remove this one", file });
  if (before === null) await writeFileAtomic(file, text);
}

function reportOf(options: BuildReport["options"], outcomes: readonly BuildOutcome[]): BuildReport {
  const built = outcomes.filter((outcome) => outcome.ok);
  const comparable = built.filter(({ answerMeasured }) => answerMeasured !== null);
  return {
    generator: generatorName,
    options,
    read: outcomes.length,
    built: built.length,
    proven: built.length,
    answers: { measured: comparable.filter(({ answerMeasured }) => answerMeasured === true).length, comparable: comparable.length, different: comparable.filter(({ answerMeasured }) => answerMeasured === false).map(({ id }) => id) },
    negatives: {
      wanted: built.length * options.negatives,
      made: built.reduce((sum, { negatives }) => sum + negatives, 0),
      complete: built.filter(({ shortfall }) => shortfall === null).length,
      short: built.flatMap(({ id, shortfall }) => (shortfall === null ? [] : [{ id, reason: shortfall }])),
    },
    failed: outcomes.flatMap((outcome) => (outcome.ok ? [] : [{ id: outcome.id, stage: outcome.stage, reason: outcome.reason }])),
    notes: built.flatMap(({ id, notes }) => (notes.length === 0 ? [] : [{ id, notes }])),
  };
}
