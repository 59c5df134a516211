import * as tf from "@tensorflow/tfjs";
import { requireBackend } from "../backend/backend.js";
import { dataTypes } from "../backend/binding.js";
import { attribute, operation, singleOperation } from "../backend/operation.js";
import { ResourceVariable } from "../capture/variable.js";

export interface AdamWOptions {
  /** @default 0.9 */
  readonly beta1?: number;
  /** @default 0.999 */
  readonly beta2?: number;
  /** @default 1e-8 */
  readonly epsilon?: number;
  /** Decoupled decay, of parameters that `decays` names. @default 0.01 */
  readonly weightDecay?: number;
  /** The global norm to which gradients are clipped; 0 does not clip. @default 1 */
  readonly maxGradientNorm?: number;
}

/** What one parameter has besides its value. */
export interface ParameterGroup {
  /** Decoupled weight decay. @default the option for matrices, 0 for vectors (biases, norms) and scalars */
  readonly weightDecay?: number;
  /** Factor on the learning rate. @default 1 */
  readonly learningRateScale?: number;
}

/** A trainable parameter with AdamW's moments, each stored once and updated in place. */
export interface TrainedParameter {
  readonly name: string;
  readonly value: ResourceVariable;
  readonly firstMoment: ResourceVariable;
  readonly secondMoment: ResourceVariable;
  /** The exponential average of the values, where one is kept. */
  readonly average: ResourceVariable | null;
  readonly weightDecay: number;
  readonly learningRateScale: number;
}

/** The numbers of one update that change from step to step, as scalars. */
export interface UpdateScalars {
  readonly learningRate: tf.Tensor;
  /** beta1 to the power of the step, counted from 1. */
  readonly beta1Power: tf.Tensor;
  readonly beta2Power: tf.Tensor;
}

/** Makes the variables of a parameter; the moments start at 0. */
export function createTrainedParameter({ name, initial, group, weightDecay, averaged }: { name: string; initial: tf.Tensor; group: ParameterGroup; weightDecay: number; averaged: boolean }): TrainedParameter {
  return {
    name,
    value: new ResourceVariable(initial),
    firstMoment: ResourceVariable.zeros(initial.shape),
    secondMoment: ResourceVariable.zeros(initial.shape),
    average: averaged ? new ResourceVariable(initial) : null,
    weightDecay: group.weightDecay ?? (initial.rank >= 2 ? weightDecay : 0),
    learningRateScale: group.learningRateScale ?? 1,
  };
}

/** The square root of the sum of all squares. */
export function globalNorm(gradients: readonly tf.Tensor[]): tf.Tensor {
  const halves = gradients.map((gradient) => singleOperation("L2Loss", [gradient]));
  return singleOperation("AddN", halves, [attribute.int("N", halves.length), attribute.type("T", dataTypes.float32)]).mul(2).sqrt();
}

/**
 * One AdamW update (Loshchilov and Hutter 2019, as PyTorch computes it), in place: `value -= rate * decay * value`, then Adam
 * with bias correction. `scale` multiplies the gradient (clipping, averaging).
 */
export function applyAdamW({ parameter, gradient, scale, scalars, options }: { parameter: TrainedParameter; gradient: tf.Tensor; scale: tf.Tensor | null; scalars: UpdateScalars; options: AdamWOptions }): void {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options;
  const { value, firstMoment, secondMoment, weightDecay, learningRateScale } = parameter;
  const rate = learningRateScale === 1 ? scalars.learningRate : scalars.learningRate.mul(learningRateScale);
  if (requireBackend().kernels) {
    const variables = [value, firstMoment, secondMoment];
    const updated = operation({
      type: "MMGeoAdamW",
      inputs: [...variables.map((variable) => variable.read()), gradient, rate, scale ?? tf.scalar(1), scalars.beta1Power, scalars.beta2Power],
      attributes: [attribute.float("beta1", beta1), attribute.float("beta2", beta2), attribute.float("epsilon", epsilon), attribute.float("decay", weightDecay)],
      outputs: 3,
    });
    variables.forEach((variable, index) => variable.assign(updated[index] as tf.Tensor));
    return;
  }
  if (weightDecay > 0) value.write("AssignSubVariableOp", [value.read().mul(rate.mul(weightDecay))], [attribute.type("dtype", dataTypes.float32)]);
  // TensorFlow adds epsilon before the bias correction of the second moment, PyTorch after it.
  const corrected = tf.sub(1, scalars.beta2Power).sqrt().mul(epsilon);
  value.write("ResourceApplyAdam", [
    firstMoment.handle(),
    secondMoment.handle(),
    scalars.beta1Power,
    scalars.beta2Power,
    rate,
    tf.scalar(beta1),
    tf.scalar(beta2),
    corrected,
    scale === null ? gradient : gradient.mul(scale),
  ]);
}

/** Moves a parameter's average towards its value: `average = decay average + (1 - decay) value`. */
export function updateAverage({ value, average }: TrainedParameter, decay = 1): void {
  if (average === null) return;
  average.write("AssignAddVariableOp", [value.read().sub(average.read()).mul(1 - decay)], [attribute.type("dtype", dataTypes.float32)]);
}
