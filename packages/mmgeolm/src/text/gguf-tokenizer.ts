import { InputError } from "@mmgeo/dataset";
import type { GgufHeader } from "@mmgeo/engine";
import { z } from "zod";
import type { TokenizerFiles } from "./train-tokenizer.js";

/** Kinds of tokens in `tokenizer.ggml.token_type` that are never made by merging (llama.cpp, `llama_token_type`). */
const controlToken = 3;
const userToken = 4;

const tokenId = z.number().int().min(0).optional();

const metadataSchema = z.looseObject({
  "tokenizer.ggml.model": z.string(),
  "tokenizer.ggml.pre": z.string().default("default"),
  "tokenizer.ggml.tokens": z.array(z.string()).min(1),
  "tokenizer.ggml.token_type": z.array(z.number()).default([]),
  "tokenizer.ggml.merges": z.array(z.string()).default([]),
  "tokenizer.ggml.bos_token_id": tokenId,
  "tokenizer.ggml.eos_token_id": tokenId,
  "tokenizer.ggml.unknown_token_id": tokenId,
  "tokenizer.ggml.padding_token_id": tokenId,
  "tokenizer.chat_template": z.string().optional(),
});

/** How a text is cut before merging, by llama.cpp's name for it. */
interface Cutting {
  normalizer: Record<string, unknown> | null;
  steps: Record<string, unknown>[];
  /** a word that is a token as a whole is that token, whatever the merges say */
  ignoreMerges: boolean;
}

const byteLevel = (useRegex: boolean) => ({ type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: useRegex });
const split = (pattern: string) => ({ type: "Split", pattern: { Regex: pattern }, behavior: "Isolated", invert: false });
const modernWords = (digits: string) => split(String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|${digits}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`);

const cuttings: Record<string, Cutting> = {
  "gpt-2": { normalizer: null, steps: [byteLevel(true)], ignoreMerges: false },
  smollm: { normalizer: null, steps: [{ type: "Digits", individual_digits: true }, byteLevel(true)], ignoreMerges: false },
  qwen2: { normalizer: { type: "NFC" }, steps: [modernWords(String.raw`\p{N}`), byteLevel(false)], ignoreMerges: false },
  "llama-bpe": { normalizer: null, steps: [modernWords(String.raw`\p{N}{1,3}`), byteLevel(false)], ignoreMerges: true },
};

/**
 * The tokenizer in a GGUF file's metadata as `tokenizer.json` and `tokenizer_config.json` would have it, and the chat template.
 *
 * @throws InputError when it is not a byte-level BPE that is known here
 */
export function ggufTokenizer(metadata: GgufHeader["metadata"], { file }: { file: string }): { files: TokenizerFiles; template: string | null } {
  const parsed = metadataSchema.safeParse(metadata);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new InputError({ message: `${issue?.message ?? "is not a tokenizer"}; download the file again`, file, field: String(issue?.path[0] ?? "tokenizer.ggml") });
  }
  const found = parsed.data;
  const kind = found["tokenizer.ggml.model"];
  if (kind !== "gpt2") throw new InputError({ message: `tokenizers of type ${kind} are not read from GGUF, only gpt2 (byte-level BPE); take the model's safetensors folder`, file, field: "tokenizer.ggml.model" });
  const pre = found["tokenizer.ggml.pre"];
  const cutting = Object.hasOwn(cuttings, pre) ? cuttings[pre] : undefined;
  if (cutting === undefined) throw new InputError({ message: `cuts text as ${pre}, which is not known here; known are ${Object.keys(cuttings).join(", ")}; take the model's safetensors folder`, file, field: "tokenizer.ggml.pre" });
  const tokens = found["tokenizer.ggml.tokens"];
  const types = found["tokenizer.ggml.token_type"];
  const added = tokens.flatMap((content, id) => (types[id] === controlToken || types[id] === userToken ? [{ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: types[id] === controlToken }] : []));
  const special = (name: string, id: number | undefined) => {
    if (id === undefined) return {};
    if (tokens[id] === undefined) throw new InputError({ message: `is ${id}, and there are ${tokens.length} tokens; download the file again`, file, field: `tokenizer.ggml.${name}_id` });
    return { [name === "padding_token" ? "pad_token" : name === "unknown_token" ? "unk_token" : name]: tokens[id] };
  };
  const template = found["tokenizer.chat_template"] ?? null;
  return {
    template,
    files: {
      tokenizer: {
        version: "1.0",
        truncation: null,
        padding: null,
        added_tokens: added,
        normalizer: cutting.normalizer,
        pre_tokenizer: { type: "Sequence", pretokenizers: cutting.steps },
        post_processor: null,
        decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
        model: {
          type: "BPE",
          dropout: null,
          unk_token: null,
          continuing_subword_prefix: null,
          end_of_word_suffix: null,
          fuse_unk: false,
          byte_fallback: false,
          ignore_merges: cutting.ignoreMerges,
          vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
          merges: found["tokenizer.ggml.merges"],
        },
      },
      config: {
        tokenizer_class: "PreTrainedTokenizerFast",
        clean_up_tokenization_spaces: false,
        ...special("bos_token", found["tokenizer.ggml.bos_token_id"]),
        ...special("eos_token", found["tokenizer.ggml.eos_token_id"]),
        ...special("unknown_token", found["tokenizer.ggml.unknown_token_id"]),
        ...special("padding_token", found["tokenizer.ggml.padding_token_id"]),
        added_tokens_decoder: Object.fromEntries(added.map(({ id, ...token }) => [String(id), token])),
        ...(template === null ? {} : { chat_template: template }),
      },
    },
  };
}
