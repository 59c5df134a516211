import { InputError } from "@mmgeo/dataset";
import { tf, useNativeBackend } from "@mmgeo/engine";
import { type ImageProcessor, loadModel as loadEncoder, type VisionConfig } from "@mmgeo/mmclip";
import { type Random, randomFrom } from "../data/random.js";
import { chatFormat, chatTemplate } from "../text/chat.js";
import { textTokenizer } from "../text/tokenizer.js";
import { reservedTokens, trainTokenizer } from "../text/train-tokenizer.js";
import type { LanguageConfig } from "./language-config.js";
import type { Parameters } from "./language.js";
import type { Model } from "./model.js";
import { parseModelConfig } from "./multimodal-config.js";
import { projectorParameterShapes } from "./multimodal.js";
import { withPrefix } from "./names.js";
import { languageParameterShapes } from "./parameters.js";

/** A vision tower on its own: a part of an MMCLIP checkpoint. */
export interface Tower {
  config: VisionConfig;
  /** named from `vision_model.` on */
  parameters: Parameters;
  imageProcessor: ImageProcessor;
}

/** Sizes of a new language model. */
export interface LanguageSizes {
  hiddenSize: number;
  layers: number;
  heads: number;
  /** @default heads */
  keyValueHeads?: number;
  /** @default 8/3 of the hidden size, rounded up to 16 */
  intermediateSize?: number;
  /** @default 1024 */
  maxPositions?: number;
  /** the most tokens its tokenizer learns @default 512 */
  vocabularySize?: number;
}

/** Takes the vision tower out of an MMCLIP folder (or any siglip, clip or altclip checkpoint of transformers). */
export async function loadTower(folder: string): Promise<Tower> {
  const encoder = await loadEncoder(folder);
  const parameters: Parameters = {};
  for (const [name, tensor] of Object.entries(encoder.parameters)) {
    if (name.startsWith("vision_model.")) parameters[name] = tensor;
    else tensor.dispose();
  }
  return { config: encoder.config.vision_config, parameters, imageProcessor: encoder.imageProcessor };
}

/**
 * A new model: a vision tower, a fresh projector and a fresh small Llama with a byte-level tokenizer learnt from `texts`.
 * The same seed and texts give the same parameters.
 *
 * @param tower whose tensors the model takes over; null makes a plain language model
 */
export async function createModel({ tower, language, texts, seed }: { tower: Tower | null; language: LanguageSizes; texts: Iterable<string>; seed: number }): Promise<Model> {
  await useNativeBackend();
  const files = trainTokenizer({ texts, vocabularySize: language.vocabularySize ?? 512, chatTemplate });
  const tokenizer = textTokenizer(files, { file: "tokenizer.json" });
  const idOf = (token: string) => tokenizer.idOf(token) as number;
  const text = languageConfigFile({ ...language, tokens: tokenizer.size, end: idOf(reservedTokens.turnEnd), pad: idOf(reservedTokens.end) });
  const configFile = tower === null ? text : multimodalConfigFile({ tower: tower.config, text, imageToken: idOf(reservedTokens.image), tied: true });
  const config = parseModelConfig(configFile, { file: "config.json" });
  const random = randomFrom(seed);
  const parameters: Parameters = {};
  if (config.multimodal !== null && tower !== null) {
    for (const [name, tensor] of Object.entries(tower.parameters)) parameters[`vision_tower.${name}`] = tensor;
    Object.assign(parameters, freshProjector(projectorParameterShapes(config.multimodal), random));
    Object.assign(parameters, withPrefix(freshLanguageModel(config.language, random), "language_model."));
  } else Object.assign(parameters, freshLanguageModel(config.language, random));
  return {
    config,
    configFile,
    parameters,
    fileNames: Object.fromEntries(Object.keys(parameters).map((name) => [name, name])),
    tokenizer,
    chat: chatFormat({ template: chatTemplate, specialTokens: tokenizer.specialTokens, file: "chat_template.jinja" }),
    imageProcessor: tower === null ? null : tower.imageProcessor,
    endTokens: config.language.endTokens,
  };
}

