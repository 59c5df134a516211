import { writeFile } from "node:fs/promises";
import type { HostTensor } from "@mmgeo/engine";

export type GgufField = string | number | readonly string[] | readonly number[];

/** The byte-level tokenizer of a few tokens, as GGUF metadata has it; every byte is a token. */
export function tinyTokenizerFields(byteCharacters: readonly string[]): Record<string, GgufField> {
  const tokens = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", ...byteCharacters, "AB", "ABC"];
  return {
    "tokenizer.ggml.model": "gpt2",
    "tokenizer.ggml.pre": "smollm",
    "tokenizer.ggml.tokens": tokens,
    "tokenizer.ggml.token_type": tokens.map((_, id) => (id < 3 ? 3 : 1)),
    "tokenizer.ggml.merges": ["A B", "AB C"],
    "tokenizer.ggml.bos_token_id": 1,
    "tokenizer.ggml.eos_token_id": 2,
    "tokenizer.ggml.padding_token_id": 0,
    "tokenizer.chat_template": "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}",
  };
}

/** Hugging Face's names of the Llama family as GGUF has them. */
const ggufNames: readonly (readonly [RegExp, string])[] = [
  [/^model\.embed_tokens/, "token_embd"],
  [/^model\.norm/, "output_norm"],
  [/^lm_head/, "output"],
  [/^model\.layers\.(\d+)\.input_layernorm/, "blk.$1.attn_norm"],
  [/^model\.layers\.(\d+)\.post_attention_layernorm/, "blk.$1.ffn_norm"],
  [/^model\.layers\.(\d+)\.self_attn\.o_proj/, "blk.$1.attn_output"],
  [/^model\.layers\.(\d+)\.self_attn\.(.)_proj/, "blk.$1.attn_$2"],
  [/^model\.layers\.(\d+)\.mlp\.(\w+)_proj/, "blk.$1.ffn_$2"],
];

/** The tensors of a llama checkpoint as llama.cpp's converter writes them: its names, the two rows of a rotated pair side by side. */
export function ggufTensors(tensors: Record<string, HostTensor>, { heads, keyValueHeads }: { heads: number; keyValueHeads: number }): Record<string, HostTensor> {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => {
      const [pattern, replacement] = ggufNames.find(([pattern]) => pattern.test(name)) as readonly [RegExp, string];
      const rotated = name.includes("q_proj") ? heads : name.includes("k_proj") ? keyValueHeads : 0;
      return [name.replace(pattern, replacement), rotated === 0 ? tensor : sideBySide(tensor, rotated)];
    }),
  );
}

function sideBySide({ shape, data }: HostTensor, heads: number): HostTensor {
  const rows = shape[0] as number;
  const width = data.length / rows;
  const half = rows / heads / 2;
  const moved = new Float32Array(data.length);
  for (let row = 0; row < rows; row += 1) {
    const head = Math.floor(row / (2 * half));
    const pair = Math.floor((row % (2 * half)) / 2);
    const source = head * 2 * half + pair + (row % 2) * half;
    moved.set((data as Float32Array).subarray(source * width, (source + 1) * width), row * width);
  }
  return { shape, data: moved };
}

/** A GGUF file, version 3, of F32 tensors; `type` is written for each instead. */
export async function writeGguf(file: string, { metadata, tensors, type = 0 }: { metadata: Record<string, GgufField>; tensors: Record<string, HostTensor>; type?: number }): Promise<void> {
  const parts: Buffer[] = [];
  const u32 = (value: number) => parts.push(Buffer.from(Uint32Array.of(value).buffer));
  const u64 = (value: number) => parts.push(Buffer.from(BigUint64Array.of(BigInt(value)).buffer));
  const text = (value: string) => {
    const bytes = Buffer.from(value);
    u64(bytes.length);
    parts.push(bytes);
  };
  const f64 = (value: number) => parts.push(Buffer.from(Float64Array.of(value).buffer));
  const scalar = (value: string | number) => (typeof value === "string" ? text(value) : Number.isInteger(value) ? u32(value) : f64(value));
  const typeOf = (value: string | number) => (typeof value === "string" ? 8 : Number.isInteger(value) ? 4 : 12);
  parts.push(Buffer.from("GGUF"));
  u32(3);
  u64(Object.keys(tensors).length);
  u64(Object.keys(metadata).length);
  for (const [name, value] of Object.entries(metadata)) {
    text(name);
    if (typeof value === "string" || typeof value === "number") {
      u32(typeOf(value));
      scalar(value);
      continue;
    }
    u32(9);
    u32(typeOf(value[0] ?? ""));
    u64(value.length);
    for (const element of value) scalar(element);
  }
  let offset = 0;
  const padded = (bytes: number) => Math.ceil(bytes / 32) * 32;
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    text(name);
    u32(shape.length);
    for (const size of shape.toReversed()) u64(size);
    u32(type);
    u64(offset);
    offset += padded(data.byteLength);
  }
  const head = Buffer.concat(parts);
  const body: Uint8Array[] = [head, Buffer.alloc(padded(head.length) - head.length)];
  for (const { data } of Object.values(tensors)) body.push(Buffer.from(data.buffer, data.byteOffset, data.byteLength), Buffer.alloc(padded(data.byteLength) - data.byteLength));
  await writeFile(file, Buffer.concat(body));
}
