import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import type { ResourceVariable } from "../capture/variable.js";
import { readJson, writeJson } from "../checkpoint/checkpoint.js";
import { readSafetensors, readSafetensorsHeader, writeSafetensors, type TensorToWrite } from "../checkpoint/safetensors.js";
import { InputError } from "../input-error.js";
import type { StepOutcome } from "./step.js";

/** How far a run is: steps completed, and what the batches of the next step gave that were done already. */
export interface TrainerPosition {
  step: number;
  parts: readonly StepOutcome[];
}

/** What a checkpoint says of the run besides tensors. */
interface TrainerState extends TrainerPosition {
  /** The options that shape the result; a run is resumed only with the same ones. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** The variables that a checkpoint stores, by their names in it: those it always has, and those that matter between the batches of a step. */
export interface StateVariables {
  readonly always: Readonly<Record<string, ResourceVariable>>;
  readonly withinStep: Readonly<Record<string, ResourceVariable>>;
}

/** In the order of the alphabet these are in the order of the run. */
const checkpointName = /^step-\d{8}(?:-part-\d{6})?$/;

/** The newest complete checkpoint of a run folder, or null. */
export async function latestCheckpoint(folder: string): Promise<string | null> {
  const latest = (await checkpointNames(folder)).at(-1);
  return latest === undefined ? null : join(folder, "checkpoints", latest);
}

async function checkpointNames(folder: string): Promise<string[]> {
  const parent = join(folder, "checkpoints");
  return existsSync(parent) ? (await readdir(parent)).filter((name) => checkpointName.test(name)).sort() : [];
}

/**
 * Publishes a checkpoint by one rename: what `saveModel` writes, and in `trainer/` the variables and the state. Keeps the last
 * `keep` of them and removes what a killed run left half written.
 */
export async function saveTrainingState({
  folder,
  position,
  variables,
  options,
  keep,
  saveModel,
}: {
  folder: string;
  position: TrainerPosition;
  variables: StateVariables;
  options: Readonly<Record<string, unknown>>;
  keep: number;
  saveModel: (folder: string) => Promise<void>;
}): Promise<string> {
  const part = position.parts.length === 0 ? "" : `-part-${String(position.parts.length).padStart(6, "0")}`;
  const path = join(folder, "checkpoints", `step-${String(position.step).padStart(8, "0")}${part}`);
  const partial = `${path}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(join(partial, "trainer"), { recursive: true });
  await saveModel(partial);
  const stored = { ...variables.always, ...(part === "" ? {} : variables.withinStep) };
  const tensors: Record<string, TensorToWrite> = Object.fromEntries(Object.entries(stored).map(([name, variable]) => [name, { shape: variable.shape, type: "F32", data: async () => await valueOf(variable) }]));
  await writeSafetensors(join(partial, "trainer", "state.safetensors"), tensors, { step: String(position.step) });
  await writeJson(join(partial, "trainer", "state.json"), { ...position, options } satisfies TrainerState);
  await rm(path, { recursive: true, force: true });
  await rename(partial, path);
  const names = await checkpointNames(folder);
  for (const name of names.slice(0, Math.max(0, names.length - keep))) await rm(join(folder, "checkpoints", name), { recursive: true, force: true });
  return path;
}

async function valueOf(variable: ResourceVariable): Promise<Float32Array> {
  const tensor = variable.read();
  try {
    return (await tensor.data()) as Float32Array;
  } finally {
    tensor.dispose();
  }
}

/** Puts a checkpoint's tensors into the variables, one at a time, and says where it was made. */
export async function restoreTrainingState({ path, variables, options }: { path: string; variables: StateVariables; options: Readonly<Record<string, unknown>> }): Promise<TrainerPosition> {
  const stateFile = join(path, "trainer", "state.json");
  const state = (await readJson(stateFile, "remove this checkpoint")) as unknown as TrainerState;
  for (const [name, value] of Object.entries(options)) {
    const before = JSON.stringify(state.options?.[name]);
    const now = JSON.stringify(value);
    if (before !== now) throw new InputError({ file: stateFile, field: name, message: `was ${before} when this run began and is ${now} now: take another run folder, or remove this one to begin anew` });
  }
  const parts = state.parts ?? [];
  const file = join(path, "trainer", "state.safetensors");
  const wanted = Object.entries({ ...variables.always, ...(parts.length === 0 ? {} : variables.withinStep) });
  const { entries } = await readSafetensorsHeader(file);
  const shapes = new Map(entries.map(({ name, shape }) => [name, String(shape)]));
  for (const [name, { shape }] of wanted) {
    if (shapes.get(name) !== String(shape)) throw new InputError({ file, field: name, message: `is missing or not of shape [${shape}]: take another run folder` });
  }
  for (const [name, variable] of wanted) {
    const { [name]: stored } = await readSafetensors(file, { select: (candidate) => candidate === name });
    tf.tidy(() => variable.set(tf.tensor(stored?.data as Float32Array, [...variable.shape])));
  }
  return { step: state.step, parts };
}
