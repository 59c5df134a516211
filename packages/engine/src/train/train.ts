import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { processGroup } from "../backend/backend.js";
import { compile } from "../capture/compile.js";
import type { Precision } from "../capture/trace.js";
import { ResourceVariable } from "../capture/variable.js";
import { saveCheckpoint, toTensor, type Parameters } from "../checkpoint/checkpoint.js";
import type { HostTensor } from "../checkpoint/safetensors.js";
import { meanOverProcesses } from "../distributed/reduce.js";
import { applyAdamW, createTrainedParameter, globalNorm, type AdamWOptions, type ParameterGroup, type TrainedParameter, type UpdateScalars } from "./adamw.js";
import { order } from "./order.js";
import { appendMetrics, latestCheckpoint, restoreTrainingState, saveTrainingState, trimMetrics } from "./run-folder.js";
import { learningRateAt, type Schedule } from "./schedule.js";

/** The arrays of one batch by name; the same names and, but for what buckets vary, the same shapes every time. */
export type Batch = Readonly<Record<string, HostTensor>>;

/** What a loss function returns: the scalar to minimize, and further scalars to log. */
export type Loss = tf.Tensor | { readonly loss: tf.Tensor; readonly metrics: Readonly<Record<string, tf.Tensor>> };

export interface TrainOptions extends Schedule, AdamWOptions {
  /**
   * All parameters of the model by name. The trainable ones are taken over: they move into variables that are updated in
   * place, and the tensors given are disposed; use those of the result.
   */
  readonly parameters: Parameters;
  /** The loss of one batch, a mean over its examples. Runs once, traced; see `compile`. */
  readonly loss: (parameters: Parameters, batch: Record<string, tf.Tensor>) => Loss;
  /** Which parameters learn; the others cost neither gradients nor moments. @default all */
  readonly trainable?: (name: string) => boolean;
  /** Decay and rate of a parameter. @default decay for matrices, none for vectors */
  readonly group?: (name: string, parameter: tf.Tensor) => ParameterGroup;
  /** How many examples there are; `batch` is asked for them by index. */
  readonly examples: number;
  /** Examples in a batch. */
  readonly batchSize: number;
  /** Batches whose gradients are averaged into one step. @default 1 */
  readonly accumulate?: number;
  /** Makes the arrays of a batch; called one batch ahead, while the step before it runs. */
  readonly batch: (indices: readonly number[], place: { readonly epoch: number }) => Batch | Promise<Batch>;
  /** Passes over the examples; ignored if `steps` is given. @default 1 */
  readonly epochs?: number;
  readonly steps?: number;
  /** Everything random comes from it. */
  readonly seed: number;
  /** Precision of the matrix products. @default "float32" */
  readonly precision?: Precision;
  /** The run folder: metrics.jsonl, and checkpoints/step-N with the model and trainer/. Without one, nothing is written or resumed. */
  readonly folder?: string;
  /** Steps between checkpoints; the last step is always saved. @default only the last */
  readonly saveEvery?: number;
  /** Checkpoints kept. @default 2 */
  readonly keep?: number;
  /** Writes the model's own files into a checkpoint. @default config.json (empty) and model.safetensors */
  readonly save?: (folder: string, parameters: Parameters) => Promise<void>;
  /** Further facts that shape the result (a model's configuration, a data set's hash): a run resumes only if they are equal. */
  readonly identity?: Readonly<Record<string, unknown>>;
  readonly onProgress?: (progress: TrainProgress) => void;
  /** Stops before the next step when aborted; what was saved stays. */
  readonly signal?: AbortSignal;
}

export interface TrainProgress {
  readonly step: number;
  readonly steps: number;
  readonly epoch: number;
  readonly loss: number;
  readonly learningRate: number;
  readonly gradientNorm: number;
  /** The further scalars of the loss function. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly examplesPerSecond: number;
  readonly secondsLeft: number;
}

export interface TrainResult {
  /** All parameters: the trained ones as new tensors, the frozen ones as they were given. */
  readonly parameters: Parameters;
  readonly steps: number;
  /** The step the run was resumed from, 0 for a new one. */
  readonly resumedFrom: number;
  /** Losses of the steps done in this process. */
  readonly losses: readonly number[];
  /** Share of the time in which the step waited for data. */
  readonly waitingShare: number;
  readonly examplesPerSecond: number;
  /** The last checkpoint, or null without a folder. */
  readonly checkpoint: string | null;
}

