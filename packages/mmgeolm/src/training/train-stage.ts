import { join } from "node:path";
import { InputError } from "@mmgeo/dataset";
import { type Batch, train, type TrainProgress, useNativeBackend } from "@mmgeo/engine";
import type { Conversation } from "../data/conversation.js";
import { randomFrom, seedOf } from "../data/random.js";
import { renameLetters } from "../data/rename-letters.js";
import { disposeDecodingWeights } from "../model/decoding-weights.js";
import { saveModel } from "../model/checkpoint.js";
import type { Parameters } from "../model/language.js";
import type { Model } from "../model/model.js";
import { imagePlaceholder, type Message } from "../text/chat.js";
import { encodeConversation, type EncodedSample } from "../text/prompt.js";
import { answerLoss, sideBySide, tokenArrays } from "./batch.js";
import { availableMemory, estimateStage, gigabytes } from "./estimate.js";
import { groupedBatches, packedRows } from "./grouping.js";
import { createAdapters, isAdapter, type LoraOptions, withAdapters } from "./lora.js";
import { featureStore, pixelStoreOf } from "./vision-cache.js";

/** The parts of a model that can be trained or frozen apart. */
export type Part = "vision" | "projector" | "language";

export interface StageOptions {
  /**
   * 2 trains the projector alone, on features the frozen tower computes once; 3 trains everything (the paper, section 4).
   * "text" comes before 2 where the language model starts from nothing: it trains that alone, on every token of the
   * conversations' texts, without pictures.
   */
  stage: "text" | 2 | 3;
  /** is used up: its trained tensors are moved into the trainer; use the model of the result */
  model: Model;
  conversations: readonly Conversation[];
  /** where the model is written when the stage is done, with `training/` beside it for metrics and resuming; nothing is written without */
  folder?: string;
  /** where a frozen tower's features are kept, by content, for later runs @default in memory */
  featureFolder?: string;
  /** computes a frozen tower's features once and keeps them; false computes them in every step, which saves memory @default true */
  keepFeatures?: boolean;
  /** samples a step @default 16 */
  batchSize?: number;
  /**
   * in the text stage, gives the points of each problem other names in every pass, so that a model from nothing learns to copy
   * names and not the problems by heart @default false
   */
  renameLetters?: boolean;
  /**
   * puts samples one after the other into rows of `maxTokens`, each seeing itself alone; `batchSize` is then the number of
   * rows, and a text of any length costs what it is long @default false
   */
  pack?: boolean;
  /** micro-batches a step @default 1 */
  accumulate?: number;
  /** passes over the data, used where `steps` is not given @default 1 */
  epochs?: number;
  steps?: number;
  /** @default 1e-3, or 2e-5 in stage 3, as in the paper */
  learningRate?: number;
  /** @default 0.03 */
  warmupRatio?: number;
  /** @default 0 */
  weightDecay?: number;
  /** AdamW's memory of squared gradients; smaller suits short runs @default 0.999 */
  beta2?: number;
  /** factors on the learning rate, by part; 0 freezes it @default 1 each */
  learningRateScale?: Partial<Record<Part, number>>;
  /** in stage 3, trains low-rank adapters instead of the language model's weights; what is saved has them merged */
  lora?: LoraOptions;
  /** computes the decoder's layers again in the backward pass instead of keeping what is between: less memory for a third more work @default false */
  recompute?: boolean;
  /** samples of more tokens, pictures included, are left out and counted @default 2048, or the model's context */
  maxTokens?: number;
  /** @default 0 */
  seed?: number;
  precision?: "float32" | "bfloat16";
  /** steps between checkpoints to resume from @default only at the end */
  saveEvery?: number;
  onProgress?: (progress: TrainProgress) => void;
  signal?: AbortSignal;
}

export interface StageResult {
  model: Model;
  losses: readonly number[];
  steps: number;
  resumedFrom: number;
  examplesPerSecond: number;
  /** samples trained on, and those left out because they were longer than `maxTokens` */
  samples: number;
  tooLong: number;
}

