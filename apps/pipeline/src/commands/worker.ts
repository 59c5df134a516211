import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { InputError } from "@mmgeo/dataset";
import { type Command, Option } from "commander";
import { workQueue } from "../executor/queue.js";
import { depotOf, queueName, storageHelp } from "./run-folder.js";
import { positiveNumber } from "./flags.js";
import { log } from "./output.js";

interface WorkerOptions {
  redis: string;
  queue?: string;
  workers?: number;
  storage?: string;
  idle?: number;
}

export function registerWorkerCommand(program: Command): void {
  program
    .command("worker <folder>")
    .description("do tasks of a run or a study on another machine or in another process; the folder is the run's, as this machine sees it")
    .addOption(new Option("--redis <url>", "where Redis is, as in redis://host:6379").env("MMGEO_REDIS").makeOptionMandatory())
    .option("--queue <name>", "the queue's name, where the run was given one")
    .option("--workers <number>", "tasks done at once; the default is the number of cores", positiveNumber)
    .option("--idle <seconds>", "end after so long without a task; without it the worker waits for more until it is told to stop", positiveNumber)
    .addOption(new Option("--storage <address>", `${storageHelp}; the folder is then this worker's own`).env("MMGEO_STORAGE"))
    .action(async (folder: string, options: WorkerOptions) => {
      const out = resolve(folder);
      const depot = await depotOf(options.storage);
      if (depot !== null) await mkdir(out, { recursive: true });
      if (!existsSync(out)) throw new InputError({ message: "there is no such folder; give the run's folder as this machine sees it", file: folder });
      const stop = new AbortController();
      for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
      const queue = options.queue ?? queueName(out);
      log(`waiting for tasks of ${queue}; SIGTERM ends it after those it has begun`);
      await workQueue({
        redis: options.redis,
        queue,
        store: join(out, "store"),
        threads: options.workers ?? availableParallelism(),
        signal: stop.signal,
        depot,
        idleSeconds: options.idle,
        onTask: ({ id, error }) => log(error === null ? `${id} done` : `${id} failed: ${error}`, { task: id, error }),
      });
    });
}
