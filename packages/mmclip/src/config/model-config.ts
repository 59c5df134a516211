import { z } from "zod";
import { InputError } from "@mmgeo/dataset";
import { altclipTextSchema, bertSchema, clipTextSchema, clipVisionSchema, siglipTextSchema, siglipVisionSchema, visionConfigSchema } from "./tower-config.js";

/** A tower's `model_type` follows from the model's where a configuration leaves it out, as older ones do. */
function tower<Schema extends z.ZodType>(modelType: string, schema: Schema) {
  return z.preprocess((value) => (value === null || value === undefined ? { model_type: modelType } : typeof value === "object" && !("model_type" in value) ? { ...value, model_type: modelType } : value), schema);
}

const projection = z.number().int().positive().max(16_384).default(512);
const initialScale = z.number().min(-20).max(20).default(2.6592);

/** `config.json` of a SigLIP checkpoint (transformers' SiglipConfig). */
export const siglipConfigSchema = z.looseObject({ model_type: z.literal("siglip"), text_config: tower("siglip_text_model", siglipTextSchema), vision_config: tower("siglip_vision_model", siglipVisionSchema) });

/** `config.json` of a CLIP checkpoint (transformers' CLIPConfig). */
export const clipConfigSchema = z.looseObject({ model_type: z.literal("clip"), projection_dim: projection, logit_scale_init_value: initialScale, text_config: tower("clip_text_model", clipTextSchema), vision_config: tower("clip_vision_model", clipVisionSchema) });

/** `config.json` of an AltCLIP checkpoint (transformers' AltCLIPConfig; its own default projection is 768). */
export const altclipConfigSchema = z.looseObject({
  model_type: z.literal("altclip"),
  projection_dim: z.number().int().positive().max(16_384).default(768),
  logit_scale_init_value: initialScale,
  text_config: tower("altclip_text_model", altclipTextSchema),
  vision_config: tower("altclip_vision_model", clipVisionSchema),
});

/** `config.json` of a vision-text dual encoder (transformers' VisionTextDualEncoderConfig): a ViT, CLIP or SigLIP vision tower beside BERT. */
export const dualEncoderConfigSchema = z.looseObject({
  model_type: z.literal("vision-text-dual-encoder"),
  projection_dim: projection,
  logit_scale_init_value: initialScale,
  text_config: tower("bert", bertSchema),
  vision_config: tower("vit", visionConfigSchema),
});

export const modelConfigSchema = z.discriminatedUnion("model_type", [siglipConfigSchema, clipConfigSchema, altclipConfigSchema, dualEncoderConfigSchema]);

/** The configuration of a model, with the field names of its `config.json`. */
export type ModelConfig = z.infer<typeof modelConfigSchema>;

export const modelTypes = ["siglip", "clip", "altclip", "vision-text-dual-encoder"] as const;

/**
 * Checks what was read from a `config.json` (or written by hand) and fills in transformers' defaults. Throws an InputError
 * that names the field.
 */
export function parseModelConfig(value: unknown, { file = null }: { file?: string | null } = {}): ModelConfig {
  const type = typeof value === "object" && value !== null && "model_type" in value ? value.model_type : undefined;
  if (!modelTypes.some((known) => known === type)) {
    throw new InputError({ message: `unknown model type ${JSON.stringify(type ?? null)}; known are ${modelTypes.join(", ")}`, file, field: "model_type" });
  }
  const parsed = modelConfigSchema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new InputError({ message: issue?.message ?? "is not a model configuration", file, field: issue?.path.join(".") ?? null });
  }
  for (const [field, towerConfig] of [["vision_config", parsed.data.vision_config], ["text_config", parsed.data.text_config]] as const) {
    if (towerConfig.hidden_size % towerConfig.num_attention_heads !== 0) {
      throw new InputError({ message: `hidden size ${towerConfig.hidden_size} is not a multiple of ${towerConfig.num_attention_heads} attention heads`, file, field: `${field}.num_attention_heads` });
    }
  }
  const { image_size: imageSize, patch_size: patchSize } = parsed.data.vision_config;
  if (patchSize > imageSize) throw new InputError({ message: `patches of ${patchSize} pixels do not fit an image of ${imageSize}`, file, field: "vision_config.patch_size" });
  return parsed.data;
}

/** The width of the shared space of image and text embeddings. */
export function embeddingSize(config: ModelConfig): number {
  return config.model_type === "siglip" ? config.vision_config.hidden_size : config.projection_dim;
}