/**
 * Trains a model: batches in a seeded order, forward, backward, clipping and AdamW as one captured graph, checkpoints from which a
 * killed run goes on with the same bits.
 * @throws Error if a loss or gradient is not finite; the last checkpoint stays
 */
export async function train(options: TrainOptions): Promise<TrainResult> {
  const { examples, batchSize, accumulate = 1, seed, folder, keep = 2 } = options;
  if (!(examples > 0) || !(batchSize > 0)) throw new Error(`train: ${examples} examples in batches of ${batchSize} are nothing to train on`);
  const group = processGroup();
  if (group !== null && Math.min(batchSize, examples) % group.addresses.length !== 0) throw new Error(`train: a batch of ${Math.min(batchSize, examples)} does not divide among ${group.addresses.length} processes`);
  // Of several processes only the first writes; all read.
  const writes = group === null || group.rank === 0;
  const batchesPerEpoch = Math.max(1, Math.floor(examples / batchSize));
  const steps = options.steps ?? Math.max(1, Math.floor(((options.epochs ?? 1) * batchesPerEpoch) / accumulate));
  const trained = takeOver(options);
  const names = new Set(trained.map(({ name }) => name));
  const frozen = Object.fromEntries(Object.entries(options.parameters).filter(([name]) => !names.has(name)));
  const identity = { seed, steps, examples, batchSize, accumulate, learningRate: options.learningRate, schedule: options.schedule ?? "cosine", trained: [...names], ...options.identity };

  let resumedFrom = 0;
  let checkpoint: string | null = null;
  const losses: number[] = [];
  const metricsFile = folder === undefined ? null : join(folder, "metrics.jsonl");
  const step = createStep({ options, trained, frozen });
  try {
    if (folder !== undefined && metricsFile !== null) {
      await mkdir(folder, { recursive: true });
      const latest = await latestCheckpoint(folder);
      if (latest !== null) {
        checkpoint = latest.path;
        resumedFrom = await restoreTrainingState({ path: latest.path, parameters: trained, options: identity });
      }
      if (writes) await trimMetrics(metricsFile, resumedFrom);
    }
    const batches = prefetch({ first: resumedFrom * accumulate, last: steps * accumulate, make: (index) => makeBatch({ options, batchesPerEpoch, index }) });
    const started = performance.now();
    let waited = 0;
    for (let number = resumedFrom + 1; number <= steps; number += 1) {
      options.signal?.throwIfAborted();
      const learningRate = learningRateAt(options, number, steps);
      const parts: StepOutcome[] = [];
      for (let part = 1; part <= accumulate; part += 1) {
        const asked = performance.now();
        const batch = await batches.next();
        waited += performance.now() - asked;
        parts.push(await step.run({ batch, number, learningRate, update: part === accumulate }));
      }
      const outcome = averageOf(parts);
      const epoch = Math.floor((number * accumulate - 1) / batchesPerEpoch);
      if (!Number.isFinite(outcome.loss) || !Number.isFinite(outcome.gradientNorm)) {
        throw new Error(`train: step ${number} has loss ${outcome.loss} and gradient norm ${outcome.gradientNorm}: lower the learning rate (${learningRate}) or look at this batch's data; ${checkpoint === null ? "nothing was saved" : `the last checkpoint is ${checkpoint}`}`);
      }
      losses.push(outcome.loss);
      if (metricsFile !== null && writes) await appendMetrics(metricsFile, { step: number, epoch, loss: outcome.loss, learningRate, gradientNorm: outcome.gradientNorm, ...outcome.metrics });
      const elapsed = (performance.now() - started) / 1000;
      const done = number - resumedFrom;
      const examplesPerSecond = (done * accumulate * batchSize) / elapsed;
      options.onProgress?.({ step: number, steps, epoch, learningRate, ...outcome, examplesPerSecond, secondsLeft: (elapsed / done) * (steps - number) });
      if (folder !== undefined && writes && (number === steps || (options.saveEvery !== undefined && number % options.saveEvery === 0))) {
        checkpoint = await saveTrainingState({ folder, step: number, parameters: trained, options: identity, keep, saveModel: (target) => saveModel({ options, target, trained, frozen }) });
      }
    }
    const seconds = (performance.now() - started) / 1000;
    const done = steps - resumedFrom;
    return {
      parameters: inOrderOf(options.parameters, { ...frozen, ...readAll(trained) }),
      steps,
      resumedFrom,
      losses,
      waitingShare: done === 0 ? 0 : waited / 1000 / seconds,
      examplesPerSecond: done === 0 ? 0 : (done * accumulate * batchSize) / seconds,
      checkpoint,
    };
  } finally {
    step.dispose();
    for (const { value, firstMoment, secondMoment } of trained) for (const variable of [value, firstMoment, secondMoment]) variable.dispose();
  }
}

