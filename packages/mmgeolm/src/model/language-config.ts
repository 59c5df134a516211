import { InputError } from "@mmgeo/dataset";
import { z } from "zod";

/** The causal language model architectures this package computes. */
export const languageModelTypes = ["llama", "mistral", "qwen2"] as const;
export type LanguageModelType = (typeof languageModelTypes)[number];

/** How positions are turned into rotations (transformers' `rope_parameters`; older files call it `rope_scaling` with `rope_theta` beside it). */
export interface RotaryConfig {
  type: "default" | "linear" | "dynamic" | "yarn" | "llama3";
  /** base of the geometric series of wavelengths, usually 10,000 or more */
  theta: number;
  /** by how much the context was extended; 1 where the type needs none */
  factor: number;
  originalMaxPositions: number;
  lowFrequencyFactor: number;
  highFrequencyFactor: number;
  /** multiplies cosines and sines; null lets yarn derive it from `factor` */
  attentionFactor: number | null;
  betaFast: number;
  betaSlow: number;
  mscale: number | null;
  mscaleAllDimensions: number | null;
  truncate: boolean;
}

/** A decoder-only language model, its sizes in whole words. Made by {@link parseLanguageConfig} from a checkpoint's `config.json`. */
export interface LanguageConfig {
  modelType: LanguageModelType;
  vocabularySize: number;
  hiddenSize: number;
  intermediateSize: number;
  layers: number;
  heads: number;
  /** heads of keys and values; each serves `heads / keyValueHeads` heads of queries (grouped-query attention) */
  keyValueHeads: number;
  headSize: number;
  activation: Activation;
  maxPositions: number;
  epsilon: number;
  /** the output head is the embedding table */
  tiedHead: boolean;
  /** biases on query, key and value */
  queryKeyValueBias: boolean;
  /** bias on the attention's output projection */
  outputBias: boolean;
  /** biases in the feed-forward block */
  feedForwardBias: boolean;
  /** for each layer, how many tokens back (itself included) it sees; null is all of them */
  slidingWindows: (number | null)[];
  rotary: RotaryConfig;
  beginToken: number | null;
  endTokens: number[];
  padToken: number | null;
  initializerRange: number;
}

export const activations = ["silu", "gelu", "gelu_new", "gelu_pytorch_tanh", "quick_gelu", "relu"] as const;
export type Activation = (typeof activations)[number];
export const activationSchema = z.enum(activations);

/** Sizes beyond these are taken for a damaged file: the largest published models stay an order of magnitude below. */
const maxSize = 1 << 20;
const size = z.number().int().positive().max(maxSize);
const tokenId = z.number().int().min(0).max(1 << 24);
const nullableNumber = z.number().nullish();

const rotarySchema = z.looseObject({
  rope_type: z.string().optional(),
  type: z.string().optional(),
  rope_theta: z.number().positive().nullish(),
  factor: nullableNumber,
  original_max_position_embeddings: z.number().int().positive().nullish(),
  low_freq_factor: nullableNumber,
  high_freq_factor: nullableNumber,
  attention_factor: nullableNumber,
  beta_fast: nullableNumber,
  beta_slow: nullableNumber,
  mscale: nullableNumber,
  mscale_all_dim: nullableNumber,
  truncate: z.boolean().nullish(),
});

const fileSchema = z.looseObject({
  model_type: z.string(),
  vocab_size: size.optional(),
  hidden_size: size.optional(),
  intermediate_size: size.optional(),
  num_hidden_layers: z.number().int().positive().max(1024).optional(),
  num_attention_heads: size.optional(),
  num_key_value_heads: size.nullish(),
  head_dim: size.nullish(),
  hidden_act: z.string().optional(),
  max_position_embeddings: z.number().int().positive().optional(),
  rms_norm_eps: z.number().positive().optional(),
  tie_word_embeddings: z.boolean().nullish(),
  attention_bias: z.boolean().nullish(),
  mlp_bias: z.boolean().nullish(),
  rope_theta: z.number().positive().nullish(),
  rope_scaling: rotarySchema.nullish(),
  rope_parameters: rotarySchema.nullish(),
  sliding_window: z.number().int().positive().nullish(),
  use_sliding_window: z.boolean().nullish(),
  max_window_layers: z.number().int().min(0).nullish(),
  layer_types: z.array(z.string()).nullish(),
  bos_token_id: tokenId.nullish(),
  eos_token_id: z.union([tokenId, z.array(tokenId)]).nullish(),
  pad_token_id: tokenId.nullish(),
  initializer_range: z.number().positive().optional(),
});

/** What transformers assumes where `config.json` says nothing: nested configurations leave out every value that is a default. */
const defaults = {
  llama: { vocabulary: 32000, intermediate: 11008, keyValueHeads: null, positions: 2048, window: null, begin: 1, end: 2 },
  mistral: { vocabulary: 32000, intermediate: 14336, keyValueHeads: 8, positions: 131072, window: 4096, begin: 1, end: 2 },
  qwen2: { vocabulary: 151936, intermediate: 22016, keyValueHeads: 32, positions: 32768, window: 4096, begin: null, end: null },
} as const;

function isLanguageModelType(name: string): name is LanguageModelType {
  return (languageModelTypes as readonly string[]).includes(name);
}

