import { InputError } from "@mmgeo/dataset";
import { embedding, tf, withGradient } from "@mmgeo/engine";
import type { AltclipTextConfig, BertConfig, ClipTextConfig, TextConfig } from "../config/tower-config.js";
import { bertLayerNames, clipLayerNames, type ParameterMap, parameterOf } from "../model/parameters.js";
import { layerNormOf, linearOf, transformerLayers } from "./layer.js";
import type { TowerOutput } from "./vision-tower.js";

export interface TextInput {
  /** `[batch, tokens]`, int32. */
  ids: tf.Tensor;
  /** `[batch, tokens]`, 1 for a token and 0 for padding; without it every token counts. */
  attentionMask?: tf.Tensor;
}

/** The attention mask as the engine's attention takes it, `[batch, 1, 1, tokens]`. */
function keyMask(attentionMask: tf.Tensor | undefined): tf.Tensor | undefined {
  if (attentionMask === undefined) return undefined;
  const [batch, tokens] = attentionMask.shape as [number, number];
  return tf.reshape(attentionMask, [batch, 1, 1, tokens]);
}

function positionsUpTo(parameters: ParameterMap, name: string, tokens: number, from = 0): tf.Tensor {
  const table = parameterOf(parameters, name);
  const [rows, hidden] = table.shape as [number, number];
  if (from + tokens > rows) throw new InputError({ message: `a text of ${tokens} tokens is longer than the model's ${rows - from} positions`, field: "input_ids" });
  return tf.slice(table, [from, 0], [tokens, hidden]);
}

/** Picks from `[batch, tokens, hidden]` one token a row. A product with a one-hot row, since its gradient is dense and cheap. */
function tokenAt(x: tf.Tensor, index: tf.Tensor): tf.Tensor {
  const [batch, tokens] = x.shape as [number, number, number];
  const selection = tf.cast(tf.oneHot(tf.cast(tf.reshape(index, [batch]), "int32"), tokens), "float32");
  return tf.sum(tf.mul(x, tf.reshape(selection, [batch, tokens, 1])), 1);
}

/**
 * Where CLIP reads a text: the place of the largest id where the configuration still carries the old end-of-text id 2,
 * else the first place of the end-of-text id.
 */
function endOfText(ids: tf.Tensor, config: ClipTextConfig): tf.Tensor {
  if (config.eos_token_id === 2) return tf.argMax(ids, 1);
  return tf.argMax(tf.cast(tf.equal(ids, tf.scalar(config.eos_token_id, "int32")), "int32"), 1);
}

/** The embeddings as they are; no gradient goes back where the token is padding, as under PyTorch's `padding_idx`. */
function withoutPaddingGradient(embedded: tf.Tensor, ids: tf.Tensor, padding: number): tf.Tensor {
  return withGradient([embedded] as const, ([values], save) => {
    save([tf.expandDims(tf.cast(tf.notEqual(ids, tf.scalar(padding, "int32")), "float32"), -1)]);
    return { value: values.clone(), gradient: (dy, [learned]) => [tf.mul(dy, learned as tf.Tensor)] };
  });
}

