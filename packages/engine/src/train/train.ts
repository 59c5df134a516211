import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { processGroup } from "../backend/backend.js";
import type { ResourceVariable } from "../capture/variable.js";
import { saveCheckpoint, type Parameters } from "../checkpoint/checkpoint.js";
import { createTrainedParameter, type TrainedParameter } from "./adamw.js";
import { makeBatch, prefetch } from "./batches.js";
import { Clock } from "./clock.js";
import type { TrainOptions, TrainResult } from "./options.js";
import { latestCheckpoint, restoreTrainingState, saveTrainingState, type StateVariables, type TrainerPosition } from "./run-folder.js";
import { RunLog } from "./run-log.js";
import { learningRateAt } from "./schedule.js";
import { createStep, inOrderOf, type StepOutcome } from "./step.js";

/**
 * Trains a model: batches in a seeded order, forward, backward, clipping and AdamW as one captured graph, checkpoints from which a
 * killed run goes on with the same bits. With a folder it logs to metrics.jsonl and to an event file for TensorBoard.
 * @throws Error if a loss or gradient is not finite; the last checkpoint stays
 */
export async function train(options: TrainOptions): Promise<TrainResult> {
  const { examples, batchSize, accumulate = 1, seed, folder, keep = 2 } = options;
  if (!(examples > 0) || !(batchSize > 0)) throw new Error(`train: ${examples} examples in batches of ${batchSize} are nothing to train on`);
  const group = processGroup();
  if (group !== null && Math.min(batchSize, examples) % group.addresses.length !== 0) throw new Error(`train: a batch of ${Math.min(batchSize, examples)} does not divide among ${group.addresses.length} processes`);
  const batchesPerEpoch = Math.max(1, Math.floor(examples / batchSize));
  const steps = options.steps ?? Math.max(1, Math.floor(((options.epochs ?? 1) * batchesPerEpoch) / accumulate));
  const trained = takeOver(options);
  const names = new Set(trained.map(({ name }) => name));
  const frozen = Object.fromEntries(Object.entries(options.parameters).filter(([name]) => !names.has(name)));
  const identity = { seed, steps, examples, batchSize, accumulate, learningRate: options.learningRate, schedule: options.schedule ?? "cosine", averageDecay: options.averageDecay, trained: [...names], ...options.identity };
  const step = createStep({ options, trained, frozen });
  const variables = variablesOf(trained, step.sums);
  const model = (average: boolean): Parameters => inOrderOf(options.parameters, { ...frozen, ...readAll(trained, average) });
  // Of several processes only the first writes; all read.
  const log = folder === undefined || (group !== null && group.rank !== 0) ? null : new RunLog(folder);

  const start: TrainerPosition = { step: 0, parts: [] };
  let checkpoint: string | null = null;
  const losses: number[] = [];
  let saved = "";
  const placeOf = ({ step, parts }: TrainerPosition): string => `${step} ${parts.length}`;
  const save = async (position: TrainerPosition): Promise<void> => {
    if (placeOf(position) === saved) return;
    saved = placeOf(position);
    if (folder !== undefined && log !== null) checkpoint = await saveTrainingState({ folder, position, variables, options: identity, keep, saveModel: async (target) => await saveModel({ options, target, model }) });
  };
  try {
    if (folder !== undefined) {
      const latest = await latestCheckpoint(folder);
      checkpoint = latest;
      if (latest !== null) Object.assign(start, await restoreTrainingState({ path: latest, variables, options: identity }));
    }
    saved = placeOf(start);
    await log?.open(start.step);
    const batches = prefetch({ first: start.step * accumulate + start.parts.length, last: steps * accumulate, ahead: options.ahead ?? 2, make: (index) => makeBatch({ options, batchesPerEpoch, index }) });
    const clock = new Clock({ first: start.step, steps, examplesPerStep: accumulate * batchSize, productRate: options.productRate });
    for (let number = start.step + 1; number <= steps; number += 1) {
      const learningRate = learningRateAt(options, number, steps);
      const parts = number === start.step + 1 ? [...start.parts] : [];
      while (parts.length < accumulate) {
        if (options.signal?.aborted === true) {
          if (options.saveWhenStopped === true && group === null) await save({ step: number - 1, parts });
          options.signal.throwIfAborted();
        }
        const batch = await clock.waiting(batches.next());
        parts.push(await step.run({ batch, number, learningRate, update: parts.length === accumulate - 1 }));
      }
      const outcome = averageOf(parts);
      const epoch = Math.floor((number * accumulate - 1) / batchesPerEpoch);
      if (!Number.isFinite(outcome.loss) || !Number.isFinite(outcome.gradientNorm)) {
        throw new Error(`train: step ${number} has loss ${outcome.loss} and gradient norm ${outcome.gradientNorm}: lower the learning rate (${learningRate}) or look at this batch's data; ${checkpoint === null ? "nothing was saved" : `the last checkpoint is ${checkpoint}`}`);
      }
      losses.push(outcome.loss);
      const evaluation = isDue(options.evaluateEvery, number, steps) ? await evaluated({ options, model, number }) : {};
      const speed = clock.after(number, step.operations());
      await log?.write(number, { epoch, loss: outcome.loss, learningRate, gradientNorm: outcome.gradientNorm, ...outcome.metrics, ...evaluation }, speed);
      options.onProgress?.({ step: number, steps, epoch, learningRate, ...outcome, metrics: { ...outcome.metrics, ...evaluation }, ...speed });
      if (isDue(options.saveEvery, number, steps)) await save({ step: number, parts: [] });
    }
    const { examplesPerSecond, waitingShare } = clock.after(steps, 0);
    return { parameters: model(false), averages: options.averageDecay === undefined ? null : model(true), steps, resumedFrom: start.step, losses, waitingShare, javascriptMilliseconds: losses.length === 0 ? 0 : step.javascript() / losses.length, examplesPerSecond, checkpoint };
  } finally {
    step.dispose();
    for (const { value, firstMoment, secondMoment, average } of trained) for (const variable of [value, firstMoment, secondMoment, average]) variable?.dispose();
  }
}

