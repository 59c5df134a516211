import { tf } from "@mmgeo/engine";
import type { ModelConfig } from "../config/model-config.js";
import { patchGrid, type TextConfig, type VisionConfig } from "../config/tower-config.js";
import { parameterCount } from "../model/model.js";
import { isFrozen, parameterPolicy } from "./parameter-policy.js";
import { computedForms, type EncoderRecipe, recipeSchema } from "./recipe.js";

const BYTES = 4;
/** Values a token leaves behind for the backward pass in one layer, in hidden widths and perceptron widths: norms, projections, attention, sums. */
const KEPT_WIDTHS = 10;
const KEPT_PERCEPTRON_WIDTHS = 2;
/** What a backward pass costs beside the forward pass. */
const BACKWARD = 2;
/** Share of the rate of one large product that a training step reaches; 0.5 to 0.7 was measured on steps of 6 and 12 layers. */
const EFFICIENCY = 0.5;
/** Side of the product that the rate is measured on. */
const PROBE = 768;

export interface TrainingEstimate {
  parameters: number;
  trainable: number;
  steps: number;
  /** Pictures and captions that a step encodes at most. */
  images: number;
  texts: number;
  /** Bytes of parameters, gradients, moments, and of what the backward pass needs. */
  memoryBytes: number;
  /** Floating-point operations of a step. */
  operations: number;
}

interface TowerWork {
  tokens: number;
  config: VisionConfig | TextConfig;
}

function textTokens(config: ModelConfig, meanTokens: number): number {
  const longest = config.text_config.max_position_embeddings;
  return config.model_type === "siglip" ? longest : Math.min(longest, Math.ceil(meanTokens / 16) * 16);
}

/** Forward products of one row: four projections, two of attention, two of the perceptron. */
function operationsOf({ tokens, config }: TowerWork): number {
  const { hidden_size: width, intermediate_size: inner, num_hidden_layers: layers } = config;
  return layers * (2 * tokens * (4 * width * width + 2 * width * inner) + 4 * tokens * tokens * width);
}

function keptBytes({ tokens, config }: TowerWork): number {
  const { hidden_size: width, intermediate_size: inner, num_hidden_layers: layers } = config;
  return BYTES * layers * tokens * (KEPT_WIDTHS * width + KEPT_PERCEPTRON_WIDTHS * inner);
}

/** A model of which the sizes are enough: one that is loaded, or a configuration with the shapes of its specifications. */
export interface SizedModel {
  config: ModelConfig;
  parameters: Readonly<Record<string, { readonly size: number }>>;
}

/** What a training will take, before anything of it runs: for `--dry-run`. */
export function estimateTraining({ model, samples, recipe: given, meanTokens }: { model: SizedModel; samples: number; recipe: EncoderRecipe; meanTokens: number }): TrainingEstimate {
  const recipe = recipeSchema.parse(given);
  const { config } = model;
  const forms = computedForms(recipe);
  const { batchSize, negatives, chunk } = recipe;
  const pairs = (forms.group ?? 0) > 0 || (forms.batch ?? 0) > 0;
  const perSample = {
    images: 1 + ((forms.image ?? 0) > 0 || pairs ? negatives.image : 0),
    texts: 1 + ((forms.text ?? 0) > 0 ? negatives.random + negatives.retrieval + negatives.rule : 0) + (pairs ? negatives.image : 0),
  };
  const [images, texts] = [batchSize * perSample.images, batchSize * perSample.texts];
  const { rows, columns } = patchGrid(config.vision_config);
  const towers = [
    { tower: "vision", count: images, work: { tokens: rows * columns + (config.vision_config.model_type === "siglip_vision_model" ? 0 : 1), config: config.vision_config } },
    { tower: "text", count: texts, work: { tokens: textTokens(config, meanTokens), config: config.text_config } },
  ] as const;
  const policy = parameterPolicy({ config, recipe });
  const trainable = Object.entries(model.parameters).reduce((sum, [name, { size }]) => sum + (policy.trainable(name) ? size : 0), 0);
  const total = parameterCount(model).total;
  let operations = 0;
  let kept = 0;
  for (const { tower, count, work } of towers) {
    // A frozen tower has encoded everything before the first step.
    if (isFrozen({ recipe, tower })) continue;
    const isChunked = chunk !== undefined && chunk < count;
    operations += count * operationsOf(work) * (1 + BACKWARD + (isChunked ? 1 : 0));
    kept += (isChunked ? chunk : count) * keptBytes(work);
  }
  const batchesPerEpoch = Math.max(1, Math.floor(samples / batchSize));
  return {
    parameters: total,
    trainable,
    steps: recipe.steps ?? Math.max(1, Math.floor((recipe.epochs * batchesPerEpoch) / recipe.accumulate)),
    images: images * recipe.accumulate,
    texts: texts * recipe.accumulate,
    // Each parameter once, and for those that learn a gradient and two moments.
    memoryBytes: BYTES * (total + 3 * trainable) + kept,
    operations: operations * recipe.accumulate,
  };
}

/** Operations a second that this device reaches in training, measured on one product: a fraction of a second. */
export async function measureRate(): Promise<number> {
  const [left, right] = [tf.randomNormal([PROBE, PROBE]), tf.randomNormal([PROBE, PROBE])];
  const product = async (): Promise<void> => {
    const result = tf.matMul(left, right);
    await result.data();
    result.dispose();
  };
  await product();
  const started = performance.now();
  const repeats = 5;
  for (let repeat = 0; repeat < repeats; repeat++) await product();
  const seconds = (performance.now() - started) / 1000;
  tf.dispose([left, right]);
  return (EFFICIENCY * repeats * 2 * PROBE ** 3) / seconds;
}
