import { compile, tf } from "@mmgeo/engine";
import { type Random, randomFrom } from "../data/random.js";
import { decode, type DecoderStep, disposeCache, type KeyValueCache, prefill } from "../generation/decoder.js";
import { extendPrefix, prefixKey, prefixLength, PrefixStore, readPrefix } from "../generation/prefix.js";
import { isGreedy, sampleToken, type Sampling } from "../generation/sampling.js";
import type { Model } from "../model/model.js";

/** One answer to be made. */
export interface Job {
  /** ids of the prompt, image tokens expanded */
  prompt: readonly number[];
  /** `[images, 3, side, side]`; disposed when it was read */
  pixels: tf.Tensor4D | null;
  /** names of the pictures by what they show: what comes up to the last of them is read once for all who ask about the same */
  pictures?: readonly string[];
  maxNewTokens: number;
  sampling: Sampling;
  seed: number;
  endTokens: readonly number[];
  /** called with each token; true ends the answer there */
  onToken: (id: number) => boolean;
  signal: AbortSignal;
}

export type JobEnd = "end" | "stop" | "length" | "aborted";

interface Row {
  job: Job;
  random: Random;
  made: number[];
  finish: (end: JobEnd) => void;
  fail: (error: unknown) => void;
}

/** Every queue place is taken: come back later. */
export class QueueFullError extends Error {
  constructor(waiting: number) {
    super(`${waiting} requests are waiting already`);
    this.name = "QueueFullError";
  }
}

/** Capacities of a batch's cache: doubling, so that few graphs serve all lengths. */
const smallestCapacity = 128;

function capacityFor({ prompt, maxNewTokens }: Job): number {
  return smallestCapacity * 2 ** Math.ceil(Math.log2(Math.max(1, (prompt.length + maxNewTokens) / smallestCapacity)));
}

/**
 * Continuous batching: answers are made side by side, one token each a step; a new one joins, and a finished one leaves, between
 * two steps. Rows never see one another, so an answer is what it would be alone.
 */
export class Batcher {
  readonly #model: Model;
  readonly #maxActive: number;
  readonly #maxWaiting: number;
  readonly #waiting: Row[] = [];
  #active: Row[] = [];
  #cache: KeyValueCache | null = null;
  #running = false;
  #idle: (() => void)[] = [];
  /** What was read of pictures that may be asked about again. */
  readonly prefixes: PrefixStore;
  /** Steps done, tokens made, and how long they took, in seconds. */
  readonly totals = { steps: 0, tokens: 0, promptTokens: 0, seconds: 0 };

  /**
   * @param maxActive answers made side by side
   * @param maxWaiting requests that may wait for a place
   * @param prefixTokens tokens whose keys and values are kept for further questions about the same pictures
   */
  constructor({ model, maxActive, maxWaiting, prefixTokens }: { model: Model; maxActive: number; maxWaiting: number; prefixTokens: number }) {
    this.prefixes = new PrefixStore({ mostTokens: prefixTokens });
    this.#model = model;
    this.#maxActive = maxActive;
    this.#maxWaiting = maxWaiting;
  }

