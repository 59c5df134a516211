import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What a client sent. */
export interface ChatRequest {
  messages: { role: string; content: string }[];
  response_format?: { type: string };
}

/** What the server does with one request. */
export type Reply = (response: ServerResponse, request: ChatRequest) => void;

export interface ScriptedServer {
  url: string;
  /** All requests so far. */
  requests: ChatRequest[];
  /** The most requests open at a time. */
  most(): number;
  close(): void;
}

const completion = (content: string, finish: string): string => JSON.stringify({ id: "chat-1", object: "chat.completion", created: 1, model: "small", choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: finish }], usage: { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 } });

/** Answers as OpenAI-compatible servers do; `length` cuts off at the token limit. */
export const says = (content: string, finish: "stop" | "length" = "stop"): Reply => (response) => void response.setHeader("content-type", "application/json").end(completion(content, finish));
export const fails = (status: number, headers: Record<string, string> = {}): Reply => (response) => void response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify({ error: { message: `status ${status}` } }));

/** A server for tests that gives one reply after another; the last is repeated. */
export async function scriptedServer(...replies: Reply[]): Promise<ScriptedServer> {
  const requests: ChatRequest[] = [];
  let open = 0;
  let most = 0;
  const server: Server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    open += 1;
    most = Math.max(most, open);
    response.on("close", () => (open -= 1));
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = JSON.parse(Buffer.concat(chunks).toString("utf8")) as ChatRequest;
      requests.push(body);
      (replies[requests.length - 1] ?? replies.at(-1))?.(response, body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    most: () => most,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
