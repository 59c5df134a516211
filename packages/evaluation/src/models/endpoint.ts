import { readFile } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { z } from "zod";
import type { AnswerRequest } from "../answer.js";
import { maximumNewTokens, type Model } from "./model.js";

/** The endpoint did not answer, after every retry. */
export class EndpointError extends Error {
  readonly status: number | null;
  readonly isRetryable: boolean;

  constructor({ message, status, isRetryable, cause }: { message: string; status: number | null; isRetryable: boolean; cause?: unknown }) {
    super(message, { cause });
    this.name = "EndpointError";
    this.status = status;
    this.isRetryable = isRetryable;
  }
}

const completionSchema = z.object({
  choices: z.array(z.object({ message: z.object({ content: z.string().nullable() }) })).min(1),
  usage: z.object({ prompt_tokens: z.number().nullish(), completion_tokens: z.number().nullish() }).nullish(),
});

/** Tokens that the answers so far took, as the endpoint counts them. */
export interface Usage {
  requests: number;
  promptTokens: number;
  completionTokens: number;
  /** in the currency of the prices; null where no prices were given */
  cost: number | null;
}

/** What a million tokens cost. */
export interface Prices {
  prompt: number;
  completion: number;
}

/** Lets no more than so many requests begin in any minute, evenly spread; a server's own limit is then not met by bursts. */
function pacer(requestsPerMinute: number | null): () => Promise<void> {
  if (requestsPerMinute === null) return async () => {};
  let next = 0;
  return async () => {
    const now = Date.now();
    const at = Math.max(now, next);
    next = at + 60_000 / requestsPerMinute;
    if (at > now) await wait(at - now);
  };
}

function mediaTypeOf(bytes: Uint8Array): string {
  const head = Buffer.from(bytes.subarray(0, 12)).toString("latin1");
  if (head.startsWith("\u0089PNG")) return "image/png";
  if (head.startsWith("\u00ff\u00d8")) return "image/jpeg";
  if (head.startsWith("GIF8")) return "image/gif";
  return head.startsWith("RIFF") && head.endsWith("WEBP") ? "image/webp" : "application/octet-stream";
}

async function contentOf({ image, prompt }: AnswerRequest): Promise<unknown> {
  if (image === null) return prompt;
  const bytes = typeof image === "string" ? await readFile(image) : image;
  return [
    { type: "image_url", image_url: { url: `data:${mediaTypeOf(bytes)};base64,${Buffer.from(bytes).toString("base64")}` } },
    { type: "text", text: prompt },
  ];
}

/** Seconds or a date in a `retry-after` header, as milliseconds from now. */
function retryAfter(header: string | null, now: number): number | null {
  if (header === null) return null;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}

/** No wait between two tries is longer, whatever the endpoint asks for. */
const maximumWait = 120_000;

/**
 * A model behind an OpenAI-compatible endpoint. Pictures go as data URLs; temperature 0 and 1,024 new tokens. Rate limits and failures of
 * the server are tried again, after as long as the server asks or a doubling wait.
 */
export function endpointModel({
  baseUrl,
  model,
  apiKey = null,
  concurrency = 4,
  retries = 5,
  firstWait = 1000,
  timeout = 300_000,
  requestsPerMinute = null,
  prices = null,
  fetch: send = fetch,
}: {
  /** up to and without `/chat/completions` */
  baseUrl: string;
  model: string;
  apiKey?: string | null;
  /** @default 4 */
  concurrency?: number;
  /** @default 5 */
  retries?: number;
  /** milliseconds before the second try. @default 1000 */
  firstWait?: number;
  /** milliseconds for one try. @default 300000 */
  timeout?: number;
  /** requests that may begin in a minute, retries with them. @default null, as many as `concurrency` lets through */
  requestsPerMinute?: number | null;
  /** for the cost in `usage`. @default null */
  prices?: Prices | null;
  fetch?: typeof fetch;
}): Model & { usage: Usage } {
  const usage: Usage = { requests: 0, promptTokens: 0, completionTokens: 0, cost: prices === null ? null : 0 };
  const pace = pacer(requestsPerMinute);

  async function ask(body: string): Promise<string> {
    const headers: Record<string, string> = { "content-type": "application/json" };
    if (apiKey !== null) headers.authorization = `Bearer ${apiKey}`;
    await pace();
    usage.requests += 1;
    const reply = await send(`${baseUrl}/chat/completions`, { method: "POST", headers, body, signal: AbortSignal.timeout(timeout) }).catch((error: unknown) => {
      throw new EndpointError({ message: `${baseUrl} does not answer (${error instanceof Error ? error.message : String(error)})`, status: null, isRetryable: true, cause: error });
    });
    if (!reply.ok) {
      const isRetryable = reply.status === 408 || reply.status === 429 || reply.status >= 500;
      const text = (await reply.text()).replace(/\s+/g, " ").slice(0, 200);
      throw Object.assign(new EndpointError({ message: `${baseUrl} answers ${reply.status}: ${text}`, status: reply.status, isRetryable }), { after: retryAfter(reply.headers.get("retry-after"), Date.now()) });
    }
    const completion = completionSchema.safeParse(await reply.json().catch(() => null));
    if (!completion.success) throw new EndpointError({ message: `${baseUrl} answers something that is no chat completion`, status: reply.status, isRetryable: true });
    usage.promptTokens += completion.data.usage?.prompt_tokens ?? 0;
    usage.completionTokens += completion.data.usage?.completion_tokens ?? 0;
    if (prices !== null) usage.cost = (usage.promptTokens * prices.prompt + usage.completionTokens * prices.completion) / 1_000_000;
    return completion.data.choices[0]?.message.content ?? "";
  }

  return {
    name: model,
    identity: JSON.stringify({ kind: "endpoint", baseUrl, model, temperature: 0, maximumNewTokens }),
    concurrency,
    usage,
    async answer(request) {
      const body = JSON.stringify({ model, temperature: 0, max_tokens: maximumNewTokens, messages: [{ role: "user", content: await contentOf(request) }] });
      for (let attempt = 0; ; attempt += 1) {
        try {
          return await ask(body);
        } catch (error) {
          if (!(error instanceof EndpointError) || !error.isRetryable || attempt >= retries) throw error;
          const after = "after" in error && typeof error.after === "number" ? error.after : null;
          await wait(Math.min(maximumWait, after ?? firstWait * 2 ** attempt));
        }
      }
    },
  };
}
