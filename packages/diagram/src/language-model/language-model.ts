import { InputError } from "@mmgeo/dataset";
import { z } from "zod";
import { type AnswerCache, answerCache } from "./answer-cache.js";
import { type Endpoint, endpointOf, type Message } from "./endpoint.js";
import { LanguageModelError } from "./language-model-error.js";

export interface LanguageModelOptions {
  /** Base address of any OpenAI-compatible server: `http://localhost:8080/v1`. */
  url: string;
  /** The model's name there. */
  model: string;
  /** Sent as bearer token where given. */
  apiKey?: string;
  /** Folder of answers already paid for, keyed by prompt, model and settings. Nothing is kept without one. */
  cacheFolder?: string;
  /** Requests under way at a time. @default 4 */
  concurrency?: number;
  /** Requests begun a minute, at most. @default unlimited */
  requestsPerMinute?: number;
  /** Repetitions after a lost connection, 408, 409, 429 and 5xx; waits as `retry-after` says (up to a minute), else 2, 4, 8 … s. @default 4 */
  retries?: number;
  /** Seconds until a request counts as lost; Node itself waits 300 at most for an answer to begin. @default 120 */
  timeoutSeconds?: number;
  /** @default 2048 */
  maxOutputTokens?: number;
  /** @default 0 */
  temperature?: number;
  /** Price of a million tokens, in any currency, for `usage.cost`. */
  price?: { input: number; output: number };
}

export interface LanguageModelRequest<T> {
  messages: readonly Message[];
  /** What the answer has to be; sent as JSON Schema, and checked. */
  schema: z.ZodType<T>;
  /** Name of the schema: `caption`. */
  name: string;
  /** Distinguishes answers to the same prompt, where several are wanted; sent to servers that take one. @default 0 */
  seed?: number;
}

export interface LanguageModelAnswer<T> {
  value: T;
  /** The answer as the model wrote it. */
  text: string;
  /** Whether it came from the cache, at no cost. */
  cached: boolean;
}

/** What was asked so far. */
export interface LanguageModelUsage {
  /** Requests sent that were answered; requests answered from the cache are not among them. */
  requests: number;
  cached: number;
  inputTokens: number;
  outputTokens: number;
  /** In the currency of `price`; null without one. */
  cost: number | null;
}

export interface LanguageModel {
  readonly model: string;
  /**
   * Asks for one structured answer. An answer that does not fit the schema is asked for again once, with what is wrong.
   * Throws a LanguageModelError where this request has no answer, an InputError where none can have one (a wrong
   * key, an unknown model).
   */
  ask<T>(request: LanguageModelRequest<T>): Promise<LanguageModelAnswer<T>>;
  usage(): LanguageModelUsage;
}

/** A client of an OpenAI-compatible server: structured answers, cache, concurrency and rate limits, retries, a count of tokens and cost. */
export function languageModel(options: LanguageModelOptions): LanguageModel {
  const settings = { model: options.model, temperature: options.temperature ?? 0, maxOutputTokens: options.maxOutputTokens ?? 2048 };
  if (!URL.canParse(options.url)) throw new InputError({ message: `${JSON.stringify(options.url)} is no address; give one such as http://localhost:8080/v1`, field: "url" });
  const cache: AnswerCache = answerCache(options.cacheFolder ?? null);
  const total = { requests: 0, cached: 0, inputTokens: 0, outputTokens: 0 };
  let endpoint: Promise<Endpoint> | null = null;

  return {
    model: options.model,
    usage: () => ({ ...total, cost: options.price === undefined ? null : (total.inputTokens * options.price.input + total.outputTokens * options.price.output) / 1e6 }),
    async ask({ messages, schema, name, seed = 0 }) {
      const jsonSchema = z.toJSONSchema(schema, { io: "input" });
      const key = { ...settings, seed, messages, schema: jsonSchema };
      const kept = await cache.read(key);
      if (kept !== null) {
        const answer = readAnswer(kept, schema);
        if (answer.ok) {
          total.cached += 1;
          return { value: answer.value, text: kept, cached: true };
        }
      }
      endpoint ??= endpointOf(options);
      const { send } = await endpoint;
      let conversation = messages;
      for (let repaired = false; ; repaired = true) {
        const { text, truncated, inputTokens, outputTokens } = await send({ ...settings, seed, messages: conversation, schema: jsonSchema, name });
        total.requests += 1;
        total.inputTokens += inputTokens;
        total.outputTokens += outputTokens;
        const answer = readAnswer(text, schema);
        if (answer.ok) {
          await cache.write(key, text);
          return { value: answer.value, text, cached: false };
        }
        if (truncated) throw new LanguageModelError({ failure: "truncated", message: `the answer ends after ${settings.maxOutputTokens} tokens; allow more`, text });
        if (repaired) throw new LanguageModelError({ failure: "unreadable", message: `the answer is not what was asked for: ${answer.problem}`, text });
        conversation = [...messages, { role: "assistant", content: text }, { role: "user", content: `That is not what was asked for: ${answer.problem}. Answer again, with nothing but the JSON.` }];
      }
    },
  };
}

type ReadAnswer<T> = { ok: true; value: T } | { ok: false; problem: string };

/** The JSON of an answer: all of it, or what stands between its first and its last brace, as models without structured output write it. */
function readAnswer<T>(text: string, schema: z.ZodType<T>): ReadAnswer<T> {
  const [start, end] = [text.indexOf("{"), text.lastIndexOf("}")];
  let json: unknown;
  try {
    json = JSON.parse(start === -1 ? text : text.slice(start, end + 1));
  } catch {
    return { ok: false, problem: start === -1 ? "it holds no JSON object" : "its JSON cannot be parsed" };
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return { ok: true, value: parsed.data };
  const issue = parsed.error.issues[0];
  return { ok: false, problem: `${issue?.path.join(".") || "the object"}: ${issue?.message ?? "does not fit the schema"}` };
}
