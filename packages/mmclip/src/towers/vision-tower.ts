import { InputError } from "@mmgeo/dataset";
import { attention, linear, tf } from "@mmgeo/engine";
import { patchGrid, type SiglipVisionConfig, type VisionConfig } from "../config/tower-config.js";
import { activations } from "./activations.js";
import { clipLayerNames, type ParameterMap, parameterOf, vitLayerNames } from "../model/parameters.js";
import { layerNormOf, linearOf, mergeHeads, perceptronOf, splitHeads, transformerLayers } from "./layer.js";

export interface TowerOutput {
  /** Entry 0 is what enters the first layer, entry n what leaves layer n, each `[batch, tokens, hidden]`; transformers' `hidden_states`. */
  hiddenStates: tf.Tensor[];
  /** transformers' `last_hidden_state`, `[batch, tokens, hidden]`. */
  lastHiddenState: tf.Tensor;
  /** transformers' `pooler_output`, `[batch, width]`. */
  pooled: tf.Tensor;
}

/**
 * `[batch, channels, height, width]` to `[batch, patches, channels * patchHeight * patchWidth]`, patches row by row. Pixels beyond the last
 * whole patch are dropped, as a convolution without padding does.
 */
function patchesOf(pixels: tf.Tensor, config: VisionConfig): tf.Tensor {
  const { num_channels: channels } = config;
  const { height, width, patchHeight, patchWidth, rows, columns } = patchGrid(config);
  const [batch = 0, ...rest] = pixels.shape;
  if (pixels.rank !== 4 || rest[0] !== channels || rest[1] !== height || rest[2] !== width) {
    throw new InputError({ message: `pixel values have shape [${pixels.shape.join(", ")}]; this model takes [batch, ${channels}, ${height}, ${width}]`, field: "pixel_values" });
  }
  const [usedHeight, usedWidth] = [rows * patchHeight, columns * patchWidth];
  const whole = usedHeight === height && usedWidth === width ? pixels : tf.slice(pixels, [0, 0, 0, 0], [batch, channels, usedHeight, usedWidth]);
  const blocks = tf.reshape(whole, [batch, channels, rows, patchHeight, columns, patchWidth]);
  return tf.reshape(tf.transpose(blocks, [0, 2, 4, 1, 3, 5]), [batch, rows * columns, channels * patchHeight * patchWidth]);
}

/** The patch embedding is a convolution whose stride is its kernel: one product over flattened patches. */
function patchEmbedding(parameters: ParameterMap, name: string, pixels: tf.Tensor, config: VisionConfig): tf.Tensor {
  const weight = parameterOf(parameters, `${name}.weight`);
  return linear(patchesOf(pixels, config), tf.reshape(weight, [config.hidden_size, -1]), parameters[`${name}.bias`]);
}

function withClassToken(patches: tf.Tensor, token: tf.Tensor): tf.Tensor {
  const [batch, , hidden] = patches.shape as [number, number, number];
  return tf.concat([tf.tile(tf.reshape(token, [1, 1, hidden]), [batch, 1, 1]), patches], 1);
}

function firstToken(x: tf.Tensor): tf.Tensor {
  const [batch, , hidden] = x.shape as [number, number, number];
  return tf.reshape(tf.slice(x, [0, 0, 0], [batch, 1, hidden]), [batch, hidden]);
}

/** SigLIP's pooling: a learned probe attends to all tokens (transformers' SiglipMultiheadAttentionPoolingHead). */
function attentionPooling({ parameters, config, prefix, x }: { parameters: ParameterMap; config: SiglipVisionConfig; prefix: string; x: tf.Tensor }): tf.Tensor {
  const [batch, , hidden] = x.shape as [number, number, number];
  const heads = config.num_attention_heads;
  const weight = parameterOf(parameters, `${prefix}attention.in_proj_weight`);
  const bias = parameterOf(parameters, `${prefix}attention.in_proj_bias`);
  const projected = (source: tf.Tensor, part: number): tf.Tensor => splitHeads(linear(source, tf.slice(weight, [part * hidden, 0], [hidden, hidden]), tf.slice(bias, [part * hidden], [hidden])), heads);
  // The probe is the same for every image, so its query is computed once.
  const query = tf.tile(projected(parameterOf(parameters, `${prefix}probe`), 0), [batch, 1, 1, 1]);
  const attended = linearOf(parameters, `${prefix}attention.out_proj`, mergeHeads(attention({ query, key: projected(x, 1), value: projected(x, 2) })));
  const normed = layerNormOf(parameters, `${prefix}layernorm`, attended, config.layer_norm_eps);
  return tf.reshape(tf.add(attended, perceptronOf(parameters, `${prefix}mlp`, normed, config.hidden_act)), [batch, hidden]);
}

/**
 * The vision tower of a SigLIP, CLIP, AltCLIP or ViT checkpoint.
 *
 * `pixels` is transformers' `pixel_values`, `[batch, channels, height, width]`; `prefix` is what stands before
 * `embeddings.` in the parameters' names. The penultimate hidden state that MMGeoLM reads is `hiddenStates.at(-2)`.
 */
export function visionTower({ parameters, config, pixels, prefix = "vision_model." }: { parameters: ParameterMap; config: VisionConfig; pixels: tf.Tensor; prefix?: string }): TowerOutput {
  const common = { parameters, heads: config.num_attention_heads, epsilon: config.layer_norm_eps, activation: config.hidden_act, order: "pre", count: config.num_hidden_layers } as const;
  const norm = (name: string, x: tf.Tensor): tf.Tensor => layerNormOf(parameters, prefix + name, x, config.layer_norm_eps);
  if (config.model_type === "vit") {
    const patches = patchEmbedding(parameters, `${prefix}embeddings.patch_embeddings.projection`, pixels, config);
    const embedded = tf.add(withClassToken(patches, parameterOf(parameters, `${prefix}embeddings.cls_token`)), parameterOf(parameters, `${prefix}embeddings.position_embeddings`));
    const hiddenStates = transformerLayers(embedded, { ...common, names: vitLayerNames, prefix: `${prefix}encoder.layer.` });
    const lastHiddenState = norm("layernorm", hiddenStates.at(-1) as tf.Tensor);
    return { hiddenStates, lastHiddenState, pooled: activations[config.pooler_act](linearOf(parameters, `${prefix}pooler.dense`, firstToken(lastHiddenState))) };
  }
  const patches = patchEmbedding(parameters, `${prefix}embeddings.patch_embedding`, pixels, config);
  const positions = parameterOf(parameters, `${prefix}embeddings.position_embedding.weight`);
  if (config.model_type === "siglip_vision_model") {
    const hiddenStates = transformerLayers(tf.add(patches, positions), { ...common, names: clipLayerNames, prefix: `${prefix}encoder.layers.` });
    const lastHiddenState = norm("post_layernorm", hiddenStates.at(-1) as tf.Tensor);
    const pooled = config.vision_use_head ? attentionPooling({ parameters, config, prefix: `${prefix}head.`, x: lastHiddenState }) : firstToken(lastHiddenState);
    return { hiddenStates, lastHiddenState, pooled };
  }
  const embedded = tf.add(withClassToken(patches, parameterOf(parameters, `${prefix}embeddings.class_embedding`)), positions);
  const hiddenStates = transformerLayers(norm("pre_layrnorm", embedded), { ...common, names: clipLayerNames, prefix: `${prefix}encoder.layers.` });
  const lastHiddenState = hiddenStates.at(-1) as tf.Tensor;
  return { hiddenStates, lastHiddenState, pooled: norm("post_layernorm", firstToken(lastHiddenState)) };
}
