import { Tokenizer } from "@huggingface/tokenizers";
import { InputError } from "@mmgeo/dataset";
import type { TokenizerFiles } from "./train-tokenizer.js";

/** A checkpoint's tokenizer: text to ids and back. */
export interface TextTokenizer {
  files: TokenizerFiles;
  /** the highest id plus one */
  size: number;
  /** @param special adds what the tokenizer puts around a text of its own (a begin token); chat templates write that themselves */
  encode(text: string, options?: { special?: boolean }): number[];
  /** @param special keeps tokens such as `<|im_end|>` in the text */
  decode(ids: readonly number[], options?: { special?: boolean }): string;
  /** the id of a token by its exact spelling, or null */
  idOf(token: string): number | null;
  /** `bos_token`, `eos_token` and so on, as chat templates ask for them */
  specialTokens: Record<string, string>;
}

function tokenContent(value: unknown): string | null {
  if (typeof value === "string") return value;
  if (typeof value === "object" && value !== null && "content" in value && typeof value.content === "string") return value.content;
  return null;
}

/**
 * Builds a tokenizer from the contents of `tokenizer.json` and `tokenizer_config.json`.
 *
 * @throws InputError when they do not describe one
 */
export function textTokenizer(files: TokenizerFiles, { file }: { file: string }): TextTokenizer {
  let tokenizer: Tokenizer;
  let size = 0;
  const known = new Set<number>();
  try {
    tokenizer = new Tokenizer(files.tokenizer, files.config);
    for (const id of tokenizer.get_vocab(true).values()) {
      known.add(id);
      size = Math.max(size, id + 1);
    }
  } catch (error) {
    throw new InputError({ message: `is not a tokenizer (${error instanceof Error ? error.message : String(error)}); take tokenizer.json of the checkpoint`, file, cause: error });
  }
  const specialTokens: Record<string, string> = {};
  for (const name of ["bos_token", "eos_token", "pad_token", "unk_token"]) {
    const content = tokenContent(files.config[name]);
    if (content !== null) specialTokens[name] = content;
  }
  return {
    files,
    size,
    specialTokens,
    encode: (text, { special = false } = {}) => (text === "" && !special ? [] : tokenizer.encode(text, { add_special_tokens: special }).ids),
    decode: (ids, { special = false } = {}) => {
      // Embedding tables are often padded to more rows than there are tokens: what has no token says nothing.
      const written = ids.filter((id) => known.has(id));
      return written.length === 0 ? "" : tokenizer.decode(written, { skip_special_tokens: !special, clean_up_tokenization_spaces: false });
    },
    idOf: (token) => tokenizer.token_to_id(token) ?? null,
  };
}
