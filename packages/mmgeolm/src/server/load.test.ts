import { useNativeBackend } from "@mmgeo/engine";
import { afterAll, beforeAll, expect, it } from "vitest";
import { setTimeout as sleep } from "node:timers/promises";
import { Agent, request as send } from "node:http";
import { generate } from "../generation/generate.js";
import { disposeModel, type Model } from "../model/model.js";
import { greyPng, tinyConversations, tinyModel } from "../testing.js";
import { type RunningServer, serve } from "./server.js";

const slow = process.env["MMGEO_SLOW"] === "1";
const clients = slow ? 200 : 40;
const seconds = slow ? 120 : 3;

/** A request and the only right answer to it. */
interface Exchange {
  body: Record<string, unknown>;
  answer: string;
}

let model: Model;
let server: RunningServer;
let exchanges: Exchange[];
const agent = new Agent({ keepAlive: true, maxSockets: clients });

beforeAll(async () => {
  await useNativeBackend();
  model = { ...(await tinyModel(tinyConversations({ black: "", white: "", count: 4 }))), endTokens: [] };
  server = await serve({ model, maxActive: 16, maxWaiting: 100 });
  exchanges = await Promise.all(
    Array.from({ length: 60 }, async (_, index): Promise<Exchange> => {
      const text = `How long is ${"ABCDEFG"[index % 7]}${"HIJKLMN"[index % 5]}? ${"And why? ".repeat(index % 9)}${index}`;
      const picture = index % 3 === 0 ? greyPng((index * 40) % 256) : null;
      const maxNewTokens = 1 + ((index * 7) % 24);
      const content = picture === null ? text : [{ type: "image_url", image_url: { url: `data:image/png;base64,${picture.toString("base64")}` } }, { type: "text", text }];
      const [own] = await generate({ model, requests: [{ messages: [{ role: "user", text }], images: picture === null ? [] : [picture] }], maxNewTokens });
      return { body: { temperature: 0, max_tokens: maxNewTokens, stream: index % 2 === 0, messages: [{ role: "user", content }] }, answer: own?.text ?? "" };
    }),
  );
});
afterAll(async () => {
  agent.destroy();
  await server.close({ graceSeconds: 1 });
  disposeModel(model);
});

interface Reply {
  status: number;
  retryAfter: string | undefined;
  body: string;
}

/** @param leave closes the connection after so many milliseconds; the reply is null then, unless it came before */
function post(body: unknown, leave: number | null): Promise<Reply | null> {
  return new Promise((resolve, reject) => {
    const outgoing = send(`${server.url}/v1/chat/completions`, { method: "POST", agent, headers: { "content-type": "application/json" } }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => (text += part));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, retryAfter: response.headers["retry-after"], body: text }));
      response.on("error", () => (leave === null ? reject(new Error("the answer broke off")) : resolve(null)));
    });
    outgoing.on("error", (error) => (leave === null ? reject(error) : resolve(null)));
    if (leave !== null) setTimeout(() => outgoing.destroy(), leave);
    outgoing.end(JSON.stringify(body));
  });
}

function textOf(body: string, streamed: boolean): string {
  if (!streamed) return (JSON.parse(body) as { choices: { message: { content: string } }[] }).choices[0]?.message.content ?? "";
  const events = body.split("\n\n").filter((event) => event.startsWith("data: "));
  expect(events.at(-1)).toBe("data: [DONE]");
  return events.slice(0, -1).map((event) => (JSON.parse(event.slice(6)) as { choices: { delta: { content?: string } }[] }).choices[0]?.delta.content ?? "").join("");
}

it(`answers ${clients} clients at once for ${seconds} s, loses and mixes nothing`, { timeout: (seconds + 120) * 1000 }, async () => {
  const until = Date.now() + seconds * 1000;
  const counts = { right: 0, busy: 0, left: 0 };
  const client = async (number: number): Promise<void> => {
    for (let turn = 0; Date.now() < until; turn += 1) {
      const { body, answer } = exchanges[(number * 31 + turn * 17) % exchanges.length] as Exchange;
      // Every seventh request is given up before it is answered.
      const leave = (number + turn) % 7 === 0 ? 1 + ((number * 13 + turn) % 40) : null;
      const reply = await post(body, leave);
      if (reply === null) {
        counts.left += 1;
        continue;
      }
      if (reply.status === 429) {
        expect(Number(reply.retryAfter)).toBeGreaterThan(0);
        counts.busy += 1;
        await sleep(50 + (number % 10) * 20);
        continue;
      }
      expect(reply.status, reply.body).toBe(200);
      expect(textOf(reply.body, body["stream"] === true)).toBe(answer);
      counts.right += 1;
    }
  };
  await Promise.all(Array.from({ length: clients }, (_, number) => client(number)));
  if (slow) process.stderr.write(`${counts.right} right answers, ${counts.busy} told to come back, ${counts.left} left\n`);
  expect(counts.right).toBeGreaterThan(clients);
  expect(counts.left).toBeGreaterThan(0);
  // Nothing stays behind of those who left.
  for (let wait = 0; wait < 50; wait += 1) {
    const health = (await (await fetch(`${server.url}/health`)).json()) as { active: number; waiting: number };
    if (health.active === 0 && health.waiting === 0) return;
    await sleep(100);
  }
  throw new Error("the server still works for clients that have gone");
});
