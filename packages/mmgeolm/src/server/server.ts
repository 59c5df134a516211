import { createHash, randomInt, randomUUID, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { InputError } from "@mmgeo/dataset";
import { useNativeBackend } from "@mmgeo/engine";
import { patchAttention } from "../generation/patches.js";
import { loadPixels } from "../generation/generate.js";
import type { Model } from "../model/model.js";
import { encodePrompt, tokenizerOf } from "../text/prompt.js";
import { Batcher, type JobEnd, QueueFullError } from "./batcher.js";
import { type ImageSources, imageBytes } from "./images.js";
import { Metrics } from "./metrics.js";
import { page } from "./page.js";
import { chunkOf, completionOf, type CompletionRequest, completionRequestSchema, type FinishReason, messagesOf, RequestError, type Usage, usageChunkOf } from "./protocol.js";
import { TextStream } from "./text-stream.js";

export interface ServeOptions {
  model: Model;
  /** the name clients see @default "mmgeolm" */
  name?: string;
  /** @default 127.0.0.1: this machine alone */
  host?: string;
  /** 0 takes a free one @default 0 */
  port?: number;
  /** keys that clients may send as `Authorization: Bearer …`; without any, everyone is served */
  apiKeys?: readonly string[];
  images?: ImageSources;
  /** the most pictures in one request @default 8 */
  maxImages?: number;
  /** answers made side by side @default 8 */
  maxActive?: number;
  /** requests that wait for a place; beyond them clients are told to come back later @default 256 */
  maxWaiting?: number;
  /** tokens whose keys and values are kept, so that further questions about the same pictures need not read them again @default 8192 */
  prefixTokens?: number;
  /** the largest request body, in bytes @default 20 MB */
  maxBodyBytes?: number;
  /** the most tokens of an answer, whatever a client asks for @default 1024 */
  maxNewTokens?: number;
  /** the longest a request may take, in seconds, waiting included @default 300 */
  maxSeconds?: number;
}

export interface RunningServer {
  url: string;
  /** Takes no more requests, lets those under way finish for at most `graceSeconds`, and closes. @default 30 */
  close(options?: { graceSeconds?: number }): Promise<void>;
}

/** An answer of at most so many tokens where a client names no limit. */
const usualNewTokens = 256;

/**
 * Serves a model to OpenAI's clients: `/v1/chat/completions` (streamed or not, pictures as data URLs), `/v1/models`, `/health`,
 * Prometheus' `/metrics`, and a page at `/` to try it.
 */
export async function serve(options: ServeOptions): Promise<RunningServer> {
  await useNativeBackend();
  const { model, host = "127.0.0.1", port = 0, maxActive = 8, maxWaiting = 256, prefixTokens = 8192 } = options;
  tokenizerOf(model);
  const service: Service = {
    options,
    name: options.name ?? "mmgeolm",
    batcher: new Batcher({ model, maxActive, maxWaiting, prefixTokens }),
    metrics: new Metrics(),
    created: Math.floor(Date.now() / 1000),
    closing: new AbortController(),
    stopped: false,
  };
  const server = createServer((request, response) => void handle(service, request, response));
  // A client that sends its request slowly must not hold a connection for ever.
  server.requestTimeout = 60_000;
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, host, resolve));
  const { port: actual } = server.address() as AddressInfo;
  return { url: `http://${host.includes(":") ? `[${host}]` : host}:${actual}`, close: ({ graceSeconds = 30 } = {}) => shutDown(server, service, graceSeconds) };
}

interface Service {
  options: ServeOptions;
  name: string;
  batcher: Batcher;
  metrics: Metrics;
  created: number;
  /** aborted when the time to finish is over */
  closing: AbortController;
  stopped: boolean;
}

async function shutDown(server: Server, service: Service, graceSeconds: number): Promise<void> {
  service.stopped = true;
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const timer = setTimeout(() => service.closing.abort(), graceSeconds * 1000);
  await service.batcher.idle();
  service.batcher.prefixes.dispose();
  clearTimeout(timer);
  server.closeIdleConnections();
  const last = setTimeout(() => server.closeAllConnections(), 1000);
  await closed;
  clearTimeout(last);
}