/** Moves the trainable parameters into variables. */
function takeOver({ parameters, trainable = () => true, group = () => ({}), weightDecay = 0.01 }: TrainOptions): TrainedParameter[] {
  const trained: TrainedParameter[] = [];
  for (const [name, initial] of Object.entries(parameters)) {
    if (!trainable(name) || initial.dtype !== "float32") continue;
    trained.push(createTrainedParameter({ name, initial, group: group(name, initial), weightDecay }));
    initial.dispose();
  }
  if (trained.length === 0) throw new Error("train: no parameter is trainable");
  return trained;
}

interface StepOutcome {
  readonly loss: number;
  readonly gradientNorm: number;
  readonly metrics: Readonly<Record<string, number>>;
}

/**
 * The captured work on one batch: loss and gradients, and, at the end of an accumulation window, clipping and the update of
 * every parameter, all inside one graph.
 */
function createStep({ options, trained, frozen }: { options: TrainOptions; trained: readonly TrainedParameter[]; frozen: Parameters }): {
  run: (input: { batch: Batch; number: number; learningRate: number; update: boolean }) => Promise<StepOutcome>;
  dispose: () => void;
} {
  const { accumulate = 1, beta1 = 0.9, beta2 = 0.999, maxGradientNorm = 1, precision = "float32" } = options;
  const sums = accumulate === 1 ? null : trained.map(({ value }) => ResourceVariable.zeros(value.shape));

  const work = ({ batch, scalars, update }: { batch: Record<string, tf.Tensor>; scalars: UpdateScalars; update: boolean }): Record<string, tf.Tensor> => {
    const values = trained.map(({ value }) => value.read());
    const parameters = inOrderOf(options.parameters, { ...frozen, ...Object.fromEntries(trained.map(({ name }, index) => [name, values[index] as tf.Tensor])) });
    const metrics: Record<string, tf.Tensor> = {};
    const { value: loss, grads } = gradientsOf(values, () => {
      const result = options.loss(parameters, batch);
      if (result instanceof tf.Tensor) return result;
      for (const [name, metric] of Object.entries(result.metrics)) metrics[`metric.${name}`] = tf.keep(metric.clone());
      return result.loss;
    });
    const reached = trained.flatMap((parameter, index) => (grads[index] ? [{ parameter, gradient: grads[index], sum: sums?.[index] ?? null }] : []));
    if (reached.length === 0) throw new Error("train: the loss depends on no trainable parameter");
    if (!update) {
      for (const { gradient, sum } of reached) sum?.write("AssignAddVariableOp", [gradient]);
      return averaged({ loss, ...metrics }, []).scalars;
    }
    const own = reached.map(({ gradient, sum }) => (sum === null ? gradient : sum.read().add(gradient).div(accumulate)));
    const { scalars: logged, gradients: total } = averaged({ loss, ...metrics }, own);
    const gradientNorm = globalNorm(total);
    const scale = maxGradientNorm > 0 ? tf.minimum(1, tf.div(maxGradientNorm, gradientNorm.add(1e-6))) : null;
    for (const [index, { parameter }] of reached.entries()) applyAdamW({ parameter, gradient: total[index] as tf.Tensor, scale, scalars, options });
    for (const { sum } of reached) sum?.assign(tf.zeros([...sum.shape]));
    return { ...logged, gradientNorm };
  };

  const captured = compile(work, { precision });
  return {
    run: async ({ batch, number, learningRate, update }) => {
      const input = {
        batch: Object.fromEntries(Object.entries(batch).map(([name, array]) => [name, toTensor(array)])),
        scalars: { learningRate: tf.scalar(learningRate), beta1Power: tf.scalar(beta1 ** number), beta2Power: tf.scalar(beta2 ** number) },
        update,
      };
      const result = runTogether(() => captured(input), number);
      const numbers: Record<string, number> = {};
      for (const [name, tensor] of Object.entries(result)) numbers[name] = (await tensor.data())[0] as number;
      tf.dispose([input.batch, { ...input.scalars }, result]);
      const { loss, gradientNorm = 0, ...metrics } = numbers;
      return { loss: loss as number, gradientNorm, metrics: Object.fromEntries(Object.entries(metrics).map(([name, value]) => [name.slice("metric.".length), value])) };
    },
    dispose: () => {
      captured.dispose();
      for (const sum of sums ?? []) sum.dispose();
    },
  };
}

