import { z } from "zod";
import { type ActivationName, activationNames } from "../towers/activations.js";

export type { ActivationName };

/** Bounds of what a configuration may ask for, so that a damaged file is refused before anything is allocated. */
const MAXIMUM_WIDTH = 16_384;
const MAXIMUM_LAYERS = 256;
const MAXIMUM_VOCABULARY = 2_000_000;

const width = z.number().int().positive().max(MAXIMUM_WIDTH);
const layers = z.number().int().positive().max(MAXIMUM_LAYERS);

export const activationSchema = z.enum(activationNames);

/** Sizes may be written as one number or as a pair of equal ones. */
const side = z.preprocess((value) => (Array.isArray(value) && value.length === 2 && value[0] === value[1] ? value[0] : value), z.number().int().positive().max(8192));

/** A field that transformers writes as null when it is not set counts as absent. */
function withDefault<Schema extends z.ZodType>(schema: Schema, value: z.infer<Schema>) {
  return z.preprocess((given) => (given === null || given === undefined ? value : given), schema);
}

function visionShape({ hiddenSize, intermediateSize, layerCount, heads, patch, activation, epsilon }: { hiddenSize: number; intermediateSize: number; layerCount: number; heads: number; patch: number; activation: ActivationName; epsilon: number }) {
  return {
    hidden_size: withDefault(width, hiddenSize),
    intermediate_size: withDefault(width, intermediateSize),
    num_hidden_layers: withDefault(layers, layerCount),
    num_attention_heads: withDefault(width, heads),
    num_channels: withDefault(z.number().int().positive().max(16), 3),
    image_size: withDefault(side, 224),
    patch_size: withDefault(side, patch),
    hidden_act: withDefault(activationSchema, activation),
    layer_norm_eps: withDefault(z.number().positive().max(1), epsilon),
  };
}

const clipVision = visionShape({ hiddenSize: 768, intermediateSize: 3072, layerCount: 12, heads: 12, patch: 32, activation: "quick_gelu", epsilon: 1e-5 });

/** transformers' SiglipVisionConfig; absent fields take its defaults. */
export const siglipVisionSchema = z.looseObject({
  model_type: z.literal("siglip_vision_model"),
  ...visionShape({ hiddenSize: 768, intermediateSize: 3072, layerCount: 12, heads: 12, patch: 16, activation: "gelu_pytorch_tanh", epsilon: 1e-6 }),
  vision_use_head: withDefault(z.boolean(), true),
});

/** transformers' CLIPVisionConfig, which AltCLIP uses under a name of its own. */
export const clipVisionSchema = z.looseObject({ model_type: z.enum(["clip_vision_model", "altclip_vision_model"]), ...clipVision });

/**
 * transformers' ViTConfig, the vision tower of a vision-text dual encoder. Its pictures and patches need not be square: `image_size`
 * and `patch_size` are then their heights, `image_width` and `patch_width`, which only we write, their widths.
 */
export const vitSchema = z.looseObject({
  model_type: z.literal("vit"),
  ...visionShape({ hiddenSize: 768, intermediateSize: 3072, layerCount: 12, heads: 12, patch: 16, activation: "gelu", epsilon: 1e-12 }),
  qkv_bias: withDefault(z.boolean(), true),
  pooler_act: withDefault(activationSchema, "tanh"),
  image_width: side.optional(),
  patch_width: side.optional(),
});

const rectangles = { image_size: "image_width", patch_size: "patch_width" } as const;

/** A ViT configuration as transformers writes it, its pairs of sizes as heights and widths. */
export function withWidths(value: Record<string, unknown>): Record<string, unknown> {
  const result = { ...value };
  for (const [size, width] of Object.entries(rectangles)) {
    const pair = value[size];
    if (Array.isArray(pair) && pair.length === 2 && pair[0] !== pair[1]) [result[size], result[width]] = pair as [unknown, unknown];
  }
  return result;
}

/** The opposite of `withWidths`, for a configuration that is written. */
export function withPairs(value: Record<string, unknown>): Record<string, unknown> {
  const result = { ...value };
  for (const [size, width] of Object.entries(rectangles)) {
    if (value[width] === undefined) continue;
    result[size] = [value[size], value[width]];
    delete result[width];
  }
  return result;
}

export const visionConfigSchema = z.discriminatedUnion("model_type", [siglipVisionSchema, clipVisionSchema, vitSchema]);
export type SiglipVisionConfig = z.infer<typeof siglipVisionSchema>;
export type ClipVisionConfig = z.infer<typeof clipVisionSchema>;
export type VitConfig = z.infer<typeof vitSchema>;
export type VisionConfig = z.infer<typeof visionConfigSchema>;

