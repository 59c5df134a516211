import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type DiagramRecord, InputError, readRecords } from "@mmgeo/dataset";
import type { TrainProgress } from "@mmgeo/engine";
import { z } from "zod";
import type { Conversation } from "../data/conversation.js";
import { conversationsOf } from "../data/conversations-of.js";
import { readConversations } from "../data/llava-conversations.js";
import { loadModel } from "../model/checkpoint.js";
import { createModel, languageConfigFile, loadTower } from "../model/create.js";
import { ggufConfigFile, ggufFileOf } from "../model/gguf.js";
import { joinModels } from "../model/join-models.js";
import type { Model } from "../model/model.js";
import { type ModelConfig, parseModelConfig, tokensPerImage } from "../model/multimodal-config.js";
import { availableMemory, estimateStage, measureSpeed, type StageEstimate, usualUtilisation } from "./estimate.js";
import { type StageResult, trainStage } from "./train-stage.js";

const positive = z.number().positive();
const whole = z.number().int().positive();

const sizesSchema = z.strictObject({
  hiddenSize: whole.max(65536),
  layers: whole.max(1024),
  heads: whole,
  keyValueHeads: whole.optional(),
  intermediateSize: whole.optional(),
  maxPositions: whole.optional(),
  vocabularySize: whole.min(260).max(1 << 20).optional(),
});

const stageSchema = z.strictObject({
  stage: z.union([z.literal("text"), z.literal(2), z.literal(3)]),
  batchSize: whole.optional(),
  pack: z.boolean().optional(),
  renameLetters: z.boolean().optional(),
  accumulate: whole.optional(),
  epochs: positive.optional(),
  steps: whole.optional(),
  learningRate: positive.optional(),
  warmupRatio: z.number().min(0).max(1).optional(),
  weightDecay: z.number().min(0).optional(),
  beta2: z.number().min(0).lt(1).optional(),
  /** factors by part; 0 freezes it */
  learningRateScale: z.strictObject({ vision: z.number().min(0).optional(), projector: z.number().min(0).optional(), language: z.number().min(0).optional() }).optional(),
  lora: z.strictObject({ rank: whole.max(4096).optional(), alpha: positive.optional(), modules: z.array(z.string()).min(1).optional(), dropout: z.number().min(0).lt(1).optional() }).optional(),
  recompute: z.boolean().optional(),
  keepFeatures: z.boolean().optional(),
  maxTokens: whole.optional(),
  precision: z.enum(["float32", "bfloat16"]).optional(),
  saveEvery: whole.optional(),
});

/** What `mmgeo mmgeolm train --config` reads. Paths are relative to the configuration's folder. */
export const trainingConfigSchema = z.strictObject({
  /** one folder below it for every stage: `stage-2`, `stage-3` */
  out: z.string(),
  seed: z.number().int().default(0),
  /** where features of frozen towers are kept between runs; in memory without */
  features: z.string().optional(),
  model: z.union([
    /** a model to train on */
    z.strictObject({ from: z.string() }),
    /** an MMCLIP folder, and either sizes of a new language model or an existing one: a folder or a GGUF file */
    z.strictObject({ tower: z.string(), language: z.union([z.string(), sizesSchema]) }),
  ]),
  data: z.strictObject({
    /** dataset folders or records.jsonl files, whose problems and claims become questions */
    records: z.array(z.string()).default([]),
    perceptionPerRecord: z.number().int().min(0).optional(),
    /** files of LLaVA conversations, and the folder of their images */
    conversations: z.array(z.strictObject({ file: z.string(), images: z.string().default("") })).default([]),
  }),
  stages: z.array(stageSchema).min(1),
});

export type TrainingConfig = z.input<typeof trainingConfigSchema>;

/**
 * Runs the stages of a configuration one after the other, each from what the one before left.
 *
 * @param folder that the configuration's paths are relative to
 * @returns the model's folder and what each stage did
 * @throws InputError that names file and field
 */
