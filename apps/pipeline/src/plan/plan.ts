import { type EncoderSize, estimateTraining, modelSpecifications, type ModelConfig, parseModelConfig, patchGrid, recipeSchema } from "@mmgeo/mmclip";
import { estimateStage, parseModelConfig as parseLanguageModelConfig, quickRecipe as quickLanguageModel, tokensPerImage } from "@mmgeo/mmgeolm";
import type { RunConfig } from "../config.js";
import { encoderRecipe, encoderSize, languageModelStages } from "../recipes.js";
import { coreDollarsPerHour, type GpuType, gpuTypes, utilisation } from "./gpu-types.js";
import { checkpointConfig } from "./known-models.js";
import { taskCosts } from "./task-costs.js";

/** Tokens of a caption, and of a question with its worked answer, of which a third is learnt. */
const CAPTION_TOKENS = 60;
const CONVERSATION_TOKENS = 300;
const ANSWER_SHARE = 1 / 3;

/** A training on every GPU: each computes a batch of its own in every step. */
export interface PlannedTraining {
  part: string;
  parameters: number;
  trained: number;
  steps: number;
  /** tokens that one GPU reads in a step, patches of pictures among them */
  tokensPerStep: number;
  /** bytes on each GPU */
  memoryBytes: number;
  /** floating-point operations of one GPU in a step */
  operations: number;
}

export interface Plan {
  preset: string;
  gpus: number;
  data: { problems: number; pictures: number; negatives: number; coreHours: number; dollars: number; bytes: number };
  trainings: PlannedTraining[];
  /** hours of each training, and dollars of all; null where one does not fit */
  byGpu: { gpu: string; dollarsPerHour: number; hours: (number | null)[]; totalHours: number | null; dollars: number | null }[];
}

/** The encoder from nothing; its vocabulary is known in full only when its captions are. */
function newEncoder(config: RunConfig): Record<string, unknown> {
  const { type, vision, text, maximumTokens = CAPTION_TOKENS } = encoderSize(config);
  const tower = ({ width, layers, heads, intermediate = 4 * width }: EncoderSize["text"]): Record<string, number> => ({ hidden_size: width, intermediate_size: intermediate, num_hidden_layers: layers, num_attention_heads: heads });
  return {
    model_type: type,
    vision_config: { ...tower(vision), image_size: vision.imageSize, patch_size: vision.patchSize },
    text_config: { ...tower(text), vocab_size: 300, max_position_embeddings: maximumTokens, projection_size: vision.width },
    projection_dim: vision.width,
  };
}

function quickLanguage(): Record<string, unknown> {
  const { hiddenSize, layers, heads, keyValueHeads, vocabularySize, maxPositions } = quickLanguageModel.language;
  return { model_type: "llama", hidden_size: hiddenSize, intermediate_size: Math.ceil((hiddenSize * 8) / 3 / 16) * 16, num_hidden_layers: layers, num_attention_heads: heads, num_key_value_heads: keyValueHeads, vocab_size: vocabularySize, max_position_embeddings: maxPositions, tie_word_embeddings: true };
}

function planEncoder(config: RunConfig, model: ModelConfig): PlannedTraining {
  const whole = recipeSchema.parse(encoderRecipe(config));
  // Each process computes its share of a batch.
  const recipe = { ...whole, batchSize: Math.ceil(whole.batchSize / config.encoder.processes) };
  const parameters = Object.fromEntries(Object.entries(modelSpecifications(model)).map(([name, { shape }]) => [name, { size: shape.reduce((product, length) => product * length, 1) }]));
  const estimate = estimateTraining({ model: { config: model, parameters }, samples: config.problems.count, recipe, meanTokens: CAPTION_TOKENS });
  const { rows, columns } = patchGrid(model.vision_config);
  const textTokens = model.model_type === "siglip" ? model.text_config.max_position_embeddings : CAPTION_TOKENS;
  return { part: "encoder", parameters: estimate.parameters, trained: estimate.trainable, steps: config.encoder.steps, tokensPerStep: estimate.images * rows * columns + estimate.texts * textTokens, memoryBytes: estimate.memoryBytes, operations: estimate.operations };
}

function planLanguageModel(config: RunConfig, vision: Record<string, unknown>, text: Record<string, unknown>): PlannedTraining[] {
  const model = parseLanguageModelConfig({ model_type: "llava", image_token_index: 0, vision_feature_select_strategy: "full", vision_config: vision, text_config: text }, { file: "config.json" });
  const pictureTokens = tokensPerImage(model.multimodal!);
  return languageModelStages(config).map(({ part, recipe }) => {
    const words = part === "projector" ? CAPTION_TOKENS : CONVERSATION_TOKENS;
    const tokens = words + (part === "text" ? 0 : pictureTokens);
    const { parameters, memory, steps, tokensPerStep, operations } = estimateStage({ ...recipe, config: model, samples: config.problems.count, tokens, answerTokens: Math.ceil(part === "projector" ? words : words * ANSWER_SHARE) });
    return { part: `language model: ${part}`, parameters: parameters.vision + parameters.projector + parameters.language, trained: parameters.trained, steps, tokensPerStep, memoryBytes: memory.total, operations };
  });
}

function planData({ problems, diagrams, captions }: RunConfig): Plan["data"] {
  const pictures = problems.count * (1 + diagrams.negatives);
  const negatives = problems.count * (diagrams.negatives + captions.rule + captions.retrieval);
  const seconds = problems.count * taskCosts.drawSeconds + problems.count * diagrams.negatives * taskCosts.redrawSeconds + negatives * taskCosts.mineSeconds;
  const bytes = pictures * taskCosts.pictureBytes * (diagrams.size / 112) + negatives * taskCosts.lineBytes;
  return { problems: problems.count, pictures, negatives, coreHours: seconds / 3600, dollars: (seconds / 3600) * coreDollarsPerHour, bytes };
}

function costOn(gpu: GpuType, trainings: readonly PlannedTraining[], gpus: number): Plan["byGpu"][number] {
  const hours = trainings.map(({ memoryBytes, steps, operations }) => (memoryBytes > gpu.memory ? null : (steps * operations) / (gpu.operationsPerSecond * utilisation) / 3600));
  const totalHours = hours.includes(null) ? null : hours.reduce<number>((sum, value) => sum + (value ?? 0), 0);
  return { gpu: gpu.name, dollarsPerHour: gpu.dollarsPerHour, hours, totalHours, dollars: totalHours === null ? null : totalHours * gpus * gpu.dollarsPerHour };
}

/**
 * What a run will take, by arithmetic on sizes: nothing is loaded, drawn or trained. `gpus` train side by side, each with all of
 * the model and batches of its own, which is how the engine trains.
 *
 * @throws {InputError} for a checkpoint that is not there and whose sizes are not known
 */
export async function planRun({ config, gpus }: { config: RunConfig; gpus: number }): Promise<Plan> {
  const encoder = config.encoder.from === null ? newEncoder(config) : await checkpointConfig(config.encoder.from);
  const language = config.languageModel.from === null ? quickLanguage() : await checkpointConfig(config.languageModel.from);
  const model = parseModelConfig(encoder);
  const trainings = [...(config.encoder.steps === 0 ? [] : [planEncoder(config, model)]), ...planLanguageModel(config, { ...model.vision_config }, language)];
  return { preset: config.preset, gpus, data: planData(config), trainings, byGpu: gpuTypes.map((gpu) => costOn(gpu, trainings, gpus)) };
}
