import { z } from "zod";
import { InputError } from "@mmgeo/dataset";
import { altclipTextSchema, bertSchema, clipTextSchema, clipVisionSchema, siglipTextSchema, patchGrid, siglipVisionSchema, visionConfigSchema, withPairs, withWidths } from "./tower-config.js";

/** A tower's `model_type` follows from the model's where a configuration leaves it out, as older ones do. */
function tower<Schema extends z.ZodType>(modelType: string, schema: Schema) {
  return z.preprocess((value) => {
    if (value === null || value === undefined) return { model_type: modelType };
    if (typeof value !== "object") return value;
    const typed = { model_type: modelType, ...value };
    return typed.model_type === "vit" ? withWidths(typed) : typed;
  }, schema);
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
  const parsed = modelConfigSchema.safeParse(withOldTowerFields(value));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new InputError({ message: issue?.message ?? "is not a model configuration", file, field: issue?.path.join(".") ?? null });
  }
  for (const [field, towerConfig] of [["vision_config", parsed.data.vision_config], ["text_config", parsed.data.text_config]] as const) {
    if (towerConfig.hidden_size % towerConfig.num_attention_heads !== 0) {
      throw new InputError({ message: `hidden size ${towerConfig.hidden_size} is not a multiple of ${towerConfig.num_attention_heads} attention heads`, file, field: `${field}.num_attention_heads` });
    }
  }
  const { height, width, patchHeight, patchWidth } = patchGrid(parsed.data.vision_config);
  if (patchHeight > height || patchWidth > width) throw new InputError({ message: `patches of ${patchHeight} x ${patchWidth} pixels do not fit an image of ${height} x ${width}`, file, field: "vision_config.patch_size" });
  return parsed.data;
}

/**
 * Older CLIP and AltCLIP files give a tower's fields a second time as `text_config_dict` and `vision_config_dict`; in transformers
 * what stands there, its defaults included, wins.
 */
function withOldTowerFields(value: unknown): unknown {
  const result: Record<string, unknown> = { ...(value as Record<string, unknown>) };
  const isAltclip = result["model_type"] === "altclip";
  for (const [name, type, schema] of [
    ["text_config", isAltclip ? "altclip_text_model" : "clip_text_model", isAltclip ? altclipTextSchema : clipTextSchema],
    ["vision_config", isAltclip ? "altclip_vision_model" : "clip_vision_model", clipVisionSchema],
  ] as const) {
    const old = result[`${name}_dict`];
    if (typeof old !== "object" || old === null || !(isAltclip || result["model_type"] === "clip")) continue;
    const complete = schema.safeParse({ ...old, model_type: type });
    if (complete.success) result[name] = { ...(result[name] as object | null), ...complete.data };
    delete result[`${name}_dict`];
  }
  return result;
}

/** A configuration as it is written to `config.json`. */
export function configFileOf(config: ModelConfig): Record<string, unknown> {
  return { ...config, vision_config: withPairs(config.vision_config) };
}

/** The width of the shared space of image and text embeddings. */
export function embeddingSize(config: ModelConfig): number {
  return config.model_type === "siglip" ? config.vision_config.hidden_size : config.projection_dim;
}
