import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { InputError, parseJson, validate } from "@mmgeo/dataset";
import { compile, loadCheckpoint, tf, useNativeBackend, type Parameters, type Precision } from "@mmgeo/engine";
import { Tokenizer } from "@huggingface/tokenizers";
import { z } from "zod";
import { bertConfigSchema, bertHiddenStates, bertShapes, type BertConfig } from "./bert.js";

/** Gives texts vectors. */
export interface Embedder {
  readonly width: number;
  /** `texts.length * width` numbers, row after row; of any length but zero */
  embed(texts: readonly string[], options?: { onProgress?: (done: number, total: number) => void }): Promise<Float32Array>;
  dispose(): void;
}

/** An embedder that is opened when it is needed: where its vectors are in the cache, it is not. */
export interface EmbedderSource {
  /** files that shape its vectors; their content names what is kept in the cache, together with the settings */
  files: readonly string[];
  /** whatever else shapes them, such as a precision. @default "" */
  settings?: string;
  open(): Promise<Embedder>;
}

/** A sentence encoder; its vectors are of unit length. */
export interface SentenceEncoder extends Embedder {
  /** longest input in tokens, the two marks at its ends included; the rest of a text is not read */
  readonly maximumTokens: number;
  /** token ids of a text with its marks, cut to `maximumTokens` */
  tokenIds(text: string): number[];
}

/** The files of a sentence encoder's folder that shape its vectors. */
const shapingFiles = ["config.json", "tokenizer.json", "sentence_bert_config.json", "1_Pooling/config.json", "model.safetensors"];

export interface EncoderOptions {
  /**
   * Precision of the matrix products. "bfloat16" is about twice as fast on processors that multiply it (elsewhere it is float32) and moves cosines by some
   * thousandths. @default "float32"
   */
  precision?: Precision;
}

/** A sentence encoder's folder as a source of vectors. */
export function sentenceEncoder(folder: string, options: EncoderOptions = {}): EmbedderSource {
  return { files: shapingFiles.map((name) => join(folder, name)), settings: options.precision === "bfloat16" ? "bfloat16" : "", open: () => loadEmbedder(folder, options) };
}

/** The largest tokenizer.json in use has 17 MB. */
const maximumFileBytes = 128 * 1024 * 1024;
/** Tokens a batch, padding included: enough to keep the cores busy, few enough for the memory of any machine. */
const tokensAtOnce = 4096;
/** Lengths are rounded up to a multiple, so that few shapes are captured. */
const lengthStep = 8;

const poolingSchema = z.object({ pooling_mode_cls_token: z.boolean().default(false), pooling_mode_mean_tokens: z.boolean().default(false) });
const sentenceSchema = z.object({ max_seq_length: z.number().int().min(2).optional() });

async function readObject(file: string): Promise<object | null> {
  const information = await stat(file).catch(() => null);
  if (information === null) return null;
  if (information.size > maximumFileBytes) throw new InputError({ message: `is larger than ${maximumFileBytes} bytes; this is no model's description`, file });
  const value = parseJson(await readFile(file, "utf8"), { file });
  if (typeof value !== "object" || value === null) throw new InputError({ message: "does not hold a JSON object; download the model again", file });
  return value;
}

async function requireObject(file: string): Promise<object> {
  const value = await readObject(file);
  if (value === null) throw new InputError({ message: "there is no such file; give the folder of a BERT sentence encoder (config.json, model.safetensors, tokenizer.json)", file });
  return value;
}

/** Reads parameters with or without the prefix of a task model, and checks their shapes. */
function checkParameters(loaded: Parameters, config: BertConfig, folder: string): Parameters {
  const parameters: Parameters = {};
  for (const [name, tensor] of Object.entries(loaded)) parameters[name.replace(/^bert\./, "")] = tensor;
  for (const [name, shape] of Object.entries(bertShapes(config))) {
    const tensor = parameters[name];
    if (tensor === undefined) throw new InputError({ message: "is missing from the checkpoint; is this a BERT encoder?", file: join(folder, "model.safetensors"), field: name });
    if (tensor.shape.join() !== shape.join()) throw new InputError({ message: `has the shape [${tensor.shape}], config.json asks for [${shape}]`, file: join(folder, "model.safetensors"), field: name });
  }
  return parameters;
}

/**
 * Opens a sentence encoder's folder as sentence-transformers writes it (BERT, mean or first-token pooling, unit length) and runs it on the
 * engine. `all-MiniLM-L6-v2` gives its published vectors to 1e-5.
 *
 * @throws {InputError} for a folder that is not one
 */
