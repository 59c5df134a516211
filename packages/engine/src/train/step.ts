import * as tf from "@tensorflow/tfjs";
import { processGroup } from "../backend/backend.js";
import { compile } from "../capture/compile.js";
import { ResourceVariable } from "../capture/variable.js";
import { toTensor, type Parameters } from "../checkpoint/checkpoint.js";
import { meanOverProcesses } from "../distributed/reduce.js";
import { applyAdamW, globalNorm, updateAverage, type TrainedParameter, type UpdateScalars } from "./adamw.js";
import type { Batch, TrainOptions } from "./options.js";

export interface StepOutcome {
  readonly loss: number;
  readonly gradientNorm: number;
  readonly metrics: Readonly<Record<string, number>>;
}

/**
 * The captured work on one batch: loss and gradients, and, at the end of an accumulation window, clipping and the update of
 * every parameter, all inside one graph.
 */
export function createStep({ options, trained, frozen }: { options: TrainOptions; trained: readonly TrainedParameter[]; frozen: Parameters }): {
  run: (input: { batch: Batch; number: number; learningRate: number; update: boolean }) => Promise<StepOutcome>;
  /** The sums of gradients of a window of accumulation, by parameter, or null without accumulation. */
  sums: ReadonlyMap<string, ResourceVariable> | null;
  /** Milliseconds of the runs so far that TensorFlow did not take: JavaScript, with the upload of batches. */
  javascript: () => number;
  /** Operations in matrix products so far. */
  operations: () => number;
  dispose: () => void;
} {
  const { accumulate = 1, beta1 = 0.9, beta2 = 0.999, maxGradientNorm = 1, precision = "float32" } = options;
  const sums = accumulate === 1 ? null : new Map(trained.map(({ name, value }) => [name, ResourceVariable.zeros(value.shape)]));

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
    const reached = trained.flatMap((parameter, index) => (grads[index] ? [{ parameter, gradient: grads[index], sum: sums?.get(parameter.name) ?? null }] : []));
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
    // Also what this loss does not reach has an average.
    for (const parameter of trained) updateAverage(parameter, options.averageDecay);
    for (const { sum } of reached) sum?.assign(tf.zeros([...sum.shape]));
    return { ...logged, gradientNorm };
  };

  const captured = compile(work, { precision });
  let total = 0;
  return {
    javascript: () => total - captured.statistics.runMilliseconds - captured.statistics.captureMilliseconds,
    run: async ({ batch, number, learningRate, update }) => {
      const started = performance.now();
      const input = {
        batch: Object.fromEntries(Object.entries(batch).map(([name, array]) => [name, toTensor(array)])),
        scalars: { learningRate: tf.scalar(learningRate), beta1Power: tf.scalar(beta1 ** number), beta2Power: tf.scalar(beta2 ** number) },
        update,
      };
      const result = runTogether(() => captured(input), number);
      const numbers: Record<string, number> = {};
      for (const [name, tensor] of Object.entries(result)) numbers[name] = (await tensor.data())[0] as number;
      tf.dispose([input.batch, { ...input.scalars }, result]);
      total += performance.now() - started;
      const { loss, gradientNorm = 0, ...metrics } = numbers;
      return { loss: loss as number, gradientNorm, metrics: Object.fromEntries(Object.entries(metrics).map(([name, value]) => [name.slice("metric.".length), value])) };
    },
    sums,
    operations: () => captured.statistics.productOperations,
    dispose: () => {
      captured.dispose();
      for (const sum of sums?.values() ?? []) sum.dispose();
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

/** The parameters in the order in which the model lists them. */
export function inOrderOf(model: Parameters, parameters: Parameters): Parameters {
  return Object.fromEntries(Object.keys(model).map((name) => [name, parameters[name] as tf.Tensor]));
}
