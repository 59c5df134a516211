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

/** Image embeddings of unit length, `[batch, embedding]`, from `pixel_values`. */
export function imageEmbeddings({ parameters, config, pixels }: { parameters: ParameterMap; config: ModelConfig; pixels: tf.Tensor }): tf.Tensor {
  const { pooled } = visionTower({ parameters, config: config.vision_config, pixels });
  return unitLength(config.model_type === "siglip" ? pooled : linear(pooled, parameterOf(parameters, "visual_projection.weight")));
}

/** Text embeddings of unit length, `[batch, embedding]`, from token ids. */
export function textEmbeddings({ parameters, config, ...input }: { parameters: ParameterMap; config: ModelConfig } & TextInput): tf.Tensor {
  const { pooled } = textTower({ parameters, config: config.text_config, ...input });
  return unitLength(config.model_type === "siglip" ? pooled : linear(pooled, parameterOf(parameters, "text_projection.weight")));
}
