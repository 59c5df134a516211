import { InputError } from "@mmgeo/dataset";
import { train, type TrainProgress } from "@mmgeo/engine";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { PixelStore } from "../images/pixel-store.js";
import type { LossKind } from "../losses/candidate-loss.js";
import type { Precision } from "../model/encode.js";
import { type ClipModel, saveModel } from "../model/model.js";
import { randomOf, textSeed } from "../random.js";
import { batchOf } from "./batch.js";
import { checkGroupOptions, groupOf, type GroupOptions } from "./group.js";
import type { Sample } from "./sample.js";
import { stepArrays, stepLoss, type ViewPlan } from "./step-tensors.js";

/** How an encoder is trained. The defaults are those of the paper's scripts (section 3). */
export interface EncoderRecipe extends Partial<GroupOptions> {
  /** Samples a step. @default 5 */
  batchSize?: number;
  /** Passes over the samples. @default 1 */
  epochs?: number;
  /** Steps in all, instead of `epochs`. */
  steps?: number;
  /** Steps whose gradients are averaged into one update. @default 1 */
  accumulate?: number;
  /** Highest learning rate. @default 2e-5 */
  learningRate?: number;
  /** @default "cosine" */
  schedule?: "cosine" | "linear" | "constant";
  /** Share of the steps in which the rate rises. @default 0.03 */
  warmupRatio?: number;
  /** @default 0 */
  weightDecay?: number;
  /** @default 0.999 */
  beta2?: number;
  /** Softmax over the candidates, or a sigmoid for each. @default "softmax" */
  loss?: LossKind;
  /** Precision of the matrix products. @default "bfloat16" */
  precision?: Precision;
  /** Pictures are moved by up to so many pixels in each direction, anew each time they are seen. @default 0 */
  shift?: number;
  /** A tower that does not learn. @default none */
  freeze?: "vision" | "text";
}

export interface TrainEncoderOptions {
  /** The model to train; its parameters are taken over, use the model of the result. */
  model: ClipModel;
  samples: readonly Sample[];
  recipe: EncoderRecipe;
  seed: number;
  /** Folder of the run (metrics.jsonl, checkpoints). A run that was stopped goes on from its last checkpoint. Without one nothing is written. */
  folder?: string;
  /** Steps between checkpoints. @default only at the end */
  saveEvery?: number;
  onProgress?: (progress: TrainProgress) => void;
  signal?: AbortSignal;
}

export interface TrainEncoderResult {
  model: ClipModel;
  steps: number;
  /** The step from which a stopped run went on, 0 for a new one. */
  resumedFrom: number;
  /** Losses of the steps done in this process. */
  losses: readonly number[];
  examplesPerSecond: number;
  /** Share of the time spent waiting for images. */
  waitingShare: number;
  /** Captions longer than the model reads, cut. */
  truncatedCaptions: number;
  /** The last checkpoint folder, or null without `folder`. It opens in transformers. */
  checkpoint: string | null;
}

/** The recipe of the paper's scripts with its nine image and five text negatives. */
export const paperRecipe: EncoderRecipe = { batchSize: 5, epochs: 1, learningRate: 2e-5, schedule: "cosine", warmupRatio: 0.03, weightDecay: 0, precision: "bfloat16", textNegatives: 5, imageNegatives: 9, forms: { text: 1, image: 1 }, loss: "softmax" };

/** Trains a dual encoder on samples with their own negatives. Everything random follows from `seed`. */
export async function trainEncoder({ model, samples, recipe, seed, folder, saveEvery, onProgress, signal }: TrainEncoderOptions): Promise<TrainEncoderResult> {
  const { config, tokenizer, imageProcessor } = model;
  const { batchSize = 5, learningRate = 2e-5, loss: kind = "softmax", precision = "bfloat16", weightDecay = 0, shift = 0, freeze } = recipe;
  const groupOptions: GroupOptions = { textNegatives: 5, imageNegatives: 9, forms: { text: 1, image: 1 }, ...recipe };
  checkGroupOptions(groupOptions);
  if (tokenizer === null) throw new InputError({ message: "the model has no tokenizer; train one with trainTokenizer or put tokenizer.json into its folder", field: "tokenizer.json" });
  if (samples.length === 0) throw new InputError({ message: "there is no sample to train on", field: "samples" });
  if (samples.length < batchSize) throw new InputError({ message: `is ${batchSize}, more than the ${samples.length} samples there are`, field: "batchSize" });
  const weights = groupOptions.forms;
  // The forms and directions are the same in every step; only which entries take part differs.
  const views: ViewPlan[] = batchOf({ groups: [], weights }).views.map(({ form, side, weight }) => ({ form, side, weight }));
  const store = new PixelStore({ processor: imageProcessor });
  const shiftsOf = (epoch: number, images: readonly string[]): [number, number][] | undefined => {
    if (shift === 0) return undefined;
    const random = randomOf(seed, epoch, textSeed(images[0] as string));
    return images.map(() => [uniformInt(random, -shift, shift), uniformInt(random, -shift, shift)]);
  };
  const result = await train({
    parameters: model.parameters,
    loss: (parameters, tensors) => stepLoss({ parameters, config, tensors, views, kind }),
    trainable: (name) => freeze === undefined || !name.startsWith(freeze === "vision" ? "vision_model." : "text_model."),
    examples: samples.length,
    batchSize,
    accumulate: recipe.accumulate,
    batch: async (indices, { epoch }) => {
      const groups = indices.map((index) => groupOf({ sample: samples[index] as Sample, options: groupOptions, random: randomOf(seed, epoch, index) }));
      const batch = batchOf({ groups, weights });
      return stepArrays({ batch, config, tokenizer, store, shifts: shiftsOf(epoch, batch.images) });
    },
    epochs: recipe.epochs,
    steps: recipe.steps,
    learningRate,
    schedule: recipe.schedule,
    warmupRatio: recipe.warmupRatio,
    weightDecay,
    beta2: recipe.beta2,
    seed,
    precision,
    folder,
    saveEvery,
    save: (target, parameters) => saveModel({ model: { ...model, parameters }, folder: target }),
    identity: { recipe, model: config, samples: samples.map(({ id }) => id) },
    onProgress,
    signal,
  });
  return {
    model: { ...model, parameters: result.parameters },
    steps: result.steps,
    resumedFrom: result.resumedFrom,
    losses: result.losses,
    examplesPerSecond: result.examplesPerSecond,
    waitingShare: result.waitingShare,
    truncatedCaptions: tokenizer.truncated,
    checkpoint: result.checkpoint,
  };
}
