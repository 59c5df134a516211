import { attention, embedding, gelu, geluTanh, linear, quickGelu, recompute, rmsNorm, silu, tf } from "@mmgeo/engine";
import type { Activation, LanguageConfig } from "./language-config.js";

/** Parameters by their checkpoint names. */
export type Parameters = Record<string, tf.Tensor>;

/** Keys and values of one layer, `[batch, keyValueHeads, tokens, headSize]`, keys already rotated. */
export interface LayerKeysValues {
  keys: tf.Tensor4D;
  values: tf.Tensor4D;
}

/** Cosines and sines `[batch or 1, 1, tokens, headSize / 2]` of the positions of the tokens at hand. */
export interface Rotation {
  cosine: tf.Tensor4D;
  sine: tf.Tensor4D;
}

/** Which keys each query sees besides its order: 1 where it may, 0 where not, `[batch or 1, 1, queries, keys]`; null leaves out nothing. */
export interface AttentionMasks {
  /** each query sees only keys at its own place and before, whatever the masks say */
  causal: boolean;
  full: tf.Tensor4D | null;
  /** the same for layers that see only a window; null where no layer has one that matters */
  sliding: tf.Tensor4D | null;
}

/** Sees what each layer compares: queries and keys, rotated, before attention. */
export type Observe = (layer: number, compared: { query: tf.Tensor4D; keys: tf.Tensor4D }) => void;

/** Changes what a linear layer of the decoder gives: its name (without `.weight`), its input, its result, and the parameters about it. */
export type Adapt = (layer: { name: string; x: tf.Tensor; y: tf.Tensor; parameters: Parameters }) => tf.Tensor;

/** How one layer's fresh keys and values meet those of earlier tokens. */
export type Remember = (layer: number, fresh: LayerKeysValues) => LayerKeysValues;

export function activate(x: tf.Tensor, activation: Activation): tf.Tensor {
  switch (activation) {
    case "silu":
      return silu(x);
    case "gelu":
      return gelu(x);
    case "gelu_new":
    case "gelu_pytorch_tanh":
      return geluTanh(x);
    case "quick_gelu":
      return quickGelu(x);
    case "relu":
      return tf.relu(x);
  }
}

function parameter(parameters: Parameters, name: string): tf.Tensor {
  const found = parameters[name];
  if (found === undefined) throw new Error(`no parameter ${name}`);
  return found;
}

/** `x W^T + b` with the weight and, where the model has one, the bias stored under `name`. */
export function namedLinear(parameters: Parameters, name: string, x: tf.Tensor): tf.Tensor {
  return linear(x, parameter(parameters, `${name}.weight`), parameters[`${name}.bias`]);
}

/** Rotates each pair (first half, second half) of the last axis; the gradient is the rotation back. */
export function rotate(x: tf.Tensor4D, { cosine, sine }: Rotation): tf.Tensor4D {
  const turn = (value: tf.Tensor, direction: tf.Tensor): tf.Tensor => {
    const [first, second] = tf.split(value, 2, -1) as [tf.Tensor, tf.Tensor];
    return tf.concat([first.mul(cosine).sub(second.mul(direction)), second.mul(cosine).add(first.mul(direction))], -1);
  };
  const rotated = tf.customGrad((...received) => {
    const [value] = received as unknown as [tf.Tensor];
    return { value: turn(value, sine), gradFunc: (upstream: tf.Tensor) => turn(upstream, sine.neg()) };
  });
  return rotated(x) as tf.Tensor4D;
}

function splitHeads(x: tf.Tensor, heads: number, headSize: number): tf.Tensor4D {
  const [batch, tokens] = x.shape as [number, number, number];
  return tf.transpose(tf.reshape(x, [batch, tokens, heads, headSize]), [0, 2, 1, 3]) as tf.Tensor4D;
}

/** Each head `times` times in a row; the gradient sums them up again. */
function repeatHeads(x: tf.Tensor4D, times: number): tf.Tensor4D {
  const [batch, heads, tokens, headSize] = x.shape;
  const repeated = tf.customGrad((...received) => {
    const [value] = received as unknown as [tf.Tensor];
    return {
      value: tf.reshape(tf.tile(tf.reshape(value, [batch * heads, 1, tokens * headSize]), [1, times, 1]), [batch, heads * times, tokens, headSize]),
      gradFunc: (upstream: tf.Tensor) => tf.reshape(tf.sum(tf.reshape(upstream, [batch * heads, times, tokens * headSize]), 1), [batch, heads, tokens, headSize]),
    };
  });
  return repeated(x) as tf.Tensor4D;
}

/**
 * Attention of grouped queries. A single token's queries that share a key head fold into the token axis, which spares a copy
 * of keys and values for each; longer sequences repeat the keys.
 */
