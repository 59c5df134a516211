import { attention, layerNorm, linear, tf } from "@mmgeo/engine";
import { type LayerNames, type ParameterMap, parameterOf } from "../model/parameters.js";
import { type ActivationName, activations } from "./activations.js";

/** `x @ weight^T + bias` with the parameters `NAME.weight` and, if the model has it, `NAME.bias`. */
export function linearOf(parameters: ParameterMap, name: string, x: tf.Tensor): tf.Tensor {
  return linear(x, parameterOf(parameters, `${name}.weight`), parameters[`${name}.bias`]);
}

export function layerNormOf(parameters: ParameterMap, name: string, x: tf.Tensor, epsilon: number): tf.Tensor {
  return layerNorm({ x, weight: parameterOf(parameters, `${name}.weight`), bias: parameterOf(parameters, `${name}.bias`), epsilon });
}

/** `[batch, tokens, hidden]` to `[batch, heads, tokens, headSize]`. */
export function splitHeads(x: tf.Tensor, heads: number): tf.Tensor {
  const [batch, tokens, hidden] = x.shape as [number, number, number];
  return tf.transpose(tf.reshape(x, [batch, tokens, heads, hidden / heads]), [0, 2, 1, 3]);
}

/** `[batch, heads, tokens, headSize]` to `[batch, tokens, hidden]`. */
export function mergeHeads(x: tf.Tensor): tf.Tensor {
  const [batch, heads, tokens, headSize] = x.shape as [number, number, number, number];
  return tf.reshape(tf.transpose(x, [0, 2, 1, 3]), [batch, tokens, heads * headSize]);
}

export interface LayerOptions {
  parameters: ParameterMap;
  names: LayerNames;
  /** The layer's prefix, such as `vision_model.encoder.layers.3.`. */
  prefix: string;
  heads: number;
  epsilon: number;
  activation: ActivationName;
  /** `pre`: norm, then attention or perceptron, then sum (ViT, CLIP). `post`: sum, then norm (BERT). */
  order: "pre" | "post";
  /** 1 where a query may attend to a key, broadcastable to `[batch, heads, queries, keys]`. */
  mask?: tf.Tensor;
  causal?: boolean;
}

function selfAttention(x: tf.Tensor, { parameters, names, prefix, heads, mask, causal }: LayerOptions): tf.Tensor {
  const [query, key, value] = [names.query, names.key, names.value].map((name) => splitHeads(linearOf(parameters, prefix + name, x), heads)) as [tf.Tensor, tf.Tensor, tf.Tensor];
  return linearOf(parameters, prefix + names.attentionOutput, mergeHeads(attention({ query, key, value, mask, causal })));
}

function perceptron(x: tf.Tensor, { parameters, names, prefix, activation }: LayerOptions): tf.Tensor {
  return linearOf(parameters, prefix + names.down, activations[activation](linearOf(parameters, prefix + names.up, x)));
}

/** The two-layer perceptron of SigLIP's pooling head. */
export function perceptronOf(parameters: ParameterMap, name: string, x: tf.Tensor, activation: ActivationName): tf.Tensor {
  return linearOf(parameters, `${name}.fc2`, activations[activation](linearOf(parameters, `${name}.fc1`, x)));
}

/** One transformer layer over `[batch, tokens, hidden]`. */
export function transformerLayer(x: tf.Tensor, options: LayerOptions): tf.Tensor {
  const { parameters, names, prefix, epsilon, order } = options;
  const norm = (name: string, value: tf.Tensor): tf.Tensor => layerNormOf(parameters, prefix + name, value, epsilon);
  if (order === "pre") {
    const attended = tf.add(x, selfAttention(norm(names.attentionNorm, x), options));
    return tf.add(attended, perceptron(norm(names.perceptronNorm, attended), options));
  }
  const attended = norm(names.attentionNorm, tf.add(x, selfAttention(x, options)));
  return norm(names.perceptronNorm, tf.add(attended, perceptron(attended, options)));
}

/** All layers; entry 0 of the result is the input, entry n the output of layer n. */
export function transformerLayers(x: tf.Tensor, { count, ...options }: LayerOptions & { count: number }): tf.Tensor[] {
  const hiddenStates = [x];
  for (let index = 0; index < count; index++) hiddenStates.push(transformerLayer(hiddenStates[index] as tf.Tensor, { ...options, prefix: `${options.prefix}${index}.` }));
  return hiddenStates;
}
