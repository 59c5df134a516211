import { createHash } from "node:crypto";
import { InputError, loadImage } from "@mmgeo/dataset";
import { tf, useNativeBackend } from "@mmgeo/engine";
import { preprocessImage } from "@mmgeo/mmclip";
import { type Random, randomFrom, seedOf } from "../data/random.js";
import { checkTokens } from "../model/logits.js";
import type { Model } from "../model/model.js";
import type { Message } from "../text/chat.js";
import { encodePrompt, tokenizerOf } from "../text/prompt.js";
import { allowedAfter, type ChoiceTree, choiceTree } from "./choice-tree.js";
import { decode, type DecoderStep, disposeCache, prefill } from "./decoder.js";
import { extendPrefix, prefixKey, prefixLength, readPrefix } from "./prefix.js";
import { checkSampling, isGreedy, sampleToken, type Sampling } from "./sampling.js";

/** A conversation to be continued. */
export interface GenerationRequest {
  messages: readonly Message[];
  /** files or the bytes of files; those that no `<image>` in the text places stand before the first question */
  images?: readonly (string | Uint8Array)[];
  /** the only answers that may be given, such as `A`, `B`, `C`, `D`: the one the model finds most likely token by token */
  choices?: readonly string[];
}

export interface GenerationOptions extends Sampling {
  /** @default 256 */
  maxNewTokens?: number;
  /** texts at which an answer ends; they are not part of it */
  stop?: readonly string[];
  /** of all random choices @default 0 */
  seed?: number;
  /** requests computed side by side @default 16 */
  batchSize?: number;
  /** called for each token as it is made */
  onToken?: (token: { request: number; id: number }) => void;
  /** stops between two tokens when aborted */
  signal?: AbortSignal;
}

export interface Generated {
  text: string;
  /** the answer's tokens, the one that ended it included */
  ids: number[];
  promptTokens: number;
  /** `end`: the model ended its turn; `stop`: a stop text appeared; `length`: as many tokens as asked for */
  finish: "end" | "stop" | "length";
}

/** Tokens that keys and values have room for at first: most answers are shorter, whatever is allowed. */
const firstRoom = 256;

/** `pixel_values` of pictures as the model's tower takes them, `[images, 3, side, side]`. */
export async function loadPixels(model: Model, images: readonly (string | Uint8Array)[]): Promise<tf.Tensor4D> {
  const processor = model.imageProcessor;
  const side = model.config.multimodal?.vision.image_size;
  if (processor === null || side === undefined) throw new InputError({ message: "this is a plain language model and takes no pictures; use a multimodal one", field: "images" });
  const data = new Float32Array(images.length * 3 * side * side);
  for (const [index, source] of images.entries()) {
    const { data: bytes, width, height } = await loadImage(source, { channels: 3 });
    const made = preprocessImage({ image: { data: bytes, width, height }, processor });
    if (made.width !== side || made.height !== side) throw new InputError({ message: `the image processor makes pictures of ${made.width} x ${made.height}; the tower takes ${side} x ${side}`, file: "preprocessor_config.json", field: "size" });
    data.set(made.pixels, index * 3 * side * side);
  }
  return tf.tensor4d(data, [images.length, 3, side, side]);
}

/**
 * Continues conversations, many side by side, each from the cache of what it has read. With the default options the most likely
 * token is taken each time; with a temperature, the same seed gives the same answers.
 *
 * @throws InputError when a prompt leaves no room in the model's context, or a picture does not decode
 */
