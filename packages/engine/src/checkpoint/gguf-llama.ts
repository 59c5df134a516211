import { InputError } from "../input-error.js";
import { readGguf, readGgufHeader, type GgufHeader, type GgufValue } from "./gguf.js";
import type { HostTensor } from "./safetensors.js";

/** Names of the Llama family in GGUF and in Hugging Face checkpoints; N stands for the layer. */
const names: readonly (readonly [gguf: string, huggingFace: string])[] = [
  ["token_embd", "model.embed_tokens"],
  ["output_norm", "model.norm"],
  ["output", "lm_head"],
  ["blk.N.attn_norm", "model.layers.N.input_layernorm"],
  ["blk.N.attn_q", "model.layers.N.self_attn.q_proj"],
  ["blk.N.attn_k", "model.layers.N.self_attn.k_proj"],
  ["blk.N.attn_v", "model.layers.N.self_attn.v_proj"],
  ["blk.N.attn_output", "model.layers.N.self_attn.o_proj"],
  ["blk.N.ffn_norm", "model.layers.N.post_attention_layernorm"],
  ["blk.N.ffn_gate", "model.layers.N.mlp.gate_proj"],
  ["blk.N.ffn_up", "model.layers.N.mlp.up_proj"],
  ["blk.N.ffn_down", "model.layers.N.mlp.down_proj"],
];

/** The name in a Hugging Face checkpoint of a tensor of the Llama family, or null if there is none. */
export function huggingFaceName(ggufName: string): string | null {
  const match = /^(.*)\.(weight|bias)$/.exec(ggufName);
  if (match === null) return null;
  const layer = /^blk\.(\d+)\./.exec(ggufName)?.[1] ?? "";
  const pattern = (match[1] as string).replace(/^blk\.\d+\./, "blk.N.");
  const found = names.find(([gguf]) => gguf === pattern);
  return found === undefined ? null : `${found[1].replace("N", layer)}.${match[2]}`;
}

export interface GgufConfig {
  /** As transformers' config.json would have it. */
  readonly config: Record<string, unknown>;
  /** Everything else the file says: tokenizer, chat template. */
  readonly metadata: GgufHeader["metadata"];
}

export interface GgufCheckpoint extends GgufConfig {
  readonly tensors: Record<string, HostTensor>;
}

/**
 * What a model of the llama or qwen2 architecture is, from the file's header alone.
 * @throws InputError for another architecture, or rotary positions scaled in a way that the header does not describe
 */
export async function readGgufConfig(file: string): Promise<GgufConfig> {
  const { metadata, tensors } = await readGgufHeader(file);
  const architecture = metadata["general.architecture"];
  if (architecture !== "llama" && architecture !== "qwen2") throw new InputError({ file, field: "general.architecture", message: `is ${String(architecture)}; llama and qwen2 are read` });
  const field = (name: string): string => `${architecture}.${name}`;
  const number = (name: string, otherwise?: number): number => {
    const value: GgufValue | undefined = metadata[field(name)] ?? otherwise;
    if (typeof value !== "number") throw new InputError({ file, field: field(name), message: "is not a number: download the file again" });
    return value;
  };
  if (metadata[field("expert_count")] !== undefined && metadata[field("expert_count")] !== 0) throw new InputError({ file, field: field("expert_count"), message: "a mixture of experts is not read; take a dense model" });
  const heads = number("attention.head_count");
  const vocabulary = tensors.find(({ name }) => name === "token_embd.weight")?.shape[0];
  const config = {
    architectures: [architecture === "llama" ? "LlamaForCausalLM" : "Qwen2ForCausalLM"],
    model_type: architecture,
    hidden_size: number("embedding_length"),
    intermediate_size: number("feed_forward_length"),
    num_hidden_layers: number("block_count"),
    num_attention_heads: heads,
    num_key_value_heads: number("attention.head_count_kv", heads),
    ...(metadata[field("attention.key_length")] === undefined ? {} : { head_dim: number("attention.key_length") }),
    rms_norm_eps: number("attention.layer_norm_rms_epsilon"),
    rope_theta: number("rope.freq_base", 10_000),
    ...rotaryScaling({ file, metadata, architecture, number, hasFactors: tensors.some(({ name }) => name === "rope_freqs.weight") }),
    max_position_embeddings: number("context_length"),
    vocab_size: vocabulary,
    tie_word_embeddings: !tensors.some(({ name }) => name === "output.weight"),
    hidden_act: "silu",
    bos_token_id: metadata["tokenizer.ggml.bos_token_id"] ?? null,
    eos_token_id: metadata["tokenizer.ggml.eos_token_id"] ?? null,
  };
  return { config, metadata };
}

/** Llama 3's scaling is written as a tensor of factors from which the configuration cannot be told. */
function rotaryScaling({ file, metadata, architecture, number, hasFactors }: { file: string; metadata: GgufHeader["metadata"]; architecture: string; number: (name: string, otherwise?: number) => number; hasFactors: boolean }): Record<string, unknown> {
  if (hasFactors) throw new InputError({ file, field: "rope_freqs.weight", message: "rotary positions scaled by a table (Llama 3.1 and later) are not read from GGUF; take the model's safetensors" });
  const type = metadata[`${architecture}.rope.scaling.type`] ?? "none";
  if (type === "none") return {};
  if (type !== "linear" && type !== "yarn") throw new InputError({ file, field: `${architecture}.rope.scaling.type`, message: `is ${String(type)}; linear and yarn are read` });
  const original = type === "yarn" ? { original_max_position_embeddings: number("rope.scaling.original_context_length") } : {};
  return { rope_scaling: { rope_type: type, factor: number("rope.scaling.factor"), ...original } };
}

/**
 * A model of the llama or qwen2 architecture as its Hugging Face checkpoint would be: names, dimensions and the order of rotary
 * rows, which llama.cpp stores interleaved for llama.
 * @throws InputError as {@link readGgufConfig} does, and for a tensor whose place is not known
 */
export async function readGgufCheckpoint(file: string): Promise<GgufCheckpoint> {
  const { config, metadata } = await readGgufConfig(file);
  const interleaved = config["model_type"] === "llama";
  const tensors: Record<string, HostTensor> = {};
  for (const [name, tensor] of Object.entries(await readGguf(file))) {
    const target = huggingFaceName(name);
    if (target === null) throw new InputError({ file, field: name, message: `is not a tensor of ${String(config["model_type"])}` });
    const heads = !interleaved ? null : /attn_q\./.test(name) ? config["num_attention_heads"] : /attn_k\./.test(name) ? config["num_key_value_heads"] : null;
    if (typeof heads === "number" && (tensor.shape[0] as number) % (2 * heads) !== 0) throw new InputError({ file, field: name, message: `has ${tensor.shape[0]} rows, which ${heads} heads do not share evenly: the file is damaged` });
    tensors[target] = typeof heads === "number" ? separateRotaryHalves(tensor, heads) : tensor;
  }
  return { config, tensors, metadata };
}

/** llama.cpp puts the two rows of each rotated pair side by side; transformers has all first rows of a head, then all second ones. */
export function separateRotaryHalves({ shape, data }: HostTensor, heads: number): HostTensor {
  const rows = shape[0] as number;
  const width = data.length / rows;
  const headSize = rows / heads;
  const separated = new Float32Array(data.length);
  for (let row = 0; row < rows; row += 1) {
    const head = Math.floor(row / headSize);
    const within = row % headSize;
    const target = head * headSize + (within % 2) * (headSize / 2) + (within >> 1);
    separated.set(data.subarray(row * width, (row + 1) * width) as Float32Array, target * width);
  }
  return { shape, data: separated };
}