/** @throws InputError when a step would not fit into memory: better said now than by the system's killer in the middle of the night */
function refuseTooLarge({ options, rows, tokens, answerTokens, samples }: { options: StageOptions; rows: number; tokens: number; answerTokens: number; samples: number }): void {
  const { memory } = estimateStage({ ...options, config: options.model.config, batchSize: rows, samples, tokens, answerTokens });
  const available = availableMemory() + memory.weights;
  if (memory.total > available) {
    throw new InputError({ message: `a step of ${rows} samples of up to ${tokens} tokens needs about ${gigabytes(memory.total)} (${gigabytes(memory.activations)} of it for the samples), and ${gigabytes(available)} are free; lower batchSize or maxTokens, or train adapters (lora)`, field: "batchSize" });
  }
}

/** Frees the tensors of one map that another has not: what merging adapters made, or left behind. */
function disposeReplaced(parameters: Parameters, kept: Parameters): void {
  for (const [name, tensor] of Object.entries(parameters)) if (kept[name] !== tensor) tensor.dispose();
}

function partOf(name: string): Part {
  if (name.startsWith("vision_tower.")) return "vision";
  return name.startsWith("multi_modal_projector.") ? "projector" : "language";
}

interface Prepared extends EncodedSample {
  images: string[];
  turns: readonly Message[];
}

/**
 * Trains one stage of a multimodal model, the loss on answers only, through the engine's loop: seeded order, captured steps,
 * checkpoints to resume from. The folder it leaves loads with one call of `loadModel`.
 *
 * @throws InputError when there is nothing to train on, or a picture does not decode
 */