function isDue(every: number | undefined, step: number, steps: number): boolean {
  return step === steps || (every !== undefined && step % every === 0);
}

async function evaluated({ options, model, number }: { options: TrainOptions; model: (average: boolean) => Parameters; number: number }): Promise<Record<string, number>> {
  if (options.evaluate === undefined) return {};
  const parameters = model(false);
  try {
    return Object.fromEntries(Object.entries(await options.evaluate(parameters, number)).map(([name, value]) => [`evaluation.${name}`, value]));
  } finally {
    disposeTrained(options, parameters);
  }
}

/** Moves the trainable parameters into variables. */
function takeOver({ parameters, trainable = () => true, group = () => ({}), weightDecay = 0.01, averageDecay }: TrainOptions): TrainedParameter[] {
  const trained: TrainedParameter[] = [];
  for (const [name, initial] of Object.entries(parameters)) {
    if (!trainable(name) || initial.dtype !== "float32") continue;
    trained.push(createTrainedParameter({ name, initial, group: group(name, initial), weightDecay, averaged: averageDecay !== undefined }));
    initial.dispose();
  }
  if (trained.length === 0) throw new Error("train: no parameter is trainable");
  return trained;
}

function averageOf(parts: readonly StepOutcome[]): StepOutcome {
  const mean = (value: (part: StepOutcome) => number): number => parts.reduce((sum, part) => sum + value(part), 0) / parts.length;
  const last = parts.at(-1) as StepOutcome;
  return { loss: mean(({ loss }) => loss), gradientNorm: last.gradientNorm, metrics: Object.fromEntries(Object.keys(last.metrics).map((name) => [name, mean(({ metrics }) => metrics[name] as number)])) };
}

/** The average where one is kept and asked for, else the value. */
function readAll(trained: readonly TrainedParameter[], averages: boolean): Parameters {
  return Object.fromEntries(trained.map(({ name, value, average }) => [name, (averages ? (average ?? value) : value).read()]));
}

/** Everything a resumed run needs, by its name in the checkpoint. */
function variablesOf(trained: readonly TrainedParameter[], sums: ReadonlyMap<string, ResourceVariable> | null): StateVariables {
  const moments = Object.fromEntries(
    trained.flatMap(({ name, value, firstMoment, secondMoment, average }) => [
      // The values too: the model's own file may be written in a narrower type, and a resumed run has to go on from the same bits.
      [`value.${name}`, value],
      [`firstMoment.${name}`, firstMoment],
      [`secondMoment.${name}`, secondMoment],
      ...(average === null ? [] : [[`average.${name}`, average] as const]),
    ]),
  );
  return { always: moments, withinStep: Object.fromEntries([...(sums ?? [])].map(([name, sum]) => [`sum.${name}`, sum])) };
}

async function saveModel({ options, target, model }: { options: TrainOptions; target: string; model: (average: boolean) => Parameters }): Promise<void> {
  for (const average of options.averageDecay === undefined ? [false] : [false, true]) {
    const parameters = model(average);
    const folder = average ? join(target, "average") : target;
    try {
      await mkdir(folder, { recursive: true });
      await (options.save?.(folder, parameters) ?? saveCheckpoint(folder, { config: {}, parameters }));
    } finally {
      disposeTrained(options, parameters);
    }
  }
}

/** Frozen parameters are the caller's own tensors. */
function disposeTrained({ parameters: given }: TrainOptions, parameters: Parameters): void {
  for (const [name, tensor] of Object.entries(parameters)) if (tensor !== given[name]) tensor.dispose();
}