async function handle(service: Service, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = (request.url ?? "/").split("?")[0] as string;
  try {
    await route(service, path, request, response);
  } catch (error) {
    // The client went while it was still sending.
    if (request.destroyed && !request.complete) return;
    const failure = asRequestError(error);
    if (failure.status === 500) process.stderr.write(`mmgeolm: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    service.metrics.count("mmgeolm_failures_total", "Requests that were refused or failed", { status: String(failure.status) });
    if (response.headersSent) response.end(`data: ${JSON.stringify(failure.body())}\n\n`);
    else {
      if (failure.retryAfter !== null) response.setHeader("retry-after", String(failure.retryAfter));
      // What was not read of a body that is refused would be taken for the next request.
      if (failure.status === 413) response.setHeader("connection", "close");
      sendJson(response, failure.status, failure.body());
    }
  }
}

function asRequestError(error: unknown): RequestError {
  if (error instanceof RequestError) return error;
  if (error instanceof QueueFullError) return new RequestError({ status: 429, message: `the server is busy: ${error.message}`, type: "rate_limit_error", code: "queue_full", retryAfter: 2 });
  if (InputError.isInstance(error)) return new RequestError({ status: 400, message: error.message });
  return new RequestError({ status: 500, message: "the server failed to answer", type: "server_error" });
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { "content-type": "application/json; charset=utf-8", "content-length": Buffer.byteLength(text) }).end(text);
}

async function route(service: Service, path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { batcher, metrics, name, created } = service;
  metrics.count("mmgeolm_requests_total", "Requests by path", { path: knownPaths.has(path) ? path : "other" });
  if (path === "/health") return sendJson(response, service.stopped ? 503 : 200, { status: service.stopped ? "closing" : "ok", active: batcher.active, waiting: batcher.waiting });
  if (path === "/") return void response.writeHead(200, { "content-type": "text/html; charset=utf-8", "content-security-policy": "default-src 'self'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'" }).end(page);
  authorize(service, request);
  if (path === "/metrics") {
    const { totals } = batcher;
    const text = metrics.text([
      { name: "mmgeolm_active", help: "Answers being made", type: "gauge", value: batcher.active },
      { name: "mmgeolm_waiting", help: "Requests waiting for a place", type: "gauge", value: batcher.waiting },
      { name: "mmgeolm_tokens_total", help: "Tokens made", type: "counter", value: totals.tokens },
      { name: "mmgeolm_prompt_tokens_total", help: "Prompt tokens read", type: "counter", value: totals.promptTokens },
      { name: "mmgeolm_prefixes_found_total", help: "Requests whose pictures had been read before", type: "counter", value: batcher.prefixes.counts.found },
      { name: "mmgeolm_busy_seconds_total", help: "Seconds spent computing", type: "counter", value: totals.seconds },
    ]);
    return void response.writeHead(200, { "content-type": "text/plain; version=0.0.4" }).end(text);
  }
  if (path === "/v1/models") return sendJson(response, 200, { object: "list", data: [{ id: name, object: "model", created, owned_by: "mmgeo" }] });
  if (path === "/v1/chat/completions") {
    if (request.method !== "POST") throw new RequestError({ status: 405, message: "send a POST request" });
    return complete(service, request, response);
  }
  throw new RequestError({ status: 404, message: `there is no ${path} here; see /v1/chat/completions, /v1/models, /health, /metrics`, code: "not_found" });
}

const knownPaths = new Set(["/", "/health", "/metrics", "/v1/models", "/v1/chat/completions"]);

function authorize({ options: { apiKeys = [] } }: Service, request: IncomingMessage): void {
  if (apiKeys.length === 0) return;
  const given = Buffer.from(/^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "");
  // Every key is compared in full, so that the time taken tells nothing.
  const known = apiKeys.filter((key) => {
    const expected = Buffer.from(key);
    return expected.length === given.length && timingSafeEqual(expected, given);
  });
  if (known.length === 0) throw new RequestError({ status: 401, message: "send a known key as Authorization: Bearer …", type: "authentication_error", code: "invalid_api_key" });
}

async function readBody(request: IncomingMessage, limit: number): Promise<unknown> {
  const tooLarge = () => new RequestError({ status: 413, message: `the request is larger than ${limit} bytes` });
  if (Number(request.headers["content-length"] ?? 0) > limit) throw tooLarge();
  const parts: Buffer[] = [];
  let total = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    total += part.length;
    if (total > limit) throw tooLarge();
    parts.push(part);
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString("utf8")) as unknown;
  } catch (error) {
    throw new RequestError({ status: 400, message: `the body is not JSON: ${error instanceof Error ? error.message : String(error)}` });
  }
}

async function complete(service: Service, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { options } = service;
  if (service.stopped) throw new RequestError({ status: 503, message: "the server is closing", type: "server_error", retryAfter: 5 });
  const parsed = completionRequestSchema.safeParse(await readBody(request, options.maxBodyBytes ?? 20_000_000));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new RequestError({ status: 400, message: `${issue?.path.join(".") ?? "request"}: ${issue?.message ?? "is not valid"}` });
  }
  const asked = parsed.data;
  const deadline = AbortSignal.timeout((options.maxSeconds ?? 300) * 1000);
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  const prepared = await prepare(service, asked);
  // The batcher frees the pictures once they are read; who asks what was looked at needs them until the end.
  const looked = asked.mmgeo?.patches && prepared.pixels !== null ? prepared.pixels.clone() : null;
  try {
    await answer({ service, asked, prepared, looked, response, gone: gone.signal, deadline });
  } finally {
    looked?.dispose();
  }
}

interface Answering {
  service: Service;
  asked: CompletionRequest;
  prepared: Prepared;
  looked: Prepared["pixels"];
  response: ServerResponse;
  /** aborted when the client has gone */
  gone: AbortSignal;
  deadline: AbortSignal;
}

async function answer({ service, asked, prepared, looked, response, gone, deadline }: Answering): Promise<void> {
  const { options, batcher, name, closing } = service;
  const { prompt, pixels, pictures, maxNewTokens } = prepared;
  const stream = new TextStream({ tokenizer: tokenizerOf(options.model), stop: typeof asked.stop === "string" ? [asked.stop] : (asked.stop ?? []) });
  const about = { id: `chatcmpl-${randomUUID()}`, created: Math.floor(Date.now() / 1000), model: name };
  const made: number[] = [];
  const send = (event: unknown) => response.write(`data: ${JSON.stringify(event)}\n\n`);
  const open = () => {
    if (response.headersSent) return;
    response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache", connection: "keep-alive" });
    send(chunkOf({ ...about, delta: { role: "assistant", content: "" } }));
  };
  const end = await batcher.submit({
    prompt,
    pixels,
    pictures,
    maxNewTokens,
    sampling: { temperature: asked.temperature ?? 1, topP: asked.top_p ?? 1, topK: asked.top_k ?? 0, repetitionPenalty: asked.repetition_penalty ?? 1 },
    seed: asked.seed ?? randomInt(2 ** 31),
    endTokens: options.model.endTokens,
    signal: AbortSignal.any([deadline, gone, closing.signal]),
    onToken: (id) => {
      made.push(id);
      const piece = stream.push(id);
      if (asked.stream && piece !== "") {
        open();
        send(chunkOf({ ...about, delta: { content: piece } }));
      }
      return stream.stopped;
    },
  });
  if (end === "aborted") {
    if (gone.aborted) return;
    const closed = closing.signal.aborted;
    throw new RequestError({ status: closed ? 503 : 504, message: closed ? "the server closed before the answer was done" : "the answer took too long", type: "server_error", retryAfter: 5 });
  }
  const usage: Usage = { prompt_tokens: prompt.length, completion_tokens: made.length, total_tokens: prompt.length + made.length };
  const ours = looked === null ? {} : { mmgeo: { patches: await patchAttention({ model: options.model, prompt, answer: made, pixels: looked }) } };
  if (!asked.stream) return sendJson(response, 200, completionOf({ ...about, text: stream.text, finish: finishOf(end), usage, ours }));
  open();
  const rest = stream.stopped ? "" : stream.end();
  if (rest !== "") send(chunkOf({ ...about, delta: { content: rest } }));
  send(chunkOf({ ...about, delta: {}, finish: finishOf(end), ours }));
  if (asked.stream_options?.include_usage) send(usageChunkOf({ ...about, usage }));
  response.end("data: [DONE]\n\n");
}

function finishOf(end: JobEnd): FinishReason {
  return end === "length" ? "length" : "stop";
}

interface Prepared {
  prompt: number[];
  pixels: Awaited<ReturnType<typeof loadPixels>> | null;
  pictures: string[];
  maxNewTokens: number;
}

/** Text and pictures as the model reads them. @throws RequestError when they are too many */
async function prepare({ options }: Service, asked: CompletionRequest): Promise<Prepared> {
  const { model, maxImages = 8 } = options;
  const { messages, images } = messagesOf(asked);
  if (images.length > maxImages) throw new RequestError({ status: 400, message: `${images.length} pictures are more than the ${maxImages} that one request may have` });
  const prompt = encodePrompt(model, messages, images.length);
  const room = model.config.language.maxPositions - prompt.length;
  if (room < 1) throw new RequestError({ status: 400, message: `the conversation has ${prompt.length} tokens; this model's context is ${model.config.language.maxPositions}`, code: "context_length_exceeded" });
  const wanted = asked.max_completion_tokens ?? asked.max_tokens ?? usualNewTokens;
  const maxNewTokens = Math.min(wanted, options.maxNewTokens ?? 1024, room);
  if (images.length === 0) return { prompt, pixels: null, pictures: [], maxNewTokens };
  const bytes: Uint8Array[] = [];
  for (const url of images) bytes.push(await imageBytes(url, options.images ?? {}));
  return { prompt, pixels: await loadPixels(model, bytes), pictures: bytes.map((image) => createHash("sha256").update(image).digest("hex")), maxNewTokens };
}