/**
 * Reads a language model's configuration as transformers writes it (version 4 and 5 forms).
 *
 * @throws InputError that names the field, when a value is missing, out of range or not supported
 */
export function parseLanguageConfig(value: unknown, { file, field = "" }: { file: string; field?: string }): LanguageConfig {
  const at = (name: string) => (field === "" ? name : `${field}.${name}`);
  const parsed = fileSchema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new InputError({ message: `${issue?.message ?? "not a configuration"}; write it as transformers does`, file, field: at(issue?.path.join(".") ?? "") });
  }
  const config = parsed.data;
  const type = config.model_type;
  if (!isLanguageModelType(type)) throw new InputError({ message: `language models of type ${type} are not supported; use one of ${languageModelTypes.join(", ")}`, file, field: at("model_type") });
  const assumed = defaults[type];
  const hiddenSize = config.hidden_size ?? 4096;
  const heads = config.num_attention_heads ?? 32;
  const keyValueHeads = (config.num_key_value_heads === undefined ? assumed.keyValueHeads : config.num_key_value_heads) ?? heads;
  const headSize = config.head_dim ?? Math.floor(hiddenSize / heads);
  const layers = config.num_hidden_layers ?? 32;
  if (heads % keyValueHeads !== 0) throw new InputError({ message: `${heads} attention heads cannot share ${keyValueHeads} key/value heads evenly`, file, field: at("num_key_value_heads") });
  if (headSize % 2 !== 0) throw new InputError({ message: `head size ${headSize} is odd; rotary positions need pairs`, file, field: at("head_dim") });
  const activation = activationSchema.safeParse(config.hidden_act ?? "silu");
  if (!activation.success) throw new InputError({ message: `activation ${config.hidden_act} is not supported; use one of ${activations.join(", ")}`, file, field: at("hidden_act") });
  const maxPositions = config.max_position_embeddings ?? assumed.positions;
  const end = config.eos_token_id === undefined ? assumed.end : config.eos_token_id;
  return {
    modelType: type,
    vocabularySize: config.vocab_size ?? assumed.vocabulary,
    hiddenSize,
    intermediateSize: config.intermediate_size ?? assumed.intermediate,
    layers,
    heads,
    keyValueHeads,
    headSize,
    activation: activation.data,
    maxPositions,
    epsilon: config.rms_norm_eps ?? 1e-6,
    tiedHead: config.tie_word_embeddings ?? false,
    queryKeyValueBias: type === "qwen2" || (type === "llama" && (config.attention_bias ?? false)),
    outputBias: type === "llama" && (config.attention_bias ?? false),
    feedForwardBias: type === "llama" && (config.mlp_bias ?? false),
    slidingWindows: slidingWindowsOf({ type, layers, config, assumedWindow: assumed.window }),
    rotary: rotaryOf({ config, maxPositions, file, field: at("rope_parameters") }),
    beginToken: config.bos_token_id === undefined ? assumed.begin : config.bos_token_id,
    endTokens: end === null ? [] : Array.isArray(end) ? end : [end],
    padToken: config.pad_token_id ?? null,
    initializerRange: config.initializer_range ?? 0.02,
  };
}

type FileConfig = z.infer<typeof fileSchema>;

function slidingWindowsOf({ type, layers, config, assumedWindow }: { type: LanguageModelType; layers: number; config: FileConfig; assumedWindow: number | null }): (number | null)[] {
  const window = config.sliding_window === undefined ? assumedWindow : config.sliding_window;
  return Array.from({ length: layers }, (_, layer) => {
    if (type === "llama") return null;
    if (type === "mistral") return window;
    if (config.use_sliding_window !== true) return null;
    const declared = config.layer_types?.[layer];
    if (declared !== undefined) return declared === "sliding_attention" ? window : null;
    return layer >= (config.max_window_layers ?? 28) ? window : null;
  });
}

function rotaryOf({ config, maxPositions, file, field }: { config: FileConfig; maxPositions: number; file: string; field: string }): RotaryConfig {
  const given = config.rope_parameters ?? config.rope_scaling ?? {};
  const type = given.rope_type ?? given.type ?? "default";
  if (type !== "default" && type !== "linear" && type !== "dynamic" && type !== "yarn" && type !== "llama3") {
    throw new InputError({ message: `rotary scaling ${type} is not supported; use default, linear, dynamic, yarn or llama3`, file, field: `${field}.rope_type` });
  }
  const originalMaxPositions = given.original_max_position_embeddings ?? maxPositions;
  const factor = given.factor ?? (type === "yarn" ? maxPositions / originalMaxPositions : 1);
  if (!(factor > 0)) throw new InputError({ message: "the scaling factor has to be positive", file, field: `${field}.factor` });
  return {
    type,
    theta: given.rope_theta ?? config.rope_theta ?? 10_000,
    factor,
    originalMaxPositions,
    lowFrequencyFactor: given.low_freq_factor ?? 1,
    highFrequencyFactor: given.high_freq_factor ?? 4,
    attentionFactor: given.attention_factor ?? null,
    betaFast: given.beta_fast || 32,
    betaSlow: given.beta_slow || 1,
    mscale: given.mscale ?? null,
    mscaleAllDimensions: given.mscale_all_dim ?? null,
    truncate: given.truncate ?? true,
  };
}