  get active(): number {
    return this.#active.length;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** @throws QueueFullError at once when no place is free */
  submit(job: Job): Promise<JobEnd> {
    if (this.#waiting.length >= this.#maxWaiting && this.#active.length + this.#waiting.length >= this.#maxActive) {
      job.pixels?.dispose();
      return Promise.reject(new QueueFullError(this.#waiting.length));
    }
    return new Promise((finish, fail) => {
      this.#waiting.push({ job, random: randomFrom(job.seed), made: [], finish, fail });
      if (!this.#running) {
        this.#running = true;
        // Not within the caller's turn: several requests of one tick are read together.
        setImmediate(() => void this.#run());
      }
    });
  }

  /** Resolves when nothing is left to do. */
  idle(): Promise<void> {
    return this.#running ? new Promise((resolve) => this.#idle.push(resolve)) : Promise.resolve();
  }

  async #run(): Promise<void> {
    while (this.#active.length > 0 || this.#waiting.length > 0) {
      try {
        await this.#admit();
        if (this.#active.length > 0) await this.#step();
      } catch (error) {
        for (const row of this.#active) row.fail(error);
        this.#active = [];
        this.#dropCache();
      }
      // Lets requests arrive and answers leave between two steps.
      await new Promise(setImmediate);
    }
    this.#dropCache();
    this.#running = false;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  #dropCache(): void {
    if (this.#cache !== null) disposeCache(this.#cache);
    this.#cache = null;
  }

  /** Reads the prompts of waiting requests, one after the other, and puts them beside the others. */
  async #admit(): Promise<void> {
    for (const row of this.#waiting.filter(({ job }) => job.signal.aborted)) {
      this.#waiting.splice(this.#waiting.indexOf(row), 1);
      row.job.pixels?.dispose();
      row.finish("aborted");
    }
    const joined: { row: Row; cache: KeyValueCache }[] = [];
    while (this.#waiting.length > 0 && this.#active.length + joined.length < this.#maxActive) {
      const row = this.#waiting.shift() as Row;
      const started = performance.now();
      let read: DecoderStep;
      try {
        read = this.#read(row.job);
      } catch (error) {
        row.fail(error);
        continue;
      } finally {
        row.job.pixels?.dispose();
      }
      const ended = this.#take(row, (await choose(read, [row]))[0] as number);
      tf.dispose([read.logits, read.next]);
      this.totals.seconds += (performance.now() - started) / 1000;
      this.totals.promptTokens += row.job.prompt.length;
      if (ended === null) joined.push({ row, cache: read.cache });
      else {
        disposeCache(read.cache);
        row.finish(ended);
      }
    }
    if (joined.length === 0) return;
    const parts = [...(this.#cache === null ? [] : [this.#cache]), ...joined.map(({ cache }) => cache)];
    this.#active.push(...joined.map(({ row }) => row));
    this.#arrange(parts, Array.from({ length: this.#active.length }, (_, row) => row));
  }

  #read(job: Job): DecoderStep {
    const { prompt, pixels, pictures } = job;
    const model = this.#model;
    const room = capacityFor(job) - prompt.length;
    const length = pixels === null || pictures === undefined ? 0 : prefixLength(model, prompt);
    if (length === 0) return prefill({ model, prompts: [prompt], pixels, room });
    const ids = prompt.slice(0, length);
    const prefix = this.prefixes.get(prefixKey(ids, pictures ?? []), () => readPrefix({ model, ids, pixels }));
    return extendPrefix({ model, prefix, rests: [prompt.slice(length)], room });
  }

  /** One token for every active row. */
  async #step(): Promise<void> {
    const started = performance.now();
    const rows = this.#active;
    const cache = this.#cache as KeyValueCache;
    const places = cache[0]?.keys.shape[0] as number;
    // Places beyond the rows are filled to a power of two; they repeat the first row and are never read.
    const fill = <Value>(values: readonly Value[]) => Array.from({ length: places }, (_, place) => values[place] ?? (values[0] as Value));
    this.#cache = null;
    const step = decode({ model: this.#model, ids: fill(rows.map(({ made }) => made.at(-1) as number)), positions: fill(rows.map(({ job, made }) => job.prompt.length + made.length - 1)), cache });
    this.#cache = step.cache;
    const chosen = await choose(step, rows);
    tf.dispose([step.logits, step.next]);
    const ends = rows.map((row, place) => (row.job.signal.aborted ? ("aborted" as const) : this.#take(row, chosen[place] as number)));
    this.totals.steps += 1;
    this.totals.seconds += (performance.now() - started) / 1000;
    const stay = ends.flatMap((end, place) => (end === null ? [place] : []));
    if (stay.length < rows.length) {
      this.#active = stay.map((place) => rows[place] as Row);
      if (stay.length === 0) this.#dropCache();
      else this.#arrange([this.#cache], stay);
    }
    for (const [place, end] of ends.entries()) if (end !== null) rows[place]?.finish(end);
  }

  /** Hands a token out, and says whether the answer ends with it. */
  #take(row: Row, id: number): JobEnd | null {
    row.made.push(id);
    this.totals.tokens += 1;
    const { job, made } = row;
    const ends = job.endTokens.includes(id);
    const stopped = job.onToken(id);
    if (ends) return "end";
    if (stopped) return "stop";
    return made.length >= job.maxNewTokens ? "length" : null;
  }

  /** Brings the rows that stay into one cache of a power-of-two number of places and a capacity that fits the longest. */
  #arrange(parts: readonly KeyValueCache[], stay: readonly number[]): void {
    const places = 2 ** Math.ceil(Math.log2(stay.length));
    const capacity = Math.max(...this.#active.map(({ job }) => capacityFor(job)));
    const counts = parts.map((part) => part[0]?.keys.shape[0] as number);
    // A part may have places that are only filling: rows are counted over those in use.
    const used = parts.length === 1 ? [counts[0] as number] : [this.#active.length - (parts.length - 1), ...parts.slice(1).map(() => 1)];
    const offsets: number[] = [];
    let offset = 0;
    for (const [index, count] of counts.entries()) {
      for (let row = 0; row < (used[index] as number); row += 1) offsets.push(offset + row);
      offset += count;
    }
    const from = Array.from({ length: places }, (_, place) => offsets[stay[place] ?? (stay[0] as number)] as number);
    const rows = tf.tensor1d(from, "int32");
    const arranged = arrange([...parts], rows, { capacity });
    rows.dispose();
    for (const part of parts) disposeCache(part);
    this.#cache = arranged;
  }
}

const arrange = compile(
  (parts: KeyValueCache[], rows: tf.Tensor1D, { capacity }: { capacity: number }): KeyValueCache => {
    const resized = (tensor: tf.Tensor4D): tf.Tensor4D => {
      const [count, heads, tokens, size] = tensor.shape;
      if (tokens === capacity) return tensor;
      return tokens < capacity ? tf.pad(tensor, [[0, 0], [0, 0], [0, capacity - tokens], [0, 0]]) : tf.slice(tensor, [0, 0, 0, 0], [count, heads, capacity, size]);
    };
    const together = (tensors: tf.Tensor4D[]) => tf.gather(tensors.length === 1 ? resized(tensors[0] as tf.Tensor4D) : tf.concat(tensors.map(resized), 0), rows) as tf.Tensor4D;
    return (parts[0] as KeyValueCache).map((_, layer) => ({ keys: together(parts.map((part) => part[layer]?.keys as tf.Tensor4D)), values: together(parts.map((part) => part[layer]?.values as tf.Tensor4D)) }));
  },
  { cacheSize: 128 },
);

async function choose(step: DecoderStep, rows: readonly Row[]): Promise<number[]> {
  if (rows.every(({ job }) => isGreedy(job.sampling))) return Array.from(await step.next.data());
  const logits = (await step.logits.data()) as Float32Array;
  const vocabulary = step.logits.shape[1];
  return rows.map(({ job, made, random }, row) => sampleToken({ logits: logits.subarray(row * vocabulary, (row + 1) * vocabulary), previous: [...job.prompt, ...made], sampling: job.sampling, random }));
}
