import { patchGrid, type TextConfig, type VisionConfig } from "../config/tower-config.js";
import { embeddingSize, type ModelConfig } from "../config/model-config.js";
import { bertLayerNames, clipLayerNames, type Initializer, type LayerNames, type ParameterSpecifications, vitLayerNames } from "./parameters.js";

const zeros: Initializer = { constant: 0 };
const ones: Initializer = { constant: 1 };

/** Weights start at 1/sqrt(inputs), so that a signal keeps its size through a layer of any width. */
const scaled = (inputs: number): Initializer => ({ deviation: 1 / Math.sqrt(inputs) });

/** Position and token embeddings start small beside what the layers add. */
const EMBEDDING_DEVIATION = 0.02;

function linearSpecification({ name, inputs, outputs, bias = true, deviation }: { name: string; inputs: number; outputs: number; bias?: boolean; deviation?: number }): ParameterSpecifications {
  const weight = { shape: [outputs, inputs], initializer: deviation === undefined ? scaled(inputs) : { deviation } };
  return bias ? { [`${name}.weight`]: weight, [`${name}.bias`]: { shape: [outputs], initializer: zeros } } : { [`${name}.weight`]: weight };
}

function normSpecification(name: string, size: number): ParameterSpecifications {
  return { [`${name}.weight`]: { shape: [size], initializer: ones }, [`${name}.bias`]: { shape: [size], initializer: zeros } };
}

function embeddingSpecification(name: string, rows: number, size: number): ParameterSpecifications {
  return { [`${name}.weight`]: { shape: [rows, size], initializer: { deviation: EMBEDDING_DEVIATION } } };
}

function layerSpecifications({ prefix, names, config, attentionBias = true }: { prefix: string; names: LayerNames; config: VisionConfig | TextConfig; attentionBias?: boolean }): ParameterSpecifications {
  const { hidden_size: hidden, intermediate_size: intermediate, num_hidden_layers: count } = config;
  const specifications: ParameterSpecifications = {};
  // What a layer adds to the residual stream shrinks with the depth, as in GPT-2 and CLIP.
  const residual = 1 / Math.sqrt(2 * count);
  for (let index = 0; index < count; index++) {
    const layer = `${prefix}${index}.`;
    for (const name of [names.query, names.key, names.value]) Object.assign(specifications, linearSpecification({ name: layer + name, inputs: hidden, outputs: hidden, bias: attentionBias }));
    Object.assign(
      specifications,
      linearSpecification({ name: layer + names.attentionOutput, inputs: hidden, outputs: hidden, deviation: residual / Math.sqrt(hidden) }),
      normSpecification(layer + names.attentionNorm, hidden),
      normSpecification(layer + names.perceptronNorm, hidden),
      linearSpecification({ name: layer + names.up, inputs: hidden, outputs: intermediate }),
      linearSpecification({ name: layer + names.down, inputs: intermediate, outputs: hidden, deviation: residual / Math.sqrt(intermediate) }),
    );
  }
  return specifications;
}

/** Names and shapes of a vision tower's parameters, each name after `prefix`. */
export function visionSpecifications({ config, prefix = "vision_model." }: { config: VisionConfig; prefix?: string }): ParameterSpecifications {
  const { hidden_size: hidden, intermediate_size: intermediate, num_channels: channels } = config;
  const { rows, columns, patchHeight, patchWidth } = patchGrid(config);
  const patches = rows * columns;
  const patchWeight = { shape: [hidden, channels, patchHeight, patchWidth], initializer: scaled(channels * patchHeight * patchWidth) };
  const small: Initializer = { deviation: EMBEDDING_DEVIATION };
  switch (config.model_type) {
    case "siglip_vision_model":
      return {
        [`${prefix}embeddings.patch_embedding.weight`]: patchWeight,
        [`${prefix}embeddings.patch_embedding.bias`]: { shape: [hidden], initializer: zeros },
        ...embeddingSpecification(`${prefix}embeddings.position_embedding`, patches, hidden),
        ...layerSpecifications({ prefix: `${prefix}encoder.layers.`, names: clipLayerNames, config }),
        ...normSpecification(`${prefix}post_layernorm`, hidden),
        ...(config.vision_use_head
          ? {
              [`${prefix}head.probe`]: { shape: [1, 1, hidden], initializer: { deviation: 1 } },
              [`${prefix}head.attention.in_proj_weight`]: { shape: [3 * hidden, hidden], initializer: scaled(hidden) },
              [`${prefix}head.attention.in_proj_bias`]: { shape: [3 * hidden], initializer: zeros },
              ...linearSpecification({ name: `${prefix}head.attention.out_proj`, inputs: hidden, outputs: hidden }),
              ...normSpecification(`${prefix}head.layernorm`, hidden),
              ...linearSpecification({ name: `${prefix}head.mlp.fc1`, inputs: hidden, outputs: intermediate }),
              ...linearSpecification({ name: `${prefix}head.mlp.fc2`, inputs: intermediate, outputs: hidden }),
            }
          : {}),
      };
    case "clip_vision_model":
    case "altclip_vision_model":
      return {
        [`${prefix}embeddings.class_embedding`]: { shape: [hidden], initializer: small },
        [`${prefix}embeddings.patch_embedding.weight`]: patchWeight,
        ...embeddingSpecification(`${prefix}embeddings.position_embedding`, patches + 1, hidden),
        ...normSpecification(`${prefix}pre_layrnorm`, hidden),
        ...layerSpecifications({ prefix: `${prefix}encoder.layers.`, names: clipLayerNames, config }),
        ...normSpecification(`${prefix}post_layernorm`, hidden),
      };
    case "vit":
      return {
        [`${prefix}embeddings.cls_token`]: { shape: [1, 1, hidden], initializer: small },
        [`${prefix}embeddings.position_embeddings`]: { shape: [1, patches + 1, hidden], initializer: small },
        [`${prefix}embeddings.patch_embeddings.projection.weight`]: patchWeight,
        [`${prefix}embeddings.patch_embeddings.projection.bias`]: { shape: [hidden], initializer: zeros },
        ...layerSpecifications({ prefix: `${prefix}encoder.layer.`, names: vitLayerNames, config, attentionBias: config.qkv_bias }),
        ...normSpecification(`${prefix}layernorm`, hidden),
        ...linearSpecification({ name: `${prefix}pooler.dense`, inputs: hidden, outputs: hidden }),
      };
  }
}