/** `config.json` of a new Llama. @throws InputError when the heads do not divide the hidden size */
export function languageConfigFile({ hiddenSize, layers, heads, keyValueHeads = heads, intermediateSize, maxPositions = 1024, tokens, end, pad }: LanguageSizes & { tokens: number; end: number; pad: number }): Record<string, unknown> {
  if (!Number.isInteger(hiddenSize / heads)) throw new InputError({ message: `hidden size ${hiddenSize} is not a multiple of ${heads} heads`, field: "language.heads" });
  return {
    architectures: ["LlamaForCausalLM"],
    model_type: "llama",
    vocab_size: tokens,
    hidden_size: hiddenSize,
    intermediate_size: intermediateSize ?? Math.ceil((hiddenSize * 8) / 3 / 16) * 16,
    num_hidden_layers: layers,
    num_attention_heads: heads,
    num_key_value_heads: keyValueHeads,
    head_dim: hiddenSize / heads,
    hidden_act: "silu",
    max_position_embeddings: maxPositions,
    rms_norm_eps: 1e-6,
    rope_theta: 10000,
    tie_word_embeddings: true,
    bos_token_id: null,
    eos_token_id: end,
    pad_token_id: pad,
    torch_dtype: "float32",
  };
}

/** `config.json` of a LLaVA model: features of the penultimate layer, two layers with GELU between (the paper, section 4). SigLIP has no class token to leave out. */
export function multimodalConfigFile({ tower, text, imageToken, tied }: { tower: VisionConfig; text: Record<string, unknown>; imageToken: number; tied: boolean }): Record<string, unknown> {
  const classToken = tower.model_type !== "siglip_vision_model";
  return {
    architectures: ["LlavaForConditionalGeneration"],
    model_type: "llava",
    image_token_index: imageToken,
    image_seq_length: Math.floor(tower.image_size / tower.patch_size) ** 2,
    multimodal_projector_bias: true,
    projector_hidden_act: "gelu",
    vision_feature_layer: -2,
    vision_feature_select_strategy: classToken ? "default" : "full",
    tie_word_embeddings: tied,
    text_config: text,
    vision_config: tower.model_type === "altclip_vision_model" ? { ...tower, model_type: "clip_vision_model" } : tower,
    torch_dtype: "float32",
  };
}

function normalTensor(shape: readonly number[], deviation: number, random: Random): tf.Tensor {
  const values = new Float32Array(shape.reduce((product, size) => product * size, 1));
  for (let at = 0; at < values.length; at += 1) values[at] = deviation * random.normal();
  return tf.tensor(values, [...shape], "float32");
}

/** A projector with random weights and no biases. */
export function freshProjector(shapes: Record<string, number[]>, random: Random): Parameters {
  return Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, shape.length === 1 ? tf.zeros(shape) : normalTensor(shape, 1 / Math.sqrt(shape[1] as number), random)]));
}

/** What a layer adds to the residual stream at first, beside the usual scale: little, so that which token stands where is what later layers see. */
const firstResidual = 0.1;

/** Weights start at 1/sqrt(inputs), token embeddings at 1/sqrt(hidden size), so that a tied head gives scores of about 1. */
function freshLanguageModel(config: LanguageConfig, random: Random): Parameters {
  return Object.fromEntries(
    Object.entries(languageParameterShapes(config)).map(([name, shape]) => {
      if (shape.length === 1) return [name, name.endsWith("bias") ? tf.zeros(shape) : tf.ones(shape)];
      const deviation = 1 / Math.sqrt(shape[1] as number);
      return [name, normalTensor(shape, /o_proj|down_proj/.test(name) ? firstResidual * deviation : deviation, random)];
    }),
  );
}
