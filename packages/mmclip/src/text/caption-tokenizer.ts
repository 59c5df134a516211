import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Tokenizer } from "@huggingface/tokenizers";
import { InputError } from "@mmgeo/dataset";

/** Token ids of a batch of texts, row by row and padded to one length. */
export interface TokenBatch {
  /** `texts * tokens` values. */
  ids: Int32Array;
  /** 1 for a token, 0 for padding. */
  mask: Int32Array;
  texts: number;
  tokens: number;
}

/** A tokenizer folder's files larger than this are not read. The largest in use (XLM-RoBERTa's) has 17 MB. */
const MAXIMUM_FILE_BYTES = 128 * 1024 * 1024;

async function readJsonObject(file: string): Promise<Record<string, unknown>> {
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw new InputError({ message: "cannot be read; a model folder with a tokenizer has this file", file, cause });
  });
  if (bytes.length > MAXIMUM_FILE_BYTES) throw new InputError({ message: `is larger than ${MAXIMUM_FILE_BYTES} bytes, too large for a tokenizer`, file });
  try {
    const value: unknown = JSON.parse(bytes.toString("utf8"));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch (cause) {
    throw new InputError({ message: "is not valid JSON", file, cause });
  }
  throw new InputError({ message: "does not hold a JSON object", file });
}

/** The texts of the special tokens, which tokenizer_config.json writes as strings or as objects with `content`. */
function tokenText(value: unknown): string | null {
  if (typeof value === "string") return value;
  if (typeof value === "object" && value !== null && "content" in value && typeof value.content === "string") return value.content;
  return null;
}

/** Turns captions into token ids, cut to the model's length, and counts what it had to cut. */
export class CaptionTokenizer {
  /** The files as they were read or made; saved with the model. */
  readonly files: { tokenizer: Record<string, unknown>; config: Record<string, unknown> };
  readonly maximumTokens: number;
  readonly paddingId: number;
  /** Texts that were longer than `maximumTokens` so far. */
  truncated = 0;
  readonly #tokenizer: Tokenizer;
  readonly #suffix: number[];
  readonly #cache = new Map<string, number[]>();

  constructor({ tokenizer, config, maximumTokens, paddingId }: { tokenizer: object; config: object; maximumTokens: number; paddingId?: number }) {
    this.files = { tokenizer: tokenizer as Record<string, unknown>, config: config as Record<string, unknown> };
    this.maximumTokens = maximumTokens;
    try {
      this.#tokenizer = new Tokenizer(tokenizer, config);
    } catch (cause) {
      throw new InputError({ message: `is not a tokenizer that @huggingface/tokenizers reads: ${cause instanceof Error ? cause.message : String(cause)}`, file: "tokenizer.json", cause });
    }
    const paddingToken = tokenText(this.files.config["pad_token"]);
    this.paddingId = (paddingToken === null ? undefined : this.#tokenizer.token_to_id(paddingToken)) ?? paddingId ?? 0;
    // What the post-processor adds after a text stays there when the text is cut.
    const bare: number[] = this.#tokenizer.encode("a", { add_special_tokens: false }).ids;
    const framed: number[] = this.#tokenizer.encode("a").ids;
    const start = framed.findIndex((_, index) => bare.every((id, offset) => framed[index + offset] === id));
    this.#suffix = start < 0 ? [] : framed.slice(start + bare.length);
  }

  /** Reads `tokenizer.json` and, if there is one, `tokenizer_config.json` of a model folder. */
  static async load(folder: string, { maximumTokens, paddingId }: { maximumTokens: number; paddingId?: number }): Promise<CaptionTokenizer> {
    const tokenizer = await readJsonObject(join(folder, "tokenizer.json"));
    const config = await readJsonObject(join(folder, "tokenizer_config.json")).catch((error: unknown) => {
      if (InputError.isInstance(error) && error.message.includes("cannot be read")) return {};
      throw error;
    });
    return new CaptionTokenizer({ tokenizer, config, maximumTokens, paddingId });
  }

  /** The number of ids, special and added tokens included: the rows an embedding table needs. */
  get vocabularySize(): number {
    let largest = 0;
    for (const id of this.#tokenizer.get_vocab(true).values()) largest = Math.max(largest, id);
    return largest + 1;
  }

  /** Ids of one text with its special tokens, at most `maximumTokens`; a longer text keeps its beginning and what ends every text. */
  encode(text: string): number[] {
    const cached = this.#cache.get(text);
    if (cached !== undefined) return cached;
    const { ids } = this.#tokenizer.encode(text);
    let result = ids;
    if (ids.length > this.maximumTokens) {
      this.truncated += 1;
      result = [...ids.slice(0, this.maximumTokens - this.#suffix.length), ...this.#suffix];
    }
    this.#cache.set(text, result);
    return result;
  }

  /** A batch padded on the right to `tokens`, by default to the longest of its texts. */
  encodeBatch(texts: readonly string[], { tokens }: { tokens?: number } = {}): TokenBatch {
    const rows = texts.map((text) => this.encode(text));
    const length = tokens ?? rows.reduce((longest, row) => Math.max(longest, row.length), 1);
    const ids = new Int32Array(rows.length * length).fill(this.paddingId);
    const mask = new Int32Array(rows.length * length);
    for (const [index, row] of rows.entries()) {
      const kept = row.slice(0, length);
      ids.set(kept, index * length);
      mask.fill(1, index * length, index * length + kept.length);
    }
    return { ids, mask, texts: rows.length, tokens: length };
  }

  decode(ids: number[]): string {
    return this.#tokenizer.decode(ids, { skip_special_tokens: true });
  }
}
