import { linear, tf } from "@mmgeo/engine";
import type { ModelConfig } from "../config/model-config.js";
import { textTower, type TextInput } from "../towers/text-tower.js";
import { visionTower } from "../towers/vision-tower.js";
import { type ParameterMap, parameterOf } from "./parameters.js";

/** Rows of length one. transformers divides by the norm without a floor; ours only keeps a row of zeros from becoming NaN. */
function unitLength(x: tf.Tensor): tf.Tensor {
  const squares = tf.sum(tf.square(x), -1, true);
  return tf.mul(x, tf.rsqrt(tf.maximum(squares, 1e-24)));
}

/** Embeddings of unit length from what a tower pools, `[batch, width]`: its projection, where the model has one. */
export function embeddingsOfFeatures({ parameters, config, tower, features }: { parameters: ParameterMap; config: ModelConfig; tower: "vision" | "text"; features: tf.Tensor }): tf.Tensor {
  const projection = tower === "vision" ? "visual_projection.weight" : "text_projection.weight";
  return unitLength(config.model_type === "siglip" ? features : linear(features, parameterOf(parameters, projection)));
}

/** What the vision tower pools of `pixel_values`, `[batch, width]`. */
export function imageFeatures({ parameters, config, pixels }: { parameters: ParameterMap; config: ModelConfig; pixels: tf.Tensor }): tf.Tensor {
  return visionTower({ parameters, config: config.vision_config, pixels }).pooled;
}

/** What the text tower pools of token ids, `[batch, width]`. */
export function textFeatures({ parameters, config, ...input }: { parameters: ParameterMap; config: ModelConfig } & TextInput): tf.Tensor {
  return textTower({ parameters, config: config.text_config, ...input }).pooled;
}

/** Image embeddings of unit length, `[batch, embedding]`, from `pixel_values`. */
export function imageEmbeddings(input: { parameters: ParameterMap; config: ModelConfig; pixels: tf.Tensor }): tf.Tensor {
  return embeddingsOfFeatures({ ...input, tower: "vision", features: imageFeatures(input) });
}

/** Text embeddings of unit length, `[batch, embedding]`, from token ids. */
export function textEmbeddings(input: { parameters: ParameterMap; config: ModelConfig } & TextInput): tf.Tensor {
  return embeddingsOfFeatures({ ...input, tower: "text", features: textFeatures(input) });
}
