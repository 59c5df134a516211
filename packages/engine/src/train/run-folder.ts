import { createReadStream, existsSync } from "node:fs";
import { appendFile, mkdir, readdir, rename, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import * as tf from "@tensorflow/tfjs";
import { readJson, writeJson } from "../checkpoint/checkpoint.js";
import { readSafetensors, writeSafetensors, type HostTensor } from "../checkpoint/safetensors.js";
import { InputError } from "../input-error.js";
import type { TrainedParameter } from "./adamw.js";

/** What a checkpoint says of the run besides tensors. */
interface TrainerState {
  readonly step: number;
  /** The options that shape the result; a run is resumed only with the same ones. */
  readonly options: Readonly<Record<string, unknown>>;
}

const checkpointName = /^step-(\d{8})$/;

/** The newest complete checkpoint of a run folder, or null. */
export async function latestCheckpoint(folder: string): Promise<{ path: string; step: number } | null> {
  const steps = (await checkpointNames(folder)).map((name) => Number(checkpointName.exec(name)?.[1]));
  const step = Math.max(...steps);
  return steps.length === 0 ? null : { path: checkpointPath(folder, step), step };
}

function checkpointPath(folder: string, step: number): string {
  return join(folder, "checkpoints", `step-${String(step).padStart(8, "0")}`);
}

async function checkpointNames(folder: string): Promise<string[]> {
  const parent = join(folder, "checkpoints");
  return existsSync(parent) ? (await readdir(parent)).filter((name) => checkpointName.test(name)).sort() : [];
}

/**
 * Publishes a checkpoint by one rename: what `saveModel` writes, and in `trainer/` the moments and the state. Keeps the last
 * `keep` of them and removes what a killed run left half written.
 */
export async function saveTrainingState({
  folder,
  step,
  parameters,
  options,
  keep,
  saveModel,
}: {
  folder: string;
  step: number;
  parameters: readonly TrainedParameter[];
  options: Readonly<Record<string, unknown>>;
  keep: number;
  saveModel: (folder: string) => Promise<void>;
}): Promise<string> {
  const path = checkpointPath(folder, step);
  const partial = `${path}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(join(partial, "trainer"), { recursive: true });
  await saveModel(partial);
  const moments: Record<string, HostTensor> = {};
  for (const { name, value, firstMoment, secondMoment } of parameters) {
    // The values too: the model's own file may be written in a narrower type, and a resumed run has to go on from the same bits.
    for (const [kind, variable] of Object.entries({ value, firstMoment, secondMoment })) {
      const tensor = variable.read();
      moments[`${kind}.${name}`] = { shape: tensor.shape, data: (await tensor.data()) as Float32Array };
      tensor.dispose();
    }
  }
  await writeSafetensors(join(partial, "trainer", "state.safetensors"), moments, { step: String(step) });
  await writeJson(join(partial, "trainer", "state.json"), { step, options } satisfies TrainerState);
  await rm(path, { recursive: true, force: true });
  await rename(partial, path);
  const names = await checkpointNames(folder);
  for (const name of names.slice(0, Math.max(0, names.length - keep))) await rm(join(folder, "checkpoints", name), { recursive: true, force: true });
  return path;
}

/** Puts a checkpoint's values and moments into the variables and returns its step. */
export async function restoreTrainingState({ path, parameters, options }: { path: string; parameters: readonly TrainedParameter[]; options: Readonly<Record<string, unknown>> }): Promise<number> {
  const stateFile = join(path, "trainer", "state.json");
  const state = (await readJson(stateFile, "remove this checkpoint")) as unknown as TrainerState;
  for (const [name, value] of Object.entries(options)) {
    const before = JSON.stringify(state.options?.[name]);
    const now = JSON.stringify(value);
    if (before !== now) throw new InputError({ file: stateFile, field: name, message: `was ${before} when this run began and is ${now} now: take another run folder, or remove this one to begin anew` });
  }
  const file = join(path, "trainer", "state.safetensors");
  const tensors = await readSafetensors(file);
  for (const { name, value, firstMoment, secondMoment } of parameters) {
    for (const [kind, variable] of Object.entries({ value, firstMoment, secondMoment })) {
      const stored = tensors[`${kind}.${name}`];
      if (stored === undefined || String(stored.shape) !== String(variable.shape)) throw new InputError({ file, field: `${kind}.${name}`, message: `is missing or not of shape [${variable.shape}]: take another run folder` });
      tf.tidy(() => variable.set(tf.tensor(stored.data as Float32Array, [...stored.shape])));
    }
  }
  return state.step;
}

/** Drops the metrics of steps that a resumed run will do again, and a line cut short by a kill. */
export async function trimMetrics(file: string, step: number): Promise<void> {
  if (!existsSync(file)) return writeFile(file, "");
  let length = 0;
  for await (const line of createInterface({ input: createReadStream(file) })) {
    let recorded: number;
    try {
      recorded = (JSON.parse(line) as { step: number }).step;
    } catch {
      break;
    }
    if (!(recorded <= step)) break;
    length += Buffer.byteLength(line) + 1;
  }
  await truncate(file, length);
}

export async function appendMetrics(file: string, metrics: Readonly<Record<string, number>>): Promise<void> {
  await appendFile(file, `${JSON.stringify(metrics)}\n`);
}
