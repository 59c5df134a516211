import { InputError } from "@mmgeo/dataset";
import { visionConfigSchema, type VisionConfig } from "@mmgeo/mmclip";
import { z } from "zod";
import { type Activation, activations, activationSchema, type LanguageConfig, languageModelTypes, parseLanguageConfig } from "./language-config.js";

/** A LLaVA-shaped model: vision tower, projector, language model. */
export interface MultimodalConfig {
  language: LanguageConfig;
  /** the vision tower's part of `config.json`, with transformers' defaults filled in */
  vision: VisionConfig;
  /** the token that stands for one image feature in a prompt */
  imageToken: number;
  /** which hidden states of the tower are used: 0 is the embeddings, -2 the penultimate layer; several are joined along the features */
  featureLayers: number[];
  /** `default` leaves the class token out, `full` keeps every token */
  featureSelection: "default" | "full";
  projectorActivation: Activation;
  projectorBias: boolean;
}

/** What a checkpoint folder's `config.json` describes. `multimodal` is null for a plain causal language model. */
export interface ModelConfig {
  language: LanguageConfig;
  multimodal: MultimodalConfig | null;
}

const fileSchema = z.looseObject({
  model_type: z.string(),
  vision_config: z.record(z.string(), z.unknown()).nullish(),
  text_config: z.record(z.string(), z.unknown()).nullish(),
  image_token_index: z.number().int().min(0).nullish(),
  image_token_id: z.number().int().min(0).nullish(),
  vision_feature_layer: z.union([z.number().int(), z.array(z.number().int()).min(1).max(64)]).nullish(),
  vision_feature_select_strategy: z.enum(["default", "full"]).nullish(),
  projector_hidden_act: z.string().nullish(),
  multimodal_projector_bias: z.boolean().nullish(),
  tie_word_embeddings: z.boolean().nullish(),
});

/** transformers' LlavaConfig assumes CLIP ViT-L/14 at 336 pixels. */
const assumedVision = { model_type: "clip_vision_model", intermediate_size: 4096, hidden_size: 1024, patch_size: 14, image_size: 336, num_hidden_layers: 24, num_attention_heads: 16, projection_dim: 768 };

/**
 * Reads `config.json` of a LLaVA checkpoint or of a plain causal language model.
 *
 * @throws InputError that names the field
 */
export function parseModelConfig(value: unknown, { file }: { file: string }): ModelConfig {
  const parsed = fileSchema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new InputError({ message: `${issue?.message ?? "not a configuration"}; write it as transformers does`, file, field: issue?.path.join(".") ?? null });
  }
  const config = parsed.data;
  if (config.model_type !== "llava") {
    if (!(languageModelTypes as readonly string[]).includes(config.model_type)) {
      throw new InputError({ message: `models of type ${config.model_type} are not supported; use llava or one of ${languageModelTypes.join(", ")}`, file, field: "model_type" });
    }
    return { language: parseLanguageConfig(value, { file }), multimodal: null };
  }
  const text = { model_type: "llama", ...config.text_config };
  const language = parseLanguageConfig(config.tie_word_embeddings ? { ...text, tie_word_embeddings: true } : text, { file, field: "text_config" });
  const vision = visionConfigSchema.safeParse(config.vision_config ? { model_type: "clip_vision_model", ...config.vision_config } : assumedVision);
  if (!vision.success) {
    const issue = vision.error.issues[0];
    throw new InputError({ message: issue?.message ?? "not a vision tower", file, field: ["vision_config", ...(issue?.path ?? [])].join(".") });
  }
  const activation = activationSchema.safeParse(config.projector_hidden_act ?? "gelu");
  if (!activation.success) throw new InputError({ message: `activation ${config.projector_hidden_act} is not supported; use one of ${activations.join(", ")}`, file, field: "projector_hidden_act" });
  const layer = config.vision_feature_layer ?? -2;
  const featureLayers = Array.isArray(layer) ? layer : [layer];
  const hiddenStates = vision.data.num_hidden_layers + 1;
  for (const index of featureLayers) {
    if (index < -hiddenStates || index >= hiddenStates) throw new InputError({ message: `the tower has hidden states 0 to ${hiddenStates - 1}, not ${index}`, file, field: "vision_feature_layer" });
  }
  const imageToken = config.image_token_index ?? config.image_token_id ?? 32000;
  if (imageToken >= language.vocabularySize) throw new InputError({ message: `image token ${imageToken} is not among the ${language.vocabularySize} tokens of the language model`, file, field: "image_token_index" });
  // With `default` and a tower without class token transformers drops the first patch; the same is computed here.
  const multimodal: MultimodalConfig = {
    language,
    vision: vision.data,
    imageToken,
    featureLayers,
    featureSelection: config.vision_feature_select_strategy ?? "default",
    projectorActivation: activation.data,
    projectorBias: config.multimodal_projector_bias ?? true,
  };
  return { language, multimodal };
}

/** CLIP and ViT towers put a class token before the patches; SigLIP does not. */
export function hasClassToken(vision: VisionConfig): boolean {
  return vision.model_type !== "siglip_vision_model";
}

/** Image features, and so image tokens in the prompt, that one picture becomes. */
export function tokensPerImage(config: MultimodalConfig): number {
  const patches = Math.floor(config.vision.image_size / config.vision.patch_size) ** 2;
  return patches + (hasClassToken(config.vision) ? 1 : 0) - (config.featureSelection === "default" ? 1 : 0);
}