export async function generate({ model, requests, ...options }: { model: Model; requests: readonly GenerationRequest[] } & GenerationOptions): Promise<Generated[]> {
  await useNativeBackend();
  checkSampling(options);
  const { maxNewTokens = 256, batchSize = 16 } = options;
  const tokenizer = tokenizerOf(model);
  const prompts = requests.map(({ messages, images = [] }, index) => {
    const ids = encodePrompt(model, messages, images.length);
    if (ids.length >= model.config.language.maxPositions) throw new InputError({ message: `the prompt has ${ids.length} tokens; the model's context is ${model.config.language.maxPositions}; shorten it`, field: `requests.${index}` });
    return ids;
  });
  const results: Generated[] = Array.from({ length: requests.length });
  for (const { members: chosen, common } of batchesOf({ model, prompts, requests, batchSize })) {
    // Where all ask about the same pictures, these are read once.
    const images = (common ? chosen.slice(0, 1) : chosen).flatMap((index) => requests[index]?.images ?? []);
    const pixels = images.length === 0 ? null : await loadPixels(model, images);
    try {
      const made = await generateIds({
        model,
        prompts: chosen.map((index) => prompts[index] as number[]),
        pixels,
        commonPrefix: common ? prefixLength(model, prompts[chosen[0] as number] as number[]) : 0,
        maxNewTokens,
        sampling: options,
        choices: chosen.map((index) => choicesOf(model, requests[index]?.choices)),
        seeds: chosen.map((index) => seedOf(options.seed ?? 0, String(index))),
        endTokens: model.endTokens,
        isStopped: options.stop === undefined ? undefined : (ids) => options.stop?.some((text) => tokenizer.decode(ids).includes(text)) ?? false,
        onToken: options.onToken === undefined ? undefined : (row, id) => options.onToken?.({ request: chosen[row] as number, id }),
        signal: options.signal,
      });
      for (const [row, { ids, finish }] of made.entries()) {
        const index = chosen[row] as number;
        results[index] = { text: untilStop(tokenizer.decode(ids), options.stop ?? []), ids, promptTokens: (prompts[index] as number[]).length, finish };
      }
    } finally {
      pixels?.dispose();
    }
  }
  return results;
}

/**
 * Which requests are computed side by side: several about the same pictures among themselves, with what comes before the questions read
 * once; the others by like length, so that little is padded.
 */
function batchesOf({ model, prompts, requests, batchSize }: { model: Model; prompts: readonly (readonly number[])[]; requests: readonly GenerationRequest[]; batchSize: number }): { members: number[]; common: boolean }[] {
  const groups = new Map<string, number[]>();
  const alone: number[] = [];
  for (const [index, prompt] of prompts.entries()) {
    const length = prefixLength(model, prompt);
    if (length === 0) {
      alone.push(index);
      continue;
    }
    const pictures = (requests[index]?.images ?? []).map((image) => (typeof image === "string" ? image : createHash("sha256").update(image).digest("hex")));
    const key = prefixKey(prompt.slice(0, length), pictures);
    groups.set(key, [...(groups.get(key) ?? []), index]);
  }
  const batches: { members: number[]; common: boolean }[] = [];
  const cut = (indices: readonly number[], common: boolean) => {
    const order = indices.toSorted((a, b) => (prompts[a] as number[]).length - (prompts[b] as number[]).length || a - b);
    for (let start = 0; start < order.length; start += batchSize) batches.push({ members: order.slice(start, start + batchSize), common });
  };
  for (const members of groups.values()) {
    if (members.length > 1) cut(members, true);
    else alone.push(...members);
  }
  cut(alone, false);
  return batches;
}

function choicesOf(model: Model, choices: readonly string[] | undefined): ChoiceTree | null {
  if (choices === undefined) return null;
  const end = model.endTokens[0];
  if (end === undefined) throw new InputError({ message: "the model has no token that ends an answer, so choices cannot be held to", field: "choices" });
  if (choices.length === 0 || choices.includes("")) throw new InputError({ message: "give at least one choice, none of them empty", field: "choices" });
  return choiceTree(choices.map((choice) => [...tokenizerOf(model).encode(choice), end]));
}

function untilStop(text: string, stop: readonly string[]): string {
  const places = stop.map((end) => text.indexOf(end)).filter((place) => place >= 0);
  return places.length === 0 ? text : text.slice(0, Math.min(...places));
}

/**
 * Continues token ids. Rows that have ended wait for the others.
 *
 * @param endTokens none goes on to `maxNewTokens` whatever is said
 */