export async function runTraining({
  config: given,
  file,
  folder,
  onStage,
  onProgress,
}: {
  config: unknown;
  file: string;
  folder: string;
  onStage?: (stage: { stage: string | number; folder: string; result: Omit<StageResult, "model"> }) => void;
  onProgress?: (stage: string | number, progress: TrainProgress) => void;
}): Promise<{ folder: string; stages: { stage: string | number; folder: string; steps: number; samples: number; tooLong: number; lastLoss: number | null }[] }> {
  const config = checkedConfig(given, file);
  const at = (path: string) => resolve(folder, path);
  const conversations = await readData(config.data, at, config.seed);
  if (conversations.length === 0) throw new InputError({ message: "gives no conversations; name records or files of conversations", file, field: "data" });
  let model = await startingModel({ config, at, conversations });
  const done: Awaited<ReturnType<typeof runTraining>>["stages"] = [];
  let last = at(config.out);
  for (const [index, { stage, ...recipe }] of config.stages.entries()) {
    last = join(at(config.out), `stage-${stage}${config.stages.findIndex((other) => other.stage === stage) === index ? "" : `-${index + 1}`}`);
    const { model: trained, ...result } = await trainStage({ ...recipe, stage, model, conversations, folder: last, featureFolder: config.features === undefined ? undefined : at(config.features), seed: config.seed, onProgress: (progress) => onProgress?.(stage, progress) });
    model = trained;
    onStage?.({ stage, folder: last, result });
    done.push({ stage, folder: last, steps: result.steps, samples: result.samples, tooLong: result.tooLong, lastLoss: result.losses.at(-1) ?? null });
  }
  return { folder: last, stages: done };
}

/**
 * What the stages of a configuration will take, from sizes alone: the model is not loaded and the data need not be there. A
 * sample is taken to be as long as `maxTokens` says, and a quarter of its text an answer.
 *
 * @param samples how many there are; counted where the data can be read, 100,000 otherwise
 */
export async function estimateTraining({ config: given, file, folder, samples = 100_000 }: { config: unknown; file: string; folder: string; samples?: number }): Promise<{ stage: string | number; estimate: StageEstimate; seconds: number; available: number }[]> {
  const config = checkedConfig(given, file);
  const model = await modelConfigOf(config, (path) => resolve(folder, path), file);
  const speed = await measureSpeed();
  return config.stages.map((stage) => {
    const tokens = Math.min(stage.maxTokens ?? 2048, model.language.maxPositions);
    const pictures = model.multimodal === null || stage.stage === "text" ? 0 : Math.min(tokensPerImage(model.multimodal), tokens);
    const estimate = estimateStage({ ...stage, config: model, samples, tokens, answerTokens: Math.ceil((tokens - pictures) / 4) });
    return { stage: stage.stage, estimate, seconds: (estimate.steps * estimate.operations) / (speed * usualUtilisation), available: availableMemory() };
  });
}

/** The configuration of the model a training begins with, without its weights. */
async function modelConfigOf({ model }: z.output<typeof trainingConfigSchema>, at: (path: string) => string, file: string): Promise<ModelConfig> {
  const read = async (path: string): Promise<Record<string, unknown>> => {
    const source = join(at(path), "config.json");
    const gguf = await ggufFileOf(at(path));
    if (gguf !== null) return ggufConfigFile(gguf);
    try {
      return JSON.parse(await readFile(source, "utf8")) as Record<string, unknown>;
    } catch (error) {
      throw new InputError({ message: "cannot be read as JSON; is this the folder of a checkpoint?", file: source, cause: error });
    }
  };
  if ("from" in model) return parseModelConfig(await read(model.from), { file: join(at(model.from), "config.json") });
  const tower = (await read(model.tower))["vision_config"];
  const text = typeof model.language === "string" ? await read(model.language) : languageConfigFile({ ...model.language, tokens: model.language.vocabularySize ?? 512, end: 0, pad: 0 });
  return parseModelConfig({ model_type: "llava", image_token_index: 0, vision_feature_select_strategy: "full", vision_config: tower, text_config: text }, { file });
}

function checkedConfig(given: unknown, file: string): z.output<typeof trainingConfigSchema> {
  const parsed = trainingConfigSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new InputError({ message: issue?.message ?? "is not a training configuration", file, field: issue?.path.join(".") ?? null });
}

async function readData(data: z.output<typeof trainingConfigSchema>["data"], at: (path: string) => string, seed: number): Promise<Conversation[]> {
  const conversations: Conversation[] = [];
  for (const path of data.records) {
    const records: DiagramRecord[] = [];
    for await (const record of readRecords(at(path))) records.push(record);
    const imageRoot = path.endsWith(".jsonl") ? join(at(path), "..") : at(path);
    conversations.push(...conversationsOf(records, { imageRoot, seed, perceptionPerRecord: data.perceptionPerRecord }));
  }
  for (const { file, images } of data.conversations) conversations.push(...(await readConversations(at(file), { imageRoot: at(images) })));
  return conversations;
}

async function startingModel({ config, at, conversations }: { config: z.output<typeof trainingConfigSchema>; at: (path: string) => string; conversations: readonly Conversation[] }): Promise<Model> {
  const { model, seed } = config;
  if ("from" in model) return loadModel(at(model.from));
  const tower = await loadTower(at(model.tower));
  if (typeof model.language === "string") return joinModels({ tower, language: await loadModel(at(model.language)), seed });
  return createModel({ tower, language: model.language, texts: conversations.flatMap(({ turns }) => turns.map(({ text }) => text)), seed });
}
