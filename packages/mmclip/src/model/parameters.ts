import { InputError } from "@mmgeo/dataset";
import type { tf } from "@mmgeo/engine";

/** Tensors by name, named as in a transformers checkpoint. Linear weights are `[out, in]`. */
export type ParameterMap = Record<string, tf.Tensor>;

/** How a parameter of a new model is drawn: from a normal distribution of standard deviation `deviation` around zero, or filled with `constant`. */
export type Initializer = { deviation: number } | { constant: number };

/** What a checkpoint of a configuration has to hold under one name. */
export interface ParameterSpecification {
  shape: number[];
  initializer: Initializer;
}

export type ParameterSpecifications = Record<string, ParameterSpecification>;

/** The parameter of that name; a model that lacks it was put together wrongly or loaded from an incomplete file. */
export function parameterOf(parameters: ParameterMap, name: string): tf.Tensor {
  const tensor = parameters[name];
  if (tensor === undefined) throw new InputError({ message: `the model has no parameter ${name}; load it with loadModel or make it with createModel`, field: name });
  return tensor;
}

/** The name of each part of a transformer layer, after the layer's prefix. */
export interface LayerNames {
  query: string;
  key: string;
  value: string;
  attentionOutput: string;
  /** Layer norm before (pre-norm) or after (BERT) the attention. */
  attentionNorm: string;
  /** Layer norm before or after the two-layer perceptron. */
  perceptronNorm: string;
  up: string;
  down: string;
}

/** transformers' names inside `encoder.layers.N.` of SigLIP and CLIP towers. */
export const clipLayerNames: LayerNames = {
  query: "self_attn.q_proj",
  key: "self_attn.k_proj",
  value: "self_attn.v_proj",
  attentionOutput: "self_attn.out_proj",
  attentionNorm: "layer_norm1",
  perceptronNorm: "layer_norm2",
  up: "mlp.fc1",
  down: "mlp.fc2",
};

/** transformers' names inside `encoder.layer.N.` of ViT. */
export const vitLayerNames: LayerNames = {
  query: "attention.attention.query",
  key: "attention.attention.key",
  value: "attention.attention.value",
  attentionOutput: "attention.output.dense",
  attentionNorm: "layernorm_before",
  perceptronNorm: "layernorm_after",
  up: "intermediate.dense",
  down: "output.dense",
};

/** transformers' names inside `encoder.layer.N.` of BERT and XLM-RoBERTa. */
export const bertLayerNames: LayerNames = {
  query: "attention.self.query",
  key: "attention.self.key",
  value: "attention.self.value",
  attentionOutput: "attention.output.dense",
  attentionNorm: "attention.output.LayerNorm",
  perceptronNorm: "output.LayerNorm",
  up: "intermediate.dense",
  down: "output.dense",
};
