import type { ModelConfig } from "../config/model-config.js";

/**
 * Our name of a tensor in a checkpoint file. Versions of transformers differ in two places: AltCLIP's vision layers stand
 * under `encoder.layer.` in files of version 5.24 and under `encoder.layers.` elsewhere, and version 4 repeats the tower's
 * name in a vision-text dual encoder (`vision_model.vision_model.`).
 */
export function canonicalName(type: ModelConfig["model_type"], fileName: string): string {
  if (type === "altclip") return fileName.replace(/^vision_model\.encoder\.layer\./u, "vision_model.encoder.layers.").replace(/^text_model\.roberta\.encoder\.layers\./u, "text_model.roberta.encoder.layer.");
  if (type === "vision-text-dual-encoder") return fileName.replace(/^(vision_model|text_model)\.\1\./u, "$1.");
  return fileName;
}

/** Tensors that some checkpoints carry and no computation of the dual encoder uses: position numbers, and AltCLIP's unused pooler. */
export function isIgnoredName(fileName: string): boolean {
  return fileName.endsWith("position_ids") || fileName.endsWith("token_type_ids") || fileName.startsWith("text_model.roberta.pooler.");
}
