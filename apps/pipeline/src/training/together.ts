import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { InputError, writeFileAtomic } from "@mmgeo/dataset";
import { launch } from "@mmgeo/engine";
import { z } from "zod";
import type { RunConfig } from "../config.js";
import type { Progress } from "../stage.js";
import type { World } from "./world.js";

/** How often a follower looks whether there is something to train, and the run how far its training is. */
const LOOK = 300;
/** The first process of a job is taken to begin within this time of the others, in milliseconds. */
const OLD = 5000;

/** What processes that train together are told, in a file that all of them see. */
export const trainingRequestSchema = z.object({ config: z.unknown(), training: z.string(), folder: z.string() });
export interface TrainingRequest {
  config: RunConfig;
  /** the dataset folder to train on */
  training: string;
  /** the stage's folder */
  folder: string;
}

/** What the first process of a job tells the others: where the next training is described, or that there is none any more. */
const noticeSchema = z.object({ number: z.number().int(), request: z.string().nullable() });

const program = (): string => fileURLToPath(new URL("./train-process.js", import.meta.url));
export const progressFileOf = (request: string): string => `${request}.progress`;

function noticeFile(out: string, { job }: World): string {
  return join(out, `training-${job}.json`);
}

async function trainHere(request: string, { environment }: World): Promise<number> {
  const child = spawn(process.execPath, ["--no-warnings", program(), request], { stdio: ["ignore", "inherit", "inherit"], env: environment });
  const [code] = (await once(child, "exit")) as [number | null];
  return code ?? 1;
}

/** Starts processes that train together. */
export type StartTraining = (request: string, processes: number) => Promise<number>;

/** On this machine, by the engine's launcher. */
const startHere: StartTraining = (request, processes) => launch({ processes, program: program(), parameters: [request] });

let startTraining: StartTraining = startHere;

/**
 * Does work as the first process of a scheduler's job: trainings within it are done together with the processes that `follow`.
 */
export async function asLeader<Result>({ out, world, work }: { out: string; world: World; work: () => Promise<Result> }): Promise<Result> {
  const file = noticeFile(out, world);
  let number = 0;
  const tell = (request: string | null): Promise<void> => writeFileAtomic(file, JSON.stringify({ number: (number += 1), request }));
  await rm(file, { force: true });
  startTraining = async (request, processes) => {
    if (processes !== world.size) throw new InputError({ message: `is ${processes}, and ${world.size} processes were started; make both the same`, field: "encoder.processes" });
    await tell(request);
    return await trainHere(request, world);
  };
  try {
    return await work();
  } finally {
    startTraining = startHere;
    await tell(null);
  }
}

/** Takes part in the trainings of the process that leads the job, until it is done. */
export async function follow({ out, world }: { out: string; world: World }): Promise<void> {
  const notice = async (): Promise<z.infer<typeof noticeSchema>> => {
    const text = await readFile(noticeFile(out, world), "utf8").catch(() => null);
    return text === null ? { number: 0, request: null } : noticeSchema.parse(JSON.parse(text));
  };
  // The end of an earlier attempt at the same job may still lie there when all its processes begin anew.
  if ((await notice()).request === null) await delay(OLD);
  for (let last = 0; ; ) {
    await delay(LOOK);
    const { number, request } = await notice();
    if (number === last) continue;
    last = number;
    if (request === null) return;
    if ((await trainHere(request, world)) !== 0) throw new Error(`the training of ${request} failed in process ${world.rank}; its log says why`);
  }
}

/** Trains in several processes, each on its share of every batch. The first of them writes what a single process would. */
export async function trainTogether({ request, processes, progress }: { request: TrainingRequest; processes: number; progress: (progress: Progress) => void }): Promise<void> {
  const file = join(request.folder, "training-request.json");
  await writeFileAtomic(file, JSON.stringify(request));
  const watch = setInterval(() => {
    if (existsSync(progressFileOf(file))) void readFile(progressFileOf(file), "utf8").then((text) => progress(JSON.parse(text) as Progress)).catch(() => undefined);
  }, LOOK);
  try {
    const code = await startTraining(file, processes);
    if (code !== 0) throw new Error(`a process of ${processes} that train the encoder together failed; its log says why`);
  } finally {
    clearInterval(watch);
  }
  for (const name of [file, progressFileOf(file)]) await rm(name, { force: true });
}
