import { createHash } from "node:crypto";
import { compile, type Compiled, embedding, tf } from "@mmgeo/engine";
import { embedTokens, languageModel, type LayerKeysValues, type Parameters, type Rotation } from "../model/language.js";
import { maskOf, windowOf } from "../model/masks.js";
import { languageParameters, type Model } from "../model/model.js";
import type { ModelConfig } from "../model/multimodal-config.js";
import { type DecoderStep, disposeCache, type KeyValueCache, capacityOf, paddedLength, prefill, rotationTensors, scored } from "./decoder.js";

/** Keys and values of the beginning of a prompt, read once for many that go on differently. */
export interface Prefix {
  length: number;
  /** of one row, `length` tokens */
  cache: KeyValueCache;
}

/** How much of a prompt is worth keeping: all up to its last picture, which is most of it; 0 for texts, and where nothing follows. */
export function prefixLength({ config: { multimodal, language } }: Model, prompt: readonly number[]): number {
  // Dynamic scaling turns every key by the length of the whole sequence, which is not known yet.
  if (multimodal === null || language.rotary.type === "dynamic") return 0;
  const length = prompt.lastIndexOf(multimodal.imageToken) + 1;
  return length === prompt.length ? 0 : length;
}

/** A name for the beginning of a prompt and its pictures. */
export function prefixKey(prompt: readonly number[], pictures: readonly string[]): string {
  return createHash("sha256").update(Int32Array.from(prompt)).update(JSON.stringify(pictures)).digest("hex");
}

/** @param pixels of the pictures in it */
export function readPrefix({ model, ids, pixels }: { model: Model; ids: readonly number[]; pixels: tf.Tensor | null }): Prefix {
  const read = prefill({ model, prompts: [ids], pixels, room: 0 });
  tf.dispose([read.logits, read.next]);
  const cache = tf.tidy(() => read.cache.map(({ keys, values }) => ({ keys: firstTokens(keys, ids.length), values: firstTokens(values, ids.length) })));
  disposeCache(read.cache);
  return { length: ids.length, cache };
}

function firstTokens(x: tf.Tensor4D, count: number): tf.Tensor4D {
  const [rows, heads, , size] = x.shape;
  return tf.slice(x, [0, 0, 0, 0], [rows, heads, count, size]);
}

interface ExtendInput {
  /** int32 `[batch, tokens]` */
  ids: tf.Tensor2D;
  rotation: Rotation;
  /** int32 `[batch]`: each row's last token, counted over the flattened batch */
  last: tf.Tensor1D;
  prefix: KeyValueCache;
  capacity: number;
}

const compiled = new WeakMap<ModelConfig, Compiled<[Parameters, ExtendInput], DecoderStep>>();

function extension({ config }: Pick<Model, "config">): Compiled<[Parameters, ExtendInput], DecoderStep> {
  const known = compiled.get(config);
  if (known !== undefined) return known;
  const { language } = config;
  const made = compile((parameters: Parameters, { ids, rotation, last, prefix, capacity }: ExtendInput): DecoderStep => {
    const own = languageParameters({ config }, parameters);
    const [batch, tokens] = ids.shape;
    const before = prefix[0]?.keys.shape[2] as number;
    const window = windowOf(language, before + tokens);
    const cache: KeyValueCache = [];
    const after = (early: tf.Tensor4D, late: tf.Tensor4D) => tf.concat([batch === 1 ? early : tf.tile(early, [batch, 1, 1, 1]), late], 2);
    const padded = (x: tf.Tensor4D) => tf.pad(x, [[0, 0], [0, 0], [0, capacity - before - tokens], [0, 0]]);
    const hidden = languageModel({
      parameters: own,
      config: language,
      embeddings: embedTokens(own, ids),
      rotation,
      inference: true,
      // With fewer queries than keys, the queries are the last of them.
      masks: { causal: true, full: null, sliding: window === null ? null : maskOf({ batch: 1, queries: tokens, keys: before + tokens, sees: (_, query, key) => key > before + query - window }) },
      remember: (layer, fresh) => {
        const { keys, values } = prefix[layer] as LayerKeysValues;
        const whole = { keys: after(keys, fresh.keys), values: after(values, fresh.values) };
        cache[layer] = { keys: padded(whole.keys), values: padded(whole.values) };
        return whole;
      },
    });
    return scored(own, language, embedding(last, tf.reshape(hidden, [batch * tokens, language.hiddenSize])), cache);
  });
  compiled.set(config, made);
  return made;
}

/**
 * Reads how prompts go on after a common beginning, side by side: what {@link prefill} gives of whole prompts.
 *
 * @param rests what follows the beginning in each prompt, without pictures, one token at least
 * @param room how many tokens will follow the longest prompt
 */
export function extendPrefix({ model, prefix, rests, room }: { model: Model; prefix: Prefix; rests: readonly (readonly number[])[]; room: number }): DecoderStep {
  const { language } = model.config;
  const longest = Math.max(...rests.map(({ length }) => length));
  const tokens = paddedLength(longest);
  const ids = new Int32Array(rests.length * tokens).fill(language.padToken ?? 0);
  for (const [row, rest] of rests.entries()) ids.set(rest, row * tokens);
  const input: ExtendInput = {
    ids: tf.tensor2d(ids, [rests.length, tokens], "int32"),
    rotation: rotationTensors(language, Array.from({ length: tokens }, (_, at) => prefix.length + at), { shared: true, sequenceLength: prefix.length + longest }),
    last: tf.tensor1d(rests.map(({ length }, row) => row * tokens + length - 1), "int32"),
    prefix: prefix.cache,
    capacity: capacityOf(Math.max(longest + room, tokens) + prefix.length),
  };
  const result = extension(model)(model.parameters, input);
  tf.dispose([input.ids, input.rotation.cosine, input.rotation.sine, input.last]);
  return result;
}

/** Prefixes by name, the least recently used dropped beyond a number of tokens. */
export class PrefixStore {
  readonly #mostTokens: number;
  readonly #known = new Map<string, Prefix>();
  #tokens = 0;
  /** beginnings found, and those read */
  readonly counts = { found: 0, read: 0 };

  constructor({ mostTokens }: { mostTokens: number }) {
    this.#mostTokens = mostTokens;
  }

  /** The prefix of this name, made where it is not known. It is the store's: it may be disposed at the next call. */
  get(key: string, make: () => Prefix): Prefix {
    const known = this.#known.get(key);
    if (known !== undefined) {
      this.counts.found += 1;
      this.#known.delete(key);
      this.#known.set(key, known);
      return known;
    }
    const made = make();
    this.counts.read += 1;
    this.#known.set(key, made);
    this.#tokens += made.length;
    for (const [oldest, prefix] of this.#known) {
      if (this.#tokens <= this.#mostTokens || oldest === key) break;
      this.#drop(oldest, prefix);
    }
    return made;
  }

  dispose(): void {
    for (const [key, prefix] of this.#known) this.#drop(key, prefix);
  }

  #drop(key: string, prefix: Prefix): void {
    this.#known.delete(key);
    this.#tokens -= prefix.length;
    disposeCache(prefix.cache);
  }
}
