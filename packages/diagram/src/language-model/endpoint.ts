import { InputError } from "@mmgeo/dataset";
import type { ModelMessage } from "ai";
import { LanguageModelError } from "./language-model-error.js";
import type { LanguageModelOptions } from "./language-model.js";

export interface Message {
  role: "system" | "user" | "assistant";
  content: string;
}

export interface EndpointRequest {
  messages: readonly Message[];
  schema: object;
  name: string;
  seed: number;
  temperature: number;
  maxOutputTokens: number;
}

export interface EndpointAnswer {
  text: string;
  /** Whether the answer ends at the token limit. */
  truncated: boolean;
  inputTokens: number;
  outputTokens: number;
}

export interface Endpoint {
  send(request: EndpointRequest): Promise<EndpointAnswer>;
}

/** Statuses that no other request of this run would escape. */
const hopeless: Record<number, string> = {
  401: "the server does not accept the key; set MMGEO_LLM_KEY",
  403: "the key may not use this model",
  404: "the server has no such model or address; the address usually ends in /v1",
};

/** Opens a way to the server. The libraries are loaded here, so that nothing else waits for them. */
export async function endpointOf({ url, model, apiKey, concurrency = 4, requestsPerMinute, retries = 4, timeoutSeconds = 120 }: LanguageModelOptions): Promise<Endpoint> {
  const [{ generateText, jsonSchema, NoObjectGeneratedError, Output, RetryError, APICallError }, { createOpenAICompatible }, { default: Queue }] = await Promise.all([import("ai"), import("@ai-sdk/openai-compatible"), import("p-queue")]);
  const queue = new Queue({ concurrency, ...(requestsPerMinute === undefined ? {} : { interval: 60_000, intervalCap: requestsPerMinute }) });
  const within: typeof fetch = (input, init) => {
    const limit = AbortSignal.timeout(timeoutSeconds * 1000);
    return fetch(input, { ...init, signal: AbortSignal.any([init?.signal ?? limit, limit]) });
  };
  const provider = (structured: boolean): ReturnType<typeof createOpenAICompatible> => createOpenAICompatible({ name: "server", baseURL: url, apiKey, fetch: within, supportsStructuredOutputs: structured });
  const [strict, plain] = [provider(true).chatModel(model), provider(false).chatModel(model)];
  // Servers that know no JSON Schema reject the first request; from then on the prompt alone asks for JSON.
  let structured = true;

  const attempt = async ({ messages, schema, name, ...settings }: EndpointRequest, withSchema: boolean): Promise<EndpointAnswer> => {
    const instructions = messages.filter(({ role }) => role === "system").map(({ content }) => content);
    if (!withSchema) instructions.push(`Answer with one JSON object that fits this JSON Schema, and nothing else:\n${JSON.stringify(schema)}`);
    const conversation = messages.filter(({ role }) => role !== "system") as ModelMessage[];
    const common = { instructions: instructions.join("\n\n"), messages: conversation, maxRetries: retries, ...settings };
    try {
      const { text, finishReason, usage } = withSchema ? await generateText({ ...common, model: strict, output: Output.object({ schema: jsonSchema(schema), name }) }) : await generateText({ ...common, model: plain });
      return { text, truncated: finishReason === "length", inputTokens: usage.inputTokens ?? 0, outputTokens: usage.outputTokens ?? 0 };
    } catch (error) {
      if (!NoObjectGeneratedError.isInstance(error)) throw error;
      return { text: error.text ?? "", truncated: error.finishReason === "length", inputTokens: error.usage?.inputTokens ?? 0, outputTokens: error.usage?.outputTokens ?? 0 };
    }
  };

  const failureOf = (error: unknown): Error => {
    const cause = RetryError.isInstance(error) ? error.lastError : error;
    const status = APICallError.isInstance(cause) ? cause.statusCode : undefined;
    const said = cause instanceof Error ? cause.message : String(cause);
    const reason = status === undefined ? undefined : hopeless[status];
    if (reason !== undefined) return new InputError({ message: `${url} answers ${status}: ${reason}`, cause });
    if (cause instanceof Error && (cause.name === "TimeoutError" || cause.name === "AbortError")) return new LanguageModelError({ failure: "slow", message: `no answer within ${timeoutSeconds} s`, cause });
    if (status !== undefined && status < 500 && status !== 408 && status !== 409 && status !== 429) return new LanguageModelError({ failure: "refused", message: `the server rejects the request (${status}): ${said}`, cause });
    return new LanguageModelError({ failure: "unreachable", message: `${status === undefined ? "the server cannot be reached" : `the server answers ${status}`} after ${retries} retries: ${said}`, cause });
  };

  const send = async (request: EndpointRequest): Promise<EndpointAnswer> => {
    try {
      return await attempt(request, structured);
    } catch (error) {
      const rejected = APICallError.isInstance(error) && (error.statusCode === 400 || error.statusCode === 422);
      if (!structured || !rejected) throw failureOf(error);
    }
    try {
      const answer = await attempt(request, false);
      structured = false;
      return answer;
    } catch (error) {
      throw failureOf(error);
    }
  };
  return { send: (request) => queue.add(() => send(request)) };
}
