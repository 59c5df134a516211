import { compile, type Compiled, embedding, hasDecodingKernels, tf } from "@mmgeo/engine";
import type { LanguageConfig } from "../model/language-config.js";
import { embedTokens, headLogits, languageModel, type LayerKeysValues, type Parameters, type Rotation } from "../model/language.js";
import { causalMasks, windowOf } from "../model/masks.js";
import { languageParameters, type Model } from "../model/model.js";
import type { ModelConfig } from "../model/multimodal-config.js";
import { imagePlaces, placeFeatures, projectFeatures, visionFeatures } from "../model/multimodal.js";
import { rotaryTables } from "../model/rotary.js";
import { type DecodeInput, decodeLogits } from "./decode-step.js";

/** Keys and values of every layer, `[batch, keyValueHeads, capacity, headSize]`; what lies beyond a row's length is never attended to. */
export type KeyValueCache = LayerKeysValues[];

/** Scores of the next token, `[batch, vocabularySize]`, the most likely one of each row (int32 `[batch]`), and the cache that holds all tokens so far. */
export interface DecoderStep {
  logits: tf.Tensor2D;
  next: tf.Tensor1D;
  cache: KeyValueCache;
}

interface PrefillInput {
  ids: tf.Tensor2D;
  rotation: Rotation;
  /** int32 `[batch]`: each row's last token, counted over the flattened batch */
  last: tf.Tensor1D;
  image: { pixels: tf.Tensor; rows: tf.Tensor; isImage: tf.Tensor } | null;
  capacity: number;
}

interface StepInput {
  /** int32 `[batch, 1]` */
  ids: tf.Tensor2D;
  /** int32 `[batch, 1, 1, 1]`: the place of this token in its row */
  positions: tf.Tensor4D;
  rotation: Rotation;
  cache: KeyValueCache;
}

type Scores = Pick<DecoderStep, "logits" | "next">;

interface Decoder {
  prefill: Compiled<[Parameters, PrefillInput], DecoderStep>;
  /** where the processor multiplies bfloat16, for models that are decoded with rounded weights anyway */
  roughPrefill: Compiled<[Parameters, PrefillInput], DecoderStep>;
  /** returns a new cache */
  step: Compiled<[Parameters, StepInput], DecoderStep>;
  /** writes into the cache it is given */
  inPlace: Compiled<[Parameters, DecodeInput], Scores>;
}

const decoders = new WeakMap<ModelConfig, Decoder>();

/** The captured graphs of a model; kept as long as its configuration lives. */
function decoderOf(model: Model): Decoder {
  const known = decoders.get(model.config);
  if (known !== undefined) return known;
  const { language } = model.config;
  const read = (parameters: Parameters, input: PrefillInput) => prefillStep({ model: { config: model.config }, parameters, input });
  const made: Decoder = {
    prefill: compile(read),
    roughPrefill: compile(read, { precision: "bfloat16" }),
    inPlace: compile((parameters: Parameters, input: DecodeInput) => scoresOf(decodeLogits({ parameters: languageParameters({ config: model.config }, parameters), config: language, input }))),
    step: compile((parameters: Parameters, input: StepInput) => decodeStep({ config: language, parameters: languageParameters({ config: model.config }, parameters), input })),
  };
  decoders.set(model.config, made);
  return made;
}

export function scored(parameters: Parameters, config: LanguageConfig, hidden: tf.Tensor, cache: KeyValueCache): DecoderStep {
  return { ...scoresOf(headLogits(parameters, config, hidden) as tf.Tensor2D), cache };
}

function scoresOf(logits: tf.Tensor2D): Scores {
  return { logits, next: tf.cast(tf.argMax(logits, -1), "int32") as tf.Tensor1D };
}