/** Says what it means that a step failed because another process did. */
function runTogether<Result>(run: () => Result, step: number): Result {
  try {
    return run();
  } catch (error) {
    if (processGroup() === null) throw error;
    throw new Error(`train: step ${step} failed, most likely because another process was lost or did not answer: start all processes again, they go on from the last checkpoint (${error instanceof Error ? error.message : String(error)})`, { cause: error });
  }
}

/** Means over the processes that train together; what was given, for a process on its own. */
function averaged(scalars: Record<string, tf.Tensor>, gradients: tf.Tensor[]): { scalars: Record<string, tf.Tensor>; gradients: tf.Tensor[] } {
  const group = processGroup();
  if (group === null) return { scalars, gradients };
  const names = Object.keys(scalars);
  const means = meanOverProcesses([...gradients, ...Object.values(scalars)], group);
  return { gradients: means.slice(0, gradients.length), scalars: Object.fromEntries(names.map((name, index) => [name, means[gradients.length + index] as tf.Tensor])) };
}

/** Gradients of a scalar with respect to tensors it may or may not depend on. */
function gradientsOf(inputs: tf.Tensor[], work: () => tf.Tensor): { value: tf.Tensor; grads: (tf.Tensor | null)[] } {
  return (tf.engine() as unknown as { gradients(work: () => tf.Tensor, inputs: tf.Tensor[], dy: null, allowNone: boolean): { value: tf.Tensor; grads: (tf.Tensor | null)[] } }).gradients(work, inputs, null, true);
}

async function makeBatch({ options, batchesPerEpoch, index }: { options: TrainOptions; batchesPerEpoch: number; index: number }): Promise<Batch> {
  const epoch = Math.floor(index / batchesPerEpoch);
  const indices = order({ examples: options.examples, batchSize: options.batchSize, seed: options.seed, epoch })[index % batchesPerEpoch] as number[];
  const group = processGroup();
  if (group === null) return await options.batch(indices, { epoch });
  // Each process makes and computes its own part of the same batch.
  const share = indices.length / group.addresses.length;
  return await options.batch(indices.slice(group.rank * share, (group.rank + 1) * share), { epoch });
}

/** Asks for the next batch before the one in hand is used. */
function prefetch({ first, last, make }: { first: number; last: number; make: (index: number) => Promise<Batch> }): { next: () => Promise<Batch> } {
  const start = (index: number): Promise<Batch> | null => {
    if (index >= last) return null;
    const batch = make(index);
    // A failure is reported when the batch is awaited, not before.
    batch.catch(() => undefined);
    return batch;
  };
  let index = first;
  let ahead = start(index);
  return {
    next: async () => {
      if (ahead === null) throw new Error("train: no batch is left");
      const batch = await ahead;
      index += 1;
      ahead = start(index);
      return batch;
    },
  };
}

function averageOf(parts: readonly StepOutcome[]): StepOutcome {
  const mean = (value: (part: StepOutcome) => number): number => parts.reduce((sum, part) => sum + value(part), 0) / parts.length;
  const last = parts.at(-1) as StepOutcome;
  return { loss: mean(({ loss }) => loss), gradientNorm: last.gradientNorm, metrics: Object.fromEntries(Object.keys(last.metrics).map((name) => [name, mean(({ metrics }) => metrics[name] as number)])) };
}

function readAll(trained: readonly TrainedParameter[]): Parameters {
  return Object.fromEntries(trained.map(({ name, value }) => [name, value.read()]));
}

/** The parameters in the order in which the model lists them. */
function inOrderOf(model: Parameters, parameters: Parameters): Parameters {
  return Object.fromEntries(Object.keys(model).map((name) => [name, parameters[name] as tf.Tensor]));
}

async function saveModel({ options, target, trained, frozen }: { options: TrainOptions; target: string; trained: readonly TrainedParameter[]; frozen: Parameters }): Promise<void> {
  const values = readAll(trained);
  try {
    const parameters = inOrderOf(options.parameters, { ...frozen, ...values });
    await (options.save?.(target, parameters) ?? saveCheckpoint(target, { config: {}, parameters }));
  } finally {
    tf.dispose(values);
  }
}