export async function trainStage(options: StageOptions): Promise<StageResult> {
  const { stage, model, conversations, folder, batchSize = 16, seed = 0, learningRateScale = {} } = options;
  await useNativeBackend();
  const { multimodal, language } = model.config;
  if (stage === 2 && multimodal === null) throw new InputError({ message: "stage 2 trains the projector between a vision tower and a language model; this is a plain language model", field: "stage" });
  const maxTokens = Math.min(options.maxTokens ?? 2048, language.maxPositions);
  const { samples, tooLong } = prepare({ model, conversations, maxTokens, textOnly: stage === "text" });
  const pixels = pixelStoreOf(model);
  const scaleOf = (name: string) => learningRateScale[partOf(name)] ?? 1;
  const trained = { text: ["language"], 2: ["projector"], 3: ["vision", "projector", "language"] }[stage];
  const { lora } = options;
  if (options.renameLetters === true && (stage !== "text" || options.pack === true)) throw new InputError({ message: "letters can be renamed where no picture shows them: in the text stage, without packing", field: "renameLetters" });
  if (lora !== undefined && stage !== 3) throw new InputError({ message: "adapters are trained in stage 3", field: "lora" });
  const adapters = lora === undefined ? {} : createAdapters({ parameters: model.parameters, options: lora, seed });
  const merged = (parameters: Parameters): Parameters => (lora === undefined ? parameters : withAdapters(parameters, lora));
  const trainable = (name: string) => (isAdapter(name) || (trained.includes(partOf(name)) && !(lora !== undefined && partOf(name) === "language"))) && scaleOf(name) > 0;
  const frozenTower = multimodal !== null && (stage !== 3 || learningRateScale.vision === 0);
  const features = frozenTower && pixels !== null && options.keepFeatures !== false ? await featureStore({ model, images: samples.flatMap(({ images }) => images), pixels, folder: options.featureFolder }) : null;

  const lengths = samples.map(({ ids }) => ids.length);
  const imageCounts = samples.map(({ images }) => images.length);
  const bins = options.pack === true ? packedRows({ lengths, images: imageCounts, capacity: maxTokens, seed }) : samples.map((_, index) => [index]);
  const size = Math.min(batchSize, bins.length);
  const sum = (bin: readonly number[], values: readonly number[]) => bin.reduce((total, index) => total + (values[index] as number), 0);
  const order = { lengths: bins.map((bin) => sum(bin, lengths)), images: bins.map((bin) => sum(bin, imageCounts)), batchSize: size, seed };
  const samplesInBatch = (size * samples.length) / bins.length;
  let pass: { epoch: number; batches: number[][] } | null = null;
  // An example of the engine's loop is a whole batch, put together here by length.
  const batch = async ([index]: readonly number[], { epoch }: { epoch: number }): Promise<Batch> => {
    if (pass?.epoch !== epoch) pass = { epoch, batches: groupedBatches({ ...order, epoch }) };
    const inPass = (sample: number): Prepared => {
      const prepared = samples[sample] as Prepared;
      if (options.renameLetters !== true) return prepared;
      return { ...prepared, ...wholeText(model, renameLetters(prepared.turns, randomFrom(seedOf(seed, `letters of ${sample} in pass ${epoch}`)))) };
    };
    const rows = (pass.batches[index as number] as number[]).map((bin) => (bins[bin] as number[]).map(inPass));
    const chosen = rows.flat();
    const tokens = tokenArrays({ layout: options.pack === true ? { rows, tokens: maxTokens } : sideBySide(chosen), model });
    const dropout: Batch = (lora?.dropout ?? 0) > 0 ? { dropoutSeed: { shape: [2], data: Int32Array.of(seedOf(seed, `dropout of ${index} in pass ${epoch}`), 0) } } : {};
    const arrays: Batch = { ...tokens, ...dropout };
    const images = chosen.flatMap((sample) => sample.images);
    if (multimodal === null || pixels === null || images.length === 0) return arrays;
    if (features !== null) return { ...arrays, features: await features.features(images) };
    return { ...arrays, pixels: await pixels.pixels(images) };
  };

  const { config, configFile } = model;
  refuseTooLarge({ options, tokens: options.pack === true ? maxTokens : Math.max(...lengths), answerTokens: Math.max(...samples.map(({ labels }) => labels.filter((label) => label !== -100).length)), rows: size, samples: samples.length });
  const result = await train({
    parameters: { ...model.parameters, ...adapters },
    trainable,
    group: (name, { rank }) => ({ learningRateScale: scaleOf(name), weightDecay: rank >= 2 ? (options.weightDecay ?? 0) : 0 }),
    loss: (parameters, arrays) => answerLoss({ model, parameters, batch: arrays, lora, recomputed: options.recompute }),
    examples: Math.floor(bins.length / size),
    batchSize: 1,
    accumulate: options.accumulate,
    epochs: options.epochs,
    steps: options.steps,
    batch,
    learningRate: options.learningRate ?? (stage === 3 ? 2e-5 : 1e-3),
    warmupRatio: options.warmupRatio ?? 0.03,
    beta2: options.beta2,
    seed,
    precision: options.precision,
    folder: folder === undefined ? undefined : join(folder, "training"),
    keep: 1,
    saveEvery: options.saveEvery,
    save: async (target, parameters) => {
      const whole = merged(parameters);
      await saveModel({ ...model, parameters: whole }, target);
      disposeReplaced(whole, parameters);
    },
    identity: { stage, maxTokens, renameLetters: options.renameLetters ?? false, lora: lora ?? null, samples: samples.length, rows: bins.length, rowsInBatch: size, config: configFile },
    onProgress: (progress) => options.onProgress?.({ ...progress, examplesPerSecond: progress.examplesPerSecond * samplesInBatch }),
    signal: options.signal,
  });
  // Matrices packed for decoding were of the weights before.
  const { decodingWeights: outdated, ...kept } = model;
  if (outdated !== undefined) disposeDecodingWeights(outdated);
  const after: Model = { ...kept, config, parameters: merged(result.parameters) };
  disposeReplaced(result.parameters, after.parameters);
  if (folder !== undefined) await saveModel(after, folder);
  return { model: after, losses: result.losses, steps: result.steps, resumedFrom: result.resumedFrom, examplesPerSecond: result.examplesPerSecond * samplesInBatch, samples: samples.length, tooLong };
}

function prepare({ model, conversations, maxTokens, textOnly }: { model: Model; conversations: readonly Conversation[]; maxTokens: number; textOnly: boolean }): { samples: Prepared[]; tooLong: number } {
  const samples: Prepared[] = [];
  let tooLong = 0;
  for (const { turns, images } of conversations) {
    const sample = textOnly ? { ...wholeText(model, turns), images: [], turns } : { ...encodeConversation(model, turns, images.length), images, turns };
    if (sample.ids.length > maxTokens) tooLong += 1;
    else if (sample.labels.some((label) => label !== -100)) samples.push(sample);
  }
  if (samples.length === 0) {
    throw new InputError({ message: conversations.length === 0 ? "there are no conversations to train on" : `none of ${conversations.length} conversations has an answer within ${maxTokens} tokens (${tooLong} are longer); raise maxTokens`, field: "conversations" });
  }
  return { samples, tooLong };
}

function wholeText(model: Model, turns: readonly Message[]): EncodedSample {
  const { ids } = encodeConversation(model, turns.map(({ role, text }) => ({ role, text: text.replaceAll(imagePlaceholder, "") })), 0);
  return { ids, labels: ids };
}