/** BERT's and XLM-RoBERTa's embeddings: tokens, positions and (all zero) token types. */
function bertEmbeddings({ parameters, config, prefix, ids }: { parameters: ParameterMap; config: BertConfig | AltclipTextConfig; prefix: string; ids: tf.Tensor }): tf.Tensor {
  const [, tokens] = ids.shape as [number, number];
  const words = withoutPaddingGradient(embedding(ids, parameterOf(parameters, `${prefix}embeddings.word_embeddings.weight`)), ids, config.pad_token_id);
  const types = tf.slice(parameterOf(parameters, `${prefix}embeddings.token_type_embeddings.weight`), [0, 0], [1, config.hidden_size]);
  const name = `${prefix}embeddings.position_embeddings.weight`;
  if (config.model_type === "bert") return tf.add(tf.add(words, types), positionsUpTo(parameters, name, tokens));
  // XLM-RoBERTa numbers tokens from pad_token_id + 1 and leaves padding at pad_token_id.
  if (tokens + config.pad_token_id + 1 > config.max_position_embeddings) {
    throw new InputError({ message: `a text of ${tokens} tokens is longer than the model's ${config.max_position_embeddings - config.pad_token_id - 1} positions`, field: "input_ids" });
  }
  const present = tf.cast(tf.notEqual(ids, tf.scalar(config.pad_token_id, "int32")), "float32");
  const positions = tf.add(tf.mul(tf.cumsum(present, 1), present), config.pad_token_id);
  // Not the engine's embedding: its gradient needs ids that outlive the tape's scope, and these are made inside it.
  return tf.add(tf.add(words, types), withoutPaddingGradient(tf.gather(parameterOf(parameters, name), tf.cast(positions, "int32")), ids, config.pad_token_id));
}

/**
 * The text tower of a SigLIP, CLIP, AltCLIP or BERT checkpoint. `prefix` is what stands before the tower's own parameter
 * names. `pooled` is the pooler output as transformers computes it, before any projection of the dual encoder.
 */
export function textTower({ parameters, config, ids, attentionMask, prefix = "text_model." }: { parameters: ParameterMap; config: TextConfig; prefix?: string } & TextInput): TowerOutput {
  const [batch, tokens] = ids.shape as [number, number];
  const common = { parameters, heads: config.num_attention_heads, epsilon: config.layer_norm_eps, activation: config.hidden_act, count: config.num_hidden_layers, mask: keyMask(attentionMask) };
  if (config.model_type === "bert" || config.model_type === "altclip_text_model") {
    const inner = config.model_type === "bert" ? prefix : `${prefix}roberta.`;
    const embedded = layerNormOf(parameters, `${inner}embeddings.LayerNorm`, bertEmbeddings({ parameters, config, prefix: inner, ids }), config.layer_norm_eps);
    const hiddenStates = transformerLayers(embedded, { ...common, order: "post", names: bertLayerNames, prefix: `${inner}encoder.layer.` });
    const last = hiddenStates.at(-1) as tf.Tensor;
    const first = tf.reshape(tf.slice(last, [0, 0, 0], [batch, 1, config.hidden_size]), [batch, config.hidden_size]);
    if (config.model_type === "bert") return { hiddenStates, lastHiddenState: last, pooled: tf.tanh(linearOf(parameters, `${prefix}pooler.dense`, first)) };
    const projected = linearOf(parameters, `${prefix}transformation`, layerNormOf(parameters, `${prefix}pre_LN`, last, config.layer_norm_eps));
    return { hiddenStates, lastHiddenState: projected, pooled: tf.reshape(tf.slice(projected, [0, 0, 0], [batch, 1, config.project_dim]), [batch, config.project_dim]) };
  }
  const embedded = tf.add(embedding(ids, parameterOf(parameters, `${prefix}embeddings.token_embedding.weight`)), positionsUpTo(parameters, `${prefix}embeddings.position_embedding.weight`, tokens));
  const causal = config.model_type === "clip_text_model";
  const hiddenStates = transformerLayers(embedded, { ...common, order: "pre", causal, names: clipLayerNames, prefix: `${prefix}encoder.layers.` });
  const lastHiddenState = layerNormOf(parameters, `${prefix}final_layer_norm`, hiddenStates.at(-1) as tf.Tensor, config.layer_norm_eps);
  if (config.model_type === "clip_text_model") return { hiddenStates, lastHiddenState, pooled: tokenAt(lastHiddenState, endOfText(ids, config)) };
  const final = tf.reshape(tf.slice(lastHiddenState, [0, tokens - 1, 0], [batch, 1, config.hidden_size]), [batch, config.hidden_size]);
  return { hiddenStates, lastHiddenState, pooled: linearOf(parameters, `${prefix}head`, final) };
}