function prefillStep({ model, parameters, input }: { model: Pick<Model, "config">; parameters: Parameters; input: PrefillInput }): DecoderStep {
  const { language, multimodal } = model.config;
  const own = languageParameters(model, parameters);
  const [batch, tokens] = input.ids.shape;
  let embeddings = embedTokens(own, input.ids);
  if (multimodal !== null && input.image !== null) {
    const { pixels, rows, isImage } = input.image;
    const features = projectFeatures({ parameters, config: multimodal, features: visionFeatures({ parameters, config: multimodal, pixels }) });
    embeddings = placeFeatures({ embeddings, features, rows, isImage });
  }
  const cache: KeyValueCache = [];
  const room: [number, number][] = [[0, 0], [0, 0], [0, input.capacity - tokens], [0, 0]];
  const hidden = languageModel({
    parameters: own,
    config: language,
    embeddings,
    rotation: input.rotation,
    inference: true,
    masks: causalMasks(language, tokens),
    remember: (layer, fresh) => {
      cache[layer] = { keys: tf.pad(fresh.keys, room), values: tf.pad(fresh.values, room) };
      return fresh;
    },
  });
  return scored(own, language, embedding(input.last, tf.reshape(hidden, [batch * tokens, language.hiddenSize])), cache);
}

function decodeStep({ config, parameters, input }: { config: LanguageConfig; parameters: Parameters; input: StepInput }): DecoderStep {
  const [batch] = input.ids.shape;
  const capacity = input.cache[0]?.keys.shape[2] as number;
  const places = tf.reshape(tf.range(0, capacity, 1, "int32"), [1, 1, 1, capacity]);
  const seen = tf.lessEqual(places, input.positions);
  const window = windowOf(config, capacity);
  const full = tf.cast(seen, "float32") as tf.Tensor4D;
  const sliding = window === null ? null : (tf.cast(tf.logicalAnd(seen, tf.greater(places, tf.sub(input.positions, tf.scalar(window, "int32")))), "float32") as tf.Tensor4D);
  const here = tf.reshape(tf.equal(places, input.positions), [batch, 1, capacity, 1]);
  const cache: KeyValueCache = [];
  const hidden = languageModel({
    parameters,
    config,
    embeddings: embedTokens(parameters, input.ids),
    rotation: input.rotation,
    masks: { causal: false, full, sliding },
    remember: (layer, fresh) => {
      const before = input.cache[layer] as LayerKeysValues;
      const after = { keys: tf.where(here, fresh.keys, before.keys) as tf.Tensor4D, values: tf.where(here, fresh.values, before.values) as tf.Tensor4D };
      cache[layer] = after;
      return after;
    },
  });
  return scored(parameters, config, tf.reshape(hidden, [batch, config.hiddenSize]), cache);
}

/** Lengths and capacities are rounded up to these, so that few graphs serve all prompts. */
const promptStep = 32;
const capacityStep = 64;

const roundUp = (value: number, step: number) => Math.ceil(value / step) * step;

/** Tokens that a prompt of so many is padded to. */
export const paddedLength = (tokens: number): number => roundUp(tokens, promptStep);

/** Places that a cache for so many tokens has. */
export const capacityOf = (tokens: number): number => roundUp(tokens, capacityStep);

export function rotationTensors(config: LanguageConfig, positions: readonly number[], options: { shared: boolean; sequenceLength: number }): Rotation {
  const { cosine, sine, halfSize } = rotaryTables({ config, positions, sequenceLength: options.sequenceLength });
  const shape: [number, number, number, number] = options.shared ? [1, 1, positions.length, halfSize] : [positions.length, 1, 1, halfSize];
  return { cosine: tf.tensor4d(cosine, shape), sine: tf.tensor4d(sine, shape) };
}

/**
 * Reads prompts of any lengths side by side: each is padded at its end, where causal order keeps the padding unseen and later tokens take its place.
 *
 * @param pixels of all pictures, in the order of the prompts and their image tokens
 * @param room how many tokens will follow the longest prompt
 */
