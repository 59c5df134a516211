import process from "node:process";
import { tf, useNativeBackend } from "@mmgeo/engine";
import { parameterShapes } from "../model/checkpoint.js";
import type { ModelConfig } from "../model/multimodal-config.js";
import { tokensPerImage } from "../model/multimodal-config.js";
import { loraModules } from "./lora.js";
import type { Part, StageOptions } from "./train-stage.js";

/** What a stage will take, by arithmetic on sizes: nothing is allocated, so it also answers for models that do not fit here. */
export interface StageEstimate {
  /** numbers of parameters, by part, and how many of them are trained */
  parameters: Record<Part, number> & { trained: number };
  /** bytes at the peak of a step */
  memory: { weights: number; gradients: number; optimizer: number; activations: number; total: number };
  steps: number;
  tokensPerStep: number;
  /** floating-point operations of a step */
  operations: number;
}

export type EstimateOptions = Pick<StageOptions, "stage" | "batchSize" | "accumulate" | "epochs" | "steps" | "lora" | "learningRateScale" | "recompute"> & {
  config: ModelConfig;
  samples: number;
  /** tokens of a sample's row, pictures included */
  tokens: number;
  /** tokens of a sample that are learnt */
  answerTokens: number;
  /** pictures of a sample @default 1, or 0 for a plain language model */
  images?: number;
};

const bytesOfFloat = 4;

/** The engine keeps no more attention weights of a layer than this: beyond it computes them again. */
const mostAttentionKept = 1 << 23;

const attentionKept = (weights: number): number => (weights > mostAttentionKept ? 0 : 2 * weights);

/** @param options of the stage, and what its data are like */
export function estimateStage({ config, stage, samples, tokens, answerTokens, batchSize = 16, accumulate = 1, epochs = 1, steps, lora, learningRateScale = {}, recompute = false, images = config.multimodal === null ? 0 : 1 }: EstimateOptions): StageEstimate {
  const { language, multimodal } = config;
  const counts: Record<Part, number> = { vision: 0, projector: 0, language: 0 };
  let adapters = 0;
  for (const [name, shape] of Object.entries(parameterShapes(config))) {
    const part: Part = name.startsWith("vision_tower.") ? "vision" : name.startsWith("multi_modal_projector.") ? "projector" : "language";
    counts[part] += shape.reduce((product, size) => product * size, 1);
    if (part === "language" && (lora?.modules ?? loraModules).some((module) => name.endsWith(`.${module}.weight`))) adapters += (lora?.rank ?? 16) * ((shape[0] as number) + (shape[1] as number));
  }
  const isTrained = (part: Part) => ({ text: part === "language", 2: part === "projector", 3: true })[stage] && (learningRateScale[part] ?? 1) > 0;
  const trained = (["vision", "projector", "language"] as const).reduce((sum, part) => sum + (isTrained(part) ? (part === "language" && lora !== undefined ? adapters : counts[part]) : 0), 0);

  const rows = batchSize * tokens;
  const { hiddenSize, intermediateSize, layers, heads } = language;
  // What the backward pass keeps of a layer: about ten tensors of the hidden width, five of the inner, and attention weights.
  const layerKept = rows * (10 * hiddenSize + 5 * intermediateSize) + attentionKept(batchSize * heads * tokens * tokens);
  const languageKept = recompute ? layers * rows * hiddenSize + layerKept : layers * layerKept;
  const headKept = 3 * batchSize * answerTokens * language.vocabularySize;
  const pictures = stage === "text" ? 0 : batchSize * images;
  let towerKept = 0;
  let patches = 0;
  if (multimodal !== null && isTrained("vision") && stage === 3) {
    const { hidden_size: width, intermediate_size: inner, num_hidden_layers: depth, num_attention_heads: towerHeads } = multimodal.vision;
    patches = tokensPerImage(multimodal);
    towerKept = depth * pictures * patches * (10 * width + 4 * inner) + depth * attentionKept(pictures * towerHeads * patches * patches);
  }
  const weights = (counts.vision + counts.projector + counts.language + (lora === undefined ? 0 : adapters)) * bytesOfFloat;
  const gradients = trained * bytesOfFloat;
  const optimizer = 2 * trained * bytesOfFloat;
  const activations = (languageKept + headKept + towerKept) * bytesOfFloat;
  // Forward 2, backward to the inputs 2, backward to the weights 2 operations a parameter and token.
  const passes = (isTrained("language") && lora === undefined ? 6 : 4) + (recompute ? 2 : 0);
  const inner = counts.language - language.vocabularySize * hiddenSize;
  const operations = accumulate * (passes * inner * rows + passes * language.vocabularySize * hiddenSize * batchSize * answerTokens + passes * layers * 2 * hiddenSize * tokens * rows + (patches > 0 ? 6 * counts.vision * pictures * patches : 0));
  return {
    parameters: { ...counts, trained },
    memory: { weights, gradients, optimizer, activations, total: weights + gradients + optimizer + activations },
    steps: steps ?? Math.max(1, Math.floor((epochs * Math.floor(samples / batchSize)) / accumulate)),
    tokensPerStep: rows * accumulate,
    operations,
  };
}

/** Operations a second of matrix products here, measured in about a tenth of a second. */
export async function measureSpeed(): Promise<number> {
  await useNativeBackend();
  const size = 1024;
  const a = tf.ones([size, size]);
  const product = async () => {
    const result = tf.matMul(a, a);
    await result.data();
    result.dispose();
  };
  await product();
  const started = performance.now();
  let times = 0;
  do {
    await product();
    times += 1;
  } while (performance.now() - started < 100);
  a.dispose();
  return (times * 2 * size ** 3 * 1000) / (performance.now() - started);
}

/** Share of the matrix-product speed that a captured step reaches, as measured on small and middling models. */
export const usualUtilisation = 0.6;

/** Bytes that this process may still take. */
export function availableMemory(): number {
  return process.availableMemory();
}

export function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(bytes < 1e10 ? 1 : 0)} GB`;
}