/** Height and width of a tower's pictures and patches in pixels, and how many whole patches there are. */
export function patchGrid(config: VisionConfig): { height: number; width: number; patchHeight: number; patchWidth: number; rows: number; columns: number } {
  const { image_size: height, patch_size: patchHeight } = config;
  const { image_width: width = height, patch_width: patchWidth = patchHeight } = config.model_type === "vit" ? config : {};
  return { height, width, patchHeight, patchWidth, rows: Math.floor(height / patchHeight), columns: Math.floor(width / patchWidth) };
}

function textShape({ hiddenSize, intermediateSize, layerCount, heads, positions, vocabulary, activation, epsilon }: { hiddenSize: number; intermediateSize: number; layerCount: number; heads: number; positions: number; vocabulary: number; activation: ActivationName; epsilon: number }) {
  return {
    hidden_size: withDefault(width, hiddenSize),
    intermediate_size: withDefault(width, intermediateSize),
    num_hidden_layers: withDefault(layers, layerCount),
    num_attention_heads: withDefault(width, heads),
    max_position_embeddings: withDefault(width, positions),
    vocab_size: withDefault(z.number().int().positive().max(MAXIMUM_VOCABULARY), vocabulary),
    hidden_act: withDefault(activationSchema, activation),
    layer_norm_eps: withDefault(z.number().positive().max(1), epsilon),
  };
}

/** transformers' SiglipTextConfig. Padding is part of the model: every text has exactly `max_position_embeddings` tokens and all are attended. */
export const siglipTextSchema = z.preprocess(
  (value) => (typeof value === "object" && value !== null && !("projection_size" in value) ? { ...value, projection_size: "hidden_size" in value ? value.hidden_size : 768 } : value),
  z.looseObject({
    model_type: z.literal("siglip_text_model"),
    ...textShape({ hiddenSize: 768, intermediateSize: 3072, layerCount: 12, heads: 12, positions: 64, vocabulary: 32_000, activation: "gelu_pytorch_tanh", epsilon: 1e-6 }),
    projection_size: width,
    pad_token_id: withDefault(z.number().int(), 1),
    eos_token_id: withDefault(z.number().int(), 49_407),
  }),
);

/** transformers' CLIPTextConfig. `eos_token_id` 2 is the older convention: the end of the text is then the place of the largest id. */
export const clipTextSchema = z.looseObject({
  model_type: z.literal("clip_text_model"),
  ...textShape({ hiddenSize: 512, intermediateSize: 2048, layerCount: 12, heads: 8, positions: 77, vocabulary: 49_408, activation: "quick_gelu", epsilon: 1e-5 }),
  pad_token_id: withDefault(z.number().int(), 1),
  eos_token_id: withDefault(z.number().int(), 49_407),
});

/** transformers' AltCLIPTextConfig: XLM-RoBERTa with a projection of its own. */
export const altclipTextSchema = z.looseObject({
  model_type: z.literal("altclip_text_model"),
  ...textShape({ hiddenSize: 1024, intermediateSize: 4096, layerCount: 24, heads: 16, positions: 514, vocabulary: 250_002, activation: "gelu", epsilon: 1e-5 }),
  type_vocab_size: withDefault(z.number().int().positive().max(16), 1),
  pad_token_id: withDefault(z.number().int(), 1),
  project_dim: withDefault(width, 768),
});

/** transformers' BertConfig, the text tower of a vision-text dual encoder (MiniLM is one). */
export const bertSchema = z.looseObject({
  model_type: z.literal("bert"),
  ...textShape({ hiddenSize: 768, intermediateSize: 3072, layerCount: 12, heads: 12, positions: 512, vocabulary: 30_522, activation: "gelu", epsilon: 1e-12 }),
  type_vocab_size: withDefault(z.number().int().positive().max(16), 2),
  pad_token_id: withDefault(z.number().int(), 0),
});

export const textConfigSchema = z.union([siglipTextSchema, clipTextSchema, altclipTextSchema, bertSchema]);
export type SiglipTextConfig = z.infer<typeof siglipTextSchema>;
export type ClipTextConfig = z.infer<typeof clipTextSchema>;
export type AltclipTextConfig = z.infer<typeof altclipTextSchema>;
export type BertConfig = z.infer<typeof bertSchema>;
export type TextConfig = z.infer<typeof textConfigSchema>;