export function prefill({ model, prompts, pixels, room }: { model: Model; prompts: readonly (readonly number[])[]; pixels: tf.Tensor | null; room: number }): DecoderStep {
  const { language, multimodal } = model.config;
  const longest = Math.max(...prompts.map(({ length }) => length));
  const tokens = paddedLength(longest);
  const ids = new Int32Array(prompts.length * tokens).fill(language.padToken ?? 0);
  // Padding is never an image token, or it would take a picture's features.
  if (multimodal !== null && language.padToken === multimodal.imageToken) ids.fill(multimodal.imageToken === 0 ? 1 : 0);
  for (const [row, prompt] of prompts.entries()) ids.set(prompt, row * tokens);
  const places = multimodal === null || pixels === null ? null : imagePlaces(ids, multimodal.imageToken);
  const input: PrefillInput = {
    ids: tf.tensor2d(ids, [prompts.length, tokens], "int32"),
    rotation: rotationTensors(language, Array.from({ length: tokens }, (_, at) => at), { shared: true, sequenceLength: longest }),
    last: tf.tensor1d(prompts.map(({ length }, row) => row * tokens + length - 1), "int32"),
    image: places === null || pixels === null ? null : { pixels, rows: tf.tensor2d(places.rows, [prompts.length, tokens], "int32"), isImage: tf.tensor3d(places.isImage, [prompts.length, tokens, 1]) },
    capacity: capacityOf(Math.max(longest + room, tokens)),
  };
  const decoder = decoderOf(model);
  const result = (model.decodingWeights === undefined ? decoder.prefill : decoder.roughPrefill)(model.parameters, input);
  tf.dispose([input.ids, input.rotation.cosine, input.rotation.sine, input.last]);
  if (input.image !== null) tf.dispose([input.image.rows, input.image.isImage]);
  return result;
}

/** Rows beyond which products of whole matrices are faster than those for few rows. */
const mostRowsInPlace = 64;

/** One more token in each row. The cache given is used up; one that is full goes on in one of twice the size. */
export function decode({ model, ids, positions, cache: given }: { model: Model; ids: readonly number[]; positions: readonly number[]; cache: KeyValueCache }): DecoderStep {
  const cache = Math.max(...positions) < (given[0]?.keys.shape[2] as number) ? given : grown(given);
  if (hasDecodingKernels() && ids.length <= mostRowsInPlace) return decodeInPlace({ model, ids, positions, cache });
  const input: StepInput = {
    ids: tf.tensor2d([...ids], [ids.length, 1], "int32"),
    positions: tf.tensor4d([...positions], [ids.length, 1, 1, 1], "int32"),
    rotation: rotationTensors(model.config.language, positions, { shared: false, sequenceLength: Math.max(...positions) + 1 }),
    cache,
  };
  const result = decoderOf(model).step(model.parameters, input);
  tf.dispose([input.ids, input.positions, input.rotation.cosine, input.rotation.sine]);
  disposeCache(cache);
  return result;
}

function decodeInPlace({ model, ids, positions, cache }: { model: Model; ids: readonly number[]; positions: readonly number[]; cache: KeyValueCache }): DecoderStep {
  const { cosine, sine, halfSize } = rotaryTables({ config: model.config.language, positions, sequenceLength: Math.max(...positions) + 1 });
  const input: DecodeInput = {
    ids: tf.tensor2d([...ids], [ids.length, 1], "int32"),
    positions: tf.tensor1d([...positions], "int32"),
    cosine: tf.tensor2d(cosine, [ids.length, halfSize]),
    sine: tf.tensor2d(sine, [ids.length, halfSize]),
    cache,
    weights: model.decodingWeights ?? null,
  };
  const scores = decoderOf(model).inPlace(model.parameters, input);
  tf.dispose([input.ids, input.positions, input.cosine, input.sine]);
  return { ...scores, cache };
}

function grown(cache: KeyValueCache): KeyValueCache {
  const capacity = cache[0]?.keys.shape[2] as number;
  const larger = (x: tf.Tensor4D) => tf.pad(x, [[0, 0], [0, 0], [0, capacity], [0, 0]]) as tf.Tensor4D;
  const result = cache.map(({ keys, values }) => ({ keys: larger(keys), values: larger(values) }));
  disposeCache(cache);
  return result;
}

export function disposeCache(cache: KeyValueCache): void {
  for (const { keys, values } of cache) tf.dispose([keys, values]);
}
