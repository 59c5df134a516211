import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { InputError } from "@mmgeo/dataset";
import { z } from "zod";
import { cookieOf, isLoopback, refusalOf } from "./access.js";
import { agreementOf } from "./agreement.js";
import { exportedJudgements, toCsv, toJsonLines } from "./export.js";
import { reviewPage } from "./page.js";
import type { ReviewState } from "./state.js";

export interface ReviewServer {
  /** with the token, where there is one */
  url: string;
  close(): Promise<void>;
}

interface Answer {
  status?: number;
  type: string;
  body: string | Uint8Array;
  headers?: Record<string, string>;
}

interface Request {
  url: URL;
  body: () => Promise<unknown>;
}

type Route = (request: Request) => Promise<Answer> | Answer;

/** A judgement is some dozen bytes. */
const MOST_BYTES = 10_000;

const annotatorSchema = z.string().trim().min(1).max(60);
const types: Record<string, string> = { ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp", ".gif": "image/gif" };

class Refused extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const json = (value: unknown): Answer => ({ type: "application/json", body: JSON.stringify(value) });
const download = (name: string, type: string, body: string): Answer => ({ type, body, headers: { "content-disposition": `attachment; filename="${name}"` } });

function routesOf({ folder, state, title }: { folder: string; state: ReviewState; title: string }): Record<string, Route> {
  const { items } = state;
  const judgementSchema = z.strictObject({ annotator: annotatorSchema, position: z.number().int().min(0).max(items.length - 1), fits: z.boolean() });
  const exported = (): ReturnType<typeof exportedJudgements> => exportedJudgements({ items, judgements: state.judgements() });
  return {
    "GET /": () => ({ type: "text/html", body: reviewPage(title) }),
    // Nothing that says what the dataset thinks: neither the kind nor the names of files.
    "GET /items": () => json(items.map(({ position, caption }) => ({ position, caption }))),
    "GET /picture": async ({ url }) => {
      const item = items[Number(url.searchParams.get("position") ?? Number.NaN)];
      if (item === undefined) throw new Refused(404, "there is no such item");
      return { type: types[extname(item.image).toLowerCase()] ?? "application/octet-stream", body: await readFile(join(folder, item.image)), headers: { "cache-control": "private, max-age=3600" } };
    },
    "GET /judgements": ({ url }) => {
      const annotator = annotatorSchema.parse(url.searchParams.get("annotator"));
      return json(state.judgements().filter((judgement) => judgement.annotator === annotator).map(({ position, fits }) => ({ position, fits })));
    },
    "POST /judgements": async ({ body }) => {
      state.judge(judgementSchema.parse(await body()));
      return json({});
    },
    "POST /undo": async ({ body }) => json({ position: state.undo(z.strictObject({ annotator: annotatorSchema }).parse(await body()).annotator) }),
    "GET /results": () => json({ agreement: agreementOf({ items, judgements: state.judgements() }), against: exported().filter(({ fits, datasetFits }) => fits !== datasetFits) }),
    "GET /judgements.jsonl": () => download("judgements.jsonl", "application/jsonl", toJsonLines(exported())),
    "GET /judgements.csv": () => download("judgements.csv", "text/csv", toCsv(exported())),
  };
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  if (!(request.headers["content-type"] ?? "").startsWith("application/json")) throw new Refused(415, "send JSON");
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > MOST_BYTES) throw new Refused(413, `send at most ${MOST_BYTES} bytes`);
    parts.push(part);
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString("utf8")) as unknown;
  } catch {
    throw new Refused(400, "the body is not JSON");
  }
}

function failureOf(error: unknown): Answer {
  if (error instanceof Refused) return { ...json({ error: error.message }), status: error.status };
  if (error instanceof z.ZodError) return { ...json({ error: z.prettifyError(error) }), status: 400 };
  process.stderr.write(`review: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return { ...json({ error: "the server could not do it; its log says why" }), status: 500 };
}

function send(response: ServerResponse, { status = 200, type, body, headers = {} }: Answer): void {
  response.writeHead(status, {
    "content-type": type.startsWith("image/") ? type : `${type}; charset=utf-8`,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'self'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'",
    ...headers,
  });
  response.end(body);
}

/**
 * Serves the page on which people judge, and keeps what they say.
 *
 * @throws {InputError} for an address that others reach without a token that keeps strangers out, and for one that is taken
 */
export async function serveReview({ folder, state, title, host = "127.0.0.1", port = 0, token = null }: { folder: string; state: ReviewState; title: string; host?: string; port?: number; token?: string | null }): Promise<ReviewServer> {
  if (token === null && !isLoopback(host)) throw new InputError({ message: `others reach ${host}; set --token to a secret of your own, or leave --host out to serve this machine alone`, field: "--host" });
  const routes = routesOf({ folder, state, title });
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? "/", "http://review");
    const route = routes[`${request.method} ${url.pathname}`];
    const refusal = refusalOf({ request, url, token });
    try {
      if (refusal !== null) throw new Refused(403, refusal);
      if (route === undefined) throw new Refused(404, "there is nothing here");
      const answer = await route({ url, body: () => bodyOf(request) });
      send(response, token !== null && url.searchParams.has("token") ? { ...answer, headers: { ...answer.headers, "set-cookie": cookieOf(token) } } : answer);
    } catch (error) {
      send(response, failureOf(error));
    }
  });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, host, resolve)).catch((error: Error) => {
    throw new InputError({ message: `cannot listen on port ${port} of ${host} (${error.message}); name another with --port`, field: "--port", cause: error });
  });
  const { port: actual } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${actual}/${token === null ? "" : `?token=${encodeURIComponent(token)}`}`,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}