function bertSpecifications(config: TextConfig & { type_vocab_size: number }, prefix: string): ParameterSpecifications {
  return {
    ...embeddingSpecification(`${prefix}embeddings.word_embeddings`, config.vocab_size, config.hidden_size),
    ...embeddingSpecification(`${prefix}embeddings.position_embeddings`, config.max_position_embeddings, config.hidden_size),
    ...embeddingSpecification(`${prefix}embeddings.token_type_embeddings`, config.type_vocab_size, config.hidden_size),
    ...normSpecification(`${prefix}embeddings.LayerNorm`, config.hidden_size),
    ...layerSpecifications({ prefix: `${prefix}encoder.layer.`, names: bertLayerNames, config }),
  };
}

/** Names and shapes of a text tower's parameters, each name after `prefix`. */
export function textSpecifications({ config, prefix = "text_model." }: { config: TextConfig; prefix?: string }): ParameterSpecifications {
  const { hidden_size: hidden } = config;
  switch (config.model_type) {
    case "siglip_text_model":
    case "clip_text_model":
      return {
        ...embeddingSpecification(`${prefix}embeddings.token_embedding`, config.vocab_size, hidden),
        ...embeddingSpecification(`${prefix}embeddings.position_embedding`, config.max_position_embeddings, hidden),
        ...layerSpecifications({ prefix: `${prefix}encoder.layers.`, names: clipLayerNames, config }),
        ...normSpecification(`${prefix}final_layer_norm`, hidden),
        ...(config.model_type === "siglip_text_model" ? linearSpecification({ name: `${prefix}head`, inputs: hidden, outputs: config.projection_size }) : {}),
      };
    case "altclip_text_model":
      return {
        ...bertSpecifications(config, `${prefix}roberta.`),
        ...normSpecification(`${prefix}pre_LN`, hidden),
        ...linearSpecification({ name: `${prefix}transformation`, inputs: hidden, outputs: config.project_dim }),
      };
    case "bert":
      return { ...bertSpecifications(config, prefix), ...linearSpecification({ name: `${prefix}pooler.dense`, inputs: hidden, outputs: hidden }) };
  }
}

/** SigLIP's starting values (arXiv 2303.15343, section 3.2): a scale of 10 and a bias of -10. */
const SIGLIP_INITIAL_SCALE = Math.log(10);
const SIGLIP_INITIAL_BIAS = -10;

/** Every parameter that a checkpoint of this configuration holds. */
export function modelSpecifications(config: ModelConfig): ParameterSpecifications {
  const towers = { ...visionSpecifications({ config: config.vision_config }), ...textSpecifications({ config: config.text_config }) };
  if (config.model_type === "siglip") {
    return { ...towers, logit_scale: { shape: [1], initializer: { constant: SIGLIP_INITIAL_SCALE } }, logit_bias: { shape: [1], initializer: { constant: SIGLIP_INITIAL_BIAS } } };
  }
  const textWidth = config.text_config.model_type === "altclip_text_model" ? config.text_config.project_dim : config.text_config.hidden_size;
  return {
    ...towers,
    ...linearSpecification({ name: "visual_projection", inputs: config.vision_config.hidden_size, outputs: embeddingSize(config), bias: false }),
    ...linearSpecification({ name: "text_projection", inputs: textWidth, outputs: embeddingSize(config), bias: false }),
    logit_scale: { shape: [], initializer: { constant: config.logit_scale_init_value } },
  };
}