export async function generateIds({
  model,
  prompts,
  pixels = null,
  commonPrefix = 0,
  maxNewTokens,
  sampling = {},
  seeds = [],
  choices = [],
  endTokens = [],
  isStopped,
  onToken,
  signal,
}: {
  model: Model;
  prompts: readonly (readonly number[])[];
  pixels?: tf.Tensor4D | null;
  /** tokens that begin every prompt, pictures included: `pixels` are those of one prompt then, and are read once @default 0 */
  commonPrefix?: number;
  maxNewTokens: number;
  sampling?: Sampling;
  seeds?: readonly number[];
  /** for each row the only ways its answer may go, or null */
  choices?: readonly (ChoiceTree | null)[];
  endTokens?: readonly number[];
  isStopped?: (ids: readonly number[]) => boolean;
  onToken?: (row: number, id: number) => void;
  signal?: AbortSignal;
}): Promise<{ ids: number[]; finish: Generated["finish"] }[]> {
  checkTokens({ config: model.config, ids: Int32Array.from(commonPrefix > 0 ? (prompts[0] ?? []) : prompts.flat()), images: pixels?.shape[0] ?? 0, where: "prompt" });
  const context = model.config.language.maxPositions;
  const rows = prompts.map((prompt, row) => ({ prompt, ids: [] as number[], finish: null as Generated["finish"] | null, random: randomFrom(seeds[row] ?? row), choices: choices[row] ?? null }));
  const greedy = isGreedy(sampling) && choices.every((tree) => tree === null);
  if (maxNewTokens <= 0) return rows.map(({ ids }) => ({ ids, finish: "length" }));
  const room = Math.min(maxNewTokens, firstRoom);
  let step: DecoderStep = commonPrefix > 0 ? prefillOnce({ model, prompts, pixels, commonPrefix, room }) : prefill({ model, prompts, pixels, room });
  try {
    for (let made = 1; ; made += 1) {
      const chosen = greedy ? Array.from(await step.next.data()) : await sampled(step, rows, sampling);
      for (const [row, state] of rows.entries()) {
        if (state.finish !== null) continue;
        const id = chosen[row] as number;
        state.ids.push(id);
        onToken?.(row, id);
        if (endTokens.includes(id)) state.finish = "end";
        else if (isStopped?.(state.ids)) state.finish = "stop";
        else if (made >= maxNewTokens || (endTokens.length > 0 && state.prompt.length + made >= context)) state.finish = "length";
      }
      if (rows.every(({ finish }) => finish !== null)) break;
      signal?.throwIfAborted();
      tf.dispose([step.logits, step.next]);
      // Rows that have ended stay where they are; their cache is not read again.
      step = decode({ model, ids: rows.map(({ ids }) => ids.at(-1) as number), positions: rows.map(({ prompt, ids }) => prompt.length + ids.length - 1), cache: step.cache });
    }
  } finally {
    tf.dispose([step.logits, step.next]);
    disposeCache(step.cache);
  }
  return rows.map(({ ids, finish }) => ({ ids, finish: finish ?? "length" }));
}

function prefillOnce({ model, prompts, pixels, commonPrefix, room }: { model: Model; prompts: readonly (readonly number[])[]; pixels: tf.Tensor | null; commonPrefix: number; room: number }): DecoderStep {
  const prefix = readPrefix({ model, ids: (prompts[0] as readonly number[]).slice(0, commonPrefix), pixels });
  try {
    return extendPrefix({ model, prefix, rests: prompts.map((prompt) => prompt.slice(commonPrefix)), room });
  } finally {
    disposeCache(prefix.cache);
  }
}

async function sampled(step: DecoderStep, rows: readonly { prompt: readonly number[]; ids: number[]; random: Random; choices: ChoiceTree | null; finish: Generated["finish"] | null }[], sampling: Sampling): Promise<number[]> {
  const logits = (await step.logits.data()) as Float32Array;
  const vocabulary = logits.length / rows.length;
  return rows.map(({ prompt, ids, random, choices, finish }, row) => {
    // A row that has ended is not asked; what it is given is not read.
    const allowed = choices === null || finish !== null ? null : allowedAfter(choices, ids);
    return sampleToken({ logits: logits.subarray(row * vocabulary, (row + 1) * vocabulary), previous: [...prompt, ...ids], sampling, random, allowed });
  });
}
