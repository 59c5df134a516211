import type * as tf from "@tensorflow/tfjs";
import type { Precision } from "../capture/trace.js";
import type { Parameters } from "../checkpoint/checkpoint.js";
import type { HostTensor } from "../checkpoint/safetensors.js";
import type { AdamWOptions, ParameterGroup } from "./adamw.js";
import type { Schedule } from "./schedule.js";

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
  /** Makes the arrays of a batch; called ahead of the step that takes it. `workerBatches` makes them in other threads. */
  readonly batch: (indices: readonly number[], place: { readonly epoch: number }) => Batch | Promise<Batch>;
  /** Batches asked for before the step needs them. @default 2 */
  readonly ahead?: number;
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
  /**
   * Also keeps an exponential average of every trained parameter, with this weight on its past (0.999, say): saved in the checkpoint's
   * `average/`, returned as `averages`. @default none
   */
  readonly averageDecay?: number;
  /** Figures of the model on data of its own, for the log; the parameters are disposed afterwards. */
  readonly evaluate?: (parameters: Parameters, step: number) => Record<string, number> | Promise<Record<string, number>>;
  /** Steps between evaluations; the last step is always evaluated. @default only the last */
  readonly evaluateEvery?: number;
  /** Floating-point operations a second that the device can do in matrix products (`measureProductRate`), to tell utilisation by. */
  readonly productRate?: number;
  /** Writes the model's own files into a checkpoint. @default config.json (empty) and model.safetensors */
  readonly save?: (folder: string, parameters: Parameters) => Promise<void>;
  /** Further facts that shape the result (a model's configuration, a data set's hash): a run resumes only if they are equal. */
  readonly identity?: Readonly<Record<string, unknown>>;
  readonly onProgress?: (progress: TrainProgress) => void;
  /** Stops before the next batch when aborted. */
  readonly signal?: AbortSignal;
  /**
   * Saves when `signal` stops the run, also between the batches of one step, so that a run started again goes on from just there. Not where
   * several processes train together, which do not stop at the same batch. @default false: what was saved before stays
   */
  readonly saveWhenStopped?: boolean;
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
  /** Floating-point operations a second in the model's matrix products, without what is computed again; 0 where graphs are not captured. */
  readonly operationsPerSecond: number;
  /** That as a share of `productRate`, or null if that was not given. */
  readonly utilisation: number | null;
  /** Share of the time in which steps waited for data. */
  readonly waitingShare: number;
}

export interface TrainResult {
  /** All parameters: the trained ones as new tensors, the frozen ones as they were given. */
  readonly parameters: Parameters;
  readonly steps: number;
  /** The step the run was resumed from, 0 for a new one. */
  readonly resumedFrom: number;
  /** The averages of all parameters, or null without `averageDecay`. */
  readonly averages: Parameters | null;
  /** Losses of the steps done in this process. */
  readonly losses: readonly number[];
  /** Share of the time in which the step waited for data. */
  readonly waitingShare: number;
  /** What a step takes outside TensorFlow, on average, with the upload of its batch and without waiting for it. */
  readonly javascriptMilliseconds: number;
  readonly examplesPerSecond: number;
  /** The last checkpoint, or null without a folder. */
  readonly checkpoint: string | null;
}