function groupedAttention({ query, key, value, ...rest }: { query: tf.Tensor4D; key: tf.Tensor4D; value: tf.Tensor4D; mask: tf.Tensor4D | null; causal: boolean; inference: boolean }): tf.Tensor4D {
  const [batch, heads, tokens, headSize] = query.shape;
  const keyValueHeads = key.shape[1];
  const group = heads / keyValueHeads;
  if (group === 1) return attention({ query, key, value, ...rest }) as tf.Tensor4D;
  if (tokens === 1 && !rest.causal) {
    const folded = tf.reshape(query, [batch, keyValueHeads, group, headSize]) as tf.Tensor4D;
    return tf.reshape(attention({ query: folded, key, value, ...rest }), [batch, heads, tokens, headSize]) as tf.Tensor4D;
  }
  return attention({ query, key: repeatHeads(key, group), value: repeatHeads(value, group), ...rest }) as tf.Tensor4D;
}

/** Rows of the embedding table, `[batch, tokens, hiddenSize]`. */
export function embedTokens(parameters: Parameters, ids: tf.Tensor): tf.Tensor3D {
  return embedding(ids, parameter(parameters, "model.embed_tokens.weight")) as tf.Tensor3D;
}

interface LayerOptions {
  config: LanguageConfig;
  rotation: Rotation;
  masks: AttentionMasks;
  remember?: Remember;
  observe?: Observe;
  adapt?: Adapt;
  inference?: boolean;
}

/** One decoder layer: hidden states `[batch, tokens, hiddenSize]` in and out. */
function decoderLayer(parameters: Parameters, hidden: tf.Tensor, layer: number, { config, rotation, masks, remember = (_, fresh) => fresh, observe, adapt = ({ y }) => y, inference = false }: LayerOptions): tf.Tensor {
  const prefix = `model.layers.${layer}`;
  const [batch, tokens] = hidden.shape as [number, number];
  const norm = (x: tf.Tensor, name: string) => rmsNorm({ x, weight: parameter(parameters, `${prefix}.${name}.weight`), epsilon: config.epsilon });
  const projected = (part: string, x: tf.Tensor) => {
    const name = `${prefix}.${part}`;
    return adapt({ name, x, y: namedLinear(parameters, name, x), parameters });
  };
  const normed = norm(hidden, "input_layernorm");
  const heads = (name: string, count: number) => splitHeads(projected(`self_attn.${name}`, normed), count, config.headSize);
  const query = rotate(heads("q_proj", config.heads), rotation);
  const { keys, values } = remember(layer, { keys: rotate(heads("k_proj", config.keyValueHeads), rotation), values: heads("v_proj", config.keyValueHeads) });
  observe?.(layer, { query, keys });
  const mask = config.slidingWindows[layer] === null ? masks.full : (masks.sliding ?? masks.full);
  const attended = groupedAttention({ query, key: keys, value: values, mask, causal: masks.causal, inference });
  const joined = tf.reshape(tf.transpose(attended, [0, 2, 1, 3]), [batch, tokens, config.heads * config.headSize]);
  const after = hidden.add(projected("self_attn.o_proj", joined));
  const fed = norm(after, "post_attention_layernorm");
  const gate = activate(projected("mlp.gate_proj", fed), config.activation);
  return after.add(projected("mlp.down_proj", gate.mul(projected("mlp.up_proj", fed))));
}

/**
 * The decoder layers and the last norm: hidden states `[batch, tokens, hiddenSize]` in and out.
 *
 * @param remember where given, receives every layer's fresh keys and values and returns those to attend to
 * @param observe where given, is shown every layer's queries and keys
 * @param adapt where given, has the last word on every linear layer
 * @param inference no gradient will be asked for
 * @param recomputed keeps nothing of a layer but its input for the backward pass, and computes the rest again
 */
export function languageModel({ parameters, embeddings, recomputed = false, ...options }: LayerOptions & { parameters: Parameters; embeddings: tf.Tensor3D; recomputed?: boolean }): tf.Tensor3D {
  const { config } = options;
  let hidden: tf.Tensor = embeddings;
  for (let layer = 0; layer < config.layers; layer += 1) {
    if (!recomputed) {
      hidden = decoderLayer(parameters, hidden, layer, options);
      continue;
    }
    const prefix = `model.layers.${layer}.`;
    const own = Object.fromEntries(Object.entries(parameters).filter(([name]) => name.startsWith(prefix)));
    hidden = recompute((own: Parameters, hidden: tf.Tensor) => decoderLayer(own, hidden, layer, options))(own, hidden);
  }
  return rmsNorm({ x: hidden, weight: parameter(parameters, "model.norm.weight"), epsilon: config.epsilon }) as tf.Tensor3D;
}

/** Scores of every vocabulary entry, `[..., vocabularySize]`, from hidden states `[..., hiddenSize]`. */
export function headLogits(parameters: Parameters, config: LanguageConfig, hidden: tf.Tensor): tf.Tensor {
  return linear(hidden, parameter(parameters, config.tiedHead ? "model.embed_tokens.weight" : "lm_head.weight"));
}
