import { cachedAttention, type PackedMatrix, packedLinear, rmsNorm, tf } from "@mmgeo/engine";
import type { LanguageConfig } from "../model/language-config.js";
import { activate, embedTokens, type LayerKeysValues, type Parameters } from "../model/language.js";
import type { DecodingWeights } from "../model/decoding-weights.js";

export interface DecodeInput {
  /** int32 `[batch, 1]` */
  ids: tf.Tensor;
  /** int32 `[batch]`: the place of each row's token */
  positions: tf.Tensor;
  /** `[batch, headSize / 2]` */
  cosine: tf.Tensor;
  sine: tf.Tensor;
  cache: readonly LayerKeysValues[];
  weights: DecodingWeights | null;
}

/**
 * One token a row through the decoder layers, by the engine's operations for few rows: each matrix is read from memory once, and keys and
 * values are written where they stay. Computes what `languageModel` computes.
 *
 * @param parameters of the language model; without packed `weights` its matrices are read as they are
 * @returns scores `[batch, vocabularySize]`
 */
export function decodeLogits({ parameters, config, input }: { parameters: Parameters; config: LanguageConfig; input: DecodeInput }): tf.Tensor2D {
  const { ids, positions, cosine, sine, cache, weights } = input;
  const { epsilon, heads, hiddenSize, activation } = config;
  const [batch] = ids.shape as [number];
  const none = tf.zeros([0]);
  const parameter = (name: string) => parameters[name] as tf.Tensor;
  const asIs = (name: string): PackedMatrix => ({ type: "float32", data: parameter(`${name}.weight`), scale: none });
  const normed = (x: tf.Tensor, name: string) => rmsNorm({ x, weight: parameter(`${name}.weight`), epsilon });
  const biasOf = (...names: string[]) => {
    const biases = names.flatMap((name) => parameters[`${name}.bias`] ?? []);
    return biases.length === 0 ? null : biases.length === 1 ? (biases[0] as tf.Tensor) : tf.concat(biases);
  };
  /** Matrices that stand side by side: one product where they are packed together. */
  const several = (x: tf.Tensor, norm: string, names: readonly string[], packed: PackedMatrix | undefined): tf.Tensor => {
    if (packed !== undefined) return packedLinear({ x, matrix: packed, norm: parameter(`${norm}.weight`), epsilon, bias: biasOf(...names) });
    const input = normed(x, norm);
    return tf.concat(names.map((name) => packedLinear({ x: input, matrix: asIs(name), bias: biasOf(name) })), 1);
  };
  let hidden: tf.Tensor = tf.reshape(embedTokens(parameters, ids), [batch, hiddenSize]);
  for (let layer = 0; layer < config.layers; layer += 1) {
    const prefix = `model.layers.${layer}`;
    const packed = weights?.layers[layer];
    const named = (part: string, ...names: string[]) => names.map((name) => `${prefix}.${part}.${name}`);
    const fresh = several(hidden, `${prefix}.input_layernorm`, named("self_attn", "q_proj", "k_proj", "v_proj"), packed?.queryKeyValue);
    const { keys, values } = cache[layer] as LayerKeysValues;
    const attended = cachedAttention({ fresh, heads, cosine, sine, positions, keys, values, window: config.slidingWindows[layer] ?? null });
    const output = `${prefix}.self_attn.o_proj`;
    hidden = packedLinear({ x: attended, matrix: packed?.output ?? asIs(output), bias: biasOf(output), residual: hidden });
    const gateUp = several(hidden, `${prefix}.post_attention_layernorm`, named("mlp", "gate_proj", "up_proj"), packed?.gateUp);
    const down = `${prefix}.mlp.down_proj`;
    const last = { matrix: packed?.down ?? asIs(down), bias: biasOf(down), residual: hidden };
    if (activation === "silu") hidden = packedLinear({ ...last, x: gateUp, gated: true });
    else {
      const [gate, up] = tf.split(gateUp, 2, 1) as [tf.Tensor, tf.Tensor];
      hidden = packedLinear({ ...last, x: activate(gate, activation).mul(up) });
    }
  }
  const head = weights?.head ?? asIs(config.tiedHead ? "model.embed_tokens" : "lm_head");
  return packedLinear({ x: hidden, matrix: head, norm: parameter("model.norm.weight"), epsilon }) as tf.Tensor2D;
}
