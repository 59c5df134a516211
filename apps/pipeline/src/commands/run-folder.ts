import { availableParallelism } from "node:os";
import { basename, join, resolve } from "node:path";
import { InputError } from "@mmgeo/dataset";
import { withLock } from "@mmgeo/engine";
import { type Command, Option } from "commander";
import { Depot } from "../executor/depot.js";
import type { Executor } from "../executor/executor.js";
import { threadExecutor } from "../executor/threads.js";
import type { DisplayStages } from "../run.js";
import { withStatus } from "../status.js";
import { asLeader, follow } from "../training/together.js";
import { takeWorld } from "../training/world.js";
import { digestOfValue } from "../store/digest.js";
import { positiveNumber } from "./flags.js";
import { log } from "./output.js";
import { displayStages } from "./run-display.js";

export interface ExecutorOptions {
  executor: "threads" | "bullmq";
  workers?: number;
  redis?: string;
  queue?: string;
  storage?: string;
}

/** The queue of a run, unless another is named: after the name of its folder, which workers on other machines see elsewhere. */
export function queueName(out: string): string {
  const name = basename(resolve(out));
  return `mmgeo-${/^[\w-]+$/u.test(name) ? name : digestOfValue(name).slice(0, 12)}`;
}

/** The options of commands whose stages are cut into tasks. They say where the work is done and shape no result. */
export function addExecutorOptions(command: Command): Command {
  return command
    .option("--executor <name>", "where tasks are done: threads of this process, or bullmq for workers that hear of them through Redis", "threads")
    .option("--workers <number>", "threads; the default is the number of cores", positiveNumber)
    .addOption(new Option("--redis <url>", "for bullmq: where Redis is, as in redis://host:6379").env("MMGEO_REDIS"))
    .option("--queue <name>", "for bullmq: the queue's name; the default is mmgeo- and the folder's name")
    .addOption(new Option("--storage <address>", storageHelp).env("MMGEO_STORAGE"));
}

/** What `--storage` says of itself, here and to workers. */
export const storageHelp = "for bullmq where machines share no folder: S3 or storage like it, as in s3://bucket/prefix (AWS_ENDPOINT_URL names other storage)";

/** Where machines exchange what tasks read and write; null where they share the run's folder. */
export async function depotOf(storage: string | undefined): Promise<Depot | null> {
  if (storage === undefined) return null;
  // Amazon's client is large, and few runs need it.
  const { s3Objects } = await import("../executor/s3.js");
  return new Depot(s3Objects({ address: storage }));
}

/**
 * Does work in the folder of a run or a study: alone there, with the executor that the options name, showing its stages here
 * and to `mmgeo status`. Of several processes that a scheduler started with the same command the first does it; the others take
 * part in its trainings, and get null.
 */
export async function inRunFolder<Result>({ options, out, work }: { options: ExecutorOptions; out: string; work: (tools: { executor: Executor; display: DisplayStages }) => Promise<Result> }): Promise<Result | null> {
  const world = takeWorld();
  if (world !== null && world.rank > 0) {
    log(`process ${world.rank} of ${world.size}: taking part in the trainings of the first`);
    await follow({ out, world });
    return null;
  }
  const executor = await executorOf(options, out);
  const alone = (): Promise<Result> => work({ executor, display: withStatus({ out, display: displayStages }) });
  try {
    return await withLock({
      file: join(out, "run.lock"),
      onWait: (holder) => log(`waiting for ${holder}, which runs in ${out}`),
      work: () => (world === null ? alone() : asLeader({ out, world, work: alone })),
    });
  } finally {
    await executor.close();
  }
}

async function executorOf({ executor, workers, redis, queue, storage }: ExecutorOptions, out: string): Promise<Executor> {
  if (executor === "threads") return threadExecutor({ threads: workers ?? availableParallelism() });
  if (executor !== "bullmq") throw new InputError({ message: `there is no executor "${String(executor)}"; take threads or bullmq`, field: "--executor" });
  if (redis === undefined) throw new InputError({ message: "bullmq needs to know where Redis is; give its address, as in redis://host:6379", field: "--redis" });
  const { queueExecutor } = await import("../executor/queue.js");
  return queueExecutor({ redis, queue: queue ?? queueName(out), depot: await depotOf(storage) });
}