export async function loadEmbedder(folder: string, { precision = "float32" }: EncoderOptions = {}): Promise<SentenceEncoder> {
  const configFile = join(folder, "config.json");
  const config = validate({ schema: bertConfigSchema, value: await requireObject(configFile), place: { file: configFile } });
  if (config.hidden_size % config.num_attention_heads !== 0) throw new InputError({ message: "does not divide hidden_size", file: configFile, field: "num_attention_heads" });
  const tokenizerFile = join(folder, "tokenizer.json");
  const description = { ...(await requireObject(tokenizerFile)), truncation: null, padding: null };
  let tokenizer: Tokenizer;
  try {
    tokenizer = new Tokenizer(description, (await readObject(join(folder, "tokenizer_config.json"))) ?? {});
  } catch (cause) {
    throw new InputError({ message: `is not a tokenizer that can be read (${cause instanceof Error ? cause.message : String(cause)})`, file: tokenizerFile, cause });
  }
  const sentenceFile = join(folder, "sentence_bert_config.json");
  const { max_seq_length: longest } = validate({ schema: sentenceSchema, value: (await readObject(sentenceFile)) ?? {}, place: { file: sentenceFile } });
  const poolingFile = join(folder, "1_Pooling", "config.json");
  const pooling = validate({ schema: poolingSchema, value: (await readObject(poolingFile)) ?? { pooling_mode_mean_tokens: true }, place: { file: poolingFile } });
  if (pooling.pooling_mode_cls_token === pooling.pooling_mode_mean_tokens) throw new InputError({ message: "the pooling has to be that of the mean of the tokens, or of the first token", file: poolingFile, field: "pooling_mode_mean_tokens" });
  const maximumTokens = Math.min(longest ?? config.max_position_embeddings, config.max_position_embeddings);

  await useNativeBackend();
  const { parameters: loaded } = await loadCheckpoint(folder);
  const parameters = checkParameters(loaded, config, folder);

  const encode = compile((weights: Parameters, ids: tf.Tensor, mask: tf.Tensor): tf.Tensor => {
    const hidden = bertHiddenStates({ parameters: weights, config, ids, mask });
    const [batch, tokens, width] = hidden.shape as [number, number, number];
    const pooled = pooling.pooling_mode_cls_token
      ? tf.slice(hidden, [0, 0, 0], [batch, 1, width]).reshape([batch, width])
      : hidden.mul(mask.reshape([batch, tokens, 1])).sum(1).div(mask.sum(1, true));
    return pooled.div(pooled.square().sum(1, true).sqrt().maximum(1e-12));
  }, { precision });

  const tokenIds = (text: string): number[] => {
    const { ids } = tokenizer.encode(text);
    // The mark at the end stays when a long text is cut.
    return ids.length <= maximumTokens ? ids : [...ids.slice(0, maximumTokens - 1), ids.at(-1)!];
  };

  const embedBatch = async (rows: number[][]): Promise<Float32Array> => {
    const tokens = Math.ceil(Math.max(...rows.map((row) => row.length)) / lengthStep) * lengthStep;
    const padded = Math.min(tokens, config.max_position_embeddings);
    const ids = new Int32Array(rows.length * padded);
    const mask = new Float32Array(rows.length * padded);
    rows.forEach((row, index) => {
      ids.set(row, index * padded);
      mask.fill(1, index * padded, index * padded + row.length);
    });
    const inputs: [tf.Tensor, tf.Tensor] = [tf.tensor(ids, [rows.length, padded], "int32"), tf.tensor(mask, [rows.length, padded])];
    const result = encode(parameters, ...inputs);
    const vectors = (await result.data()) as Float32Array;
    tf.dispose([...inputs, result]);
    return vectors;
  };

  return {
    width: config.hidden_size,
    maximumTokens,
    tokenIds,
    async embed(texts, { onProgress } = {}) {
      const rows = texts.map(tokenIds);
      // By length, so that a batch has little padding; each vector goes back to its place.
      const order = rows.map((_, index) => index).toSorted((first, second) => rows[second]!.length - rows[first]!.length);
      const vectors = new Float32Array(texts.length * config.hidden_size);
      for (let start = 0; start < order.length; ) {
        const longestHere = Math.ceil(rows[order[start]!]!.length / lengthStep) * lengthStep;
        // Full batches have one size for each length; the rest goes in halves, so that few shapes are captured.
        let size = Math.max(1, Math.floor(tokensAtOnce / longestHere));
        while (size > order.length - start) size = Math.ceil(size / 2) === size ? 1 : Math.ceil(size / 2);
        const batch = order.slice(start, start + size);
        const embedded = await embedBatch(batch.map((index) => rows[index]!));
        batch.forEach((index, place) => vectors.set(embedded.subarray(place * config.hidden_size, (place + 1) * config.hidden_size), index * config.hidden_size));
        start += size;
        onProgress?.(start, order.length);
      }
      return vectors;
    },
    dispose: () => tf.dispose(parameters),
  };
}
