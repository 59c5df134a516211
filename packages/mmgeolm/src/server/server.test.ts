import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import OpenAI from "openai";
import { tf, useNativeBackend } from "@mmgeo/engine";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { generate } from "../generation/generate.js";
import { disposeModel, type Model } from "../model/model.js";
import { greyPng, tinyConversations, tinyModel } from "../testing.js";
import { type RunningServer, serve } from "./server.js";

/** A white picture of 16 pixels. */
const picture = `data:image/png;base64,${greyPng(255).toString("base64")}`;

let model: Model;
let server: RunningServer;
let client: OpenAI;

beforeAll(async () => {
  await useNativeBackend();
  // An untrained model talks nonsense, and the same nonsense each time, which is all that is needed here.
  model = { ...(await tinyModel(tinyConversations({ black: "", white: "", count: 4 }))), endTokens: [] };
  server = await serve({ model, name: "tiny", maxActive: 4, maxWaiting: 64, maxBodyBytes: 100_000, maxNewTokens: 64, apiKeys: ["secret"] });
  client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: "secret", maxRetries: 0 });
});
afterAll(async () => {
  await server.close({ graceSeconds: 1 });
  disposeModel(model);
});

const ask = (text: string, more: Partial<OpenAI.ChatCompletionCreateParamsNonStreaming> = {}) =>
  client.chat.completions.create({ model: "tiny", temperature: 0, max_tokens: 12, messages: [{ role: "user", content: text }], ...more });
const alone = async (text: string, maxNewTokens = 12) => (await generate({ model, requests: [{ messages: [{ role: "user", text }] }], maxNewTokens }))[0]?.text;
const post = (body: string, headers: Record<string, string> = { authorization: "Bearer secret" }) => fetch(`${server.url}/v1/chat/completions`, { method: "POST", headers, body });

describe("serve, to OpenAI's own client", () => {
  it("answers, and says what was used", async () => {
    const completion = await ask("How long is AB?");
    expect(completion.choices[0]?.message.content).toBe(await alone("How long is AB?"));
    expect(completion.choices[0]?.finish_reason).toBe("length");
    expect(completion.usage?.completion_tokens).toBe(12);
    expect((await client.models.list()).data.map(({ id }) => id)).toEqual(["tiny"]);
  });

  it("streams the same text", async () => {
    const stream = await client.chat.completions.create({ model: "tiny", temperature: 0, max_tokens: 12, stream: true, stream_options: { include_usage: true }, messages: [{ role: "user", content: "How long is AB?" }] });
    let text = "";
    let used = 0;
    let finish: string | null = null;
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? "";
      finish = chunk.choices[0]?.finish_reason ?? finish;
      used = chunk.usage?.completion_tokens ?? used;
    }
    expect(text).toBe(await alone("How long is AB?"));
    expect([finish, used]).toEqual(["length", 12]);
  });

  it("takes pictures as data URLs", async () => {
    const content: OpenAI.ChatCompletionContentPart[] = [{ type: "image_url", image_url: { url: picture } }, { type: "text", text: "Which color?" }];
    const completion = await ask("", { messages: [{ role: "user", content }] });
    const own = await generate({ model, requests: [{ messages: [{ role: "user", text: "Which color?" }], images: [Buffer.from(picture.split(",")[1] as string, "base64")] }], maxNewTokens: 12 });
    expect(completion.choices[0]?.message.content).toBe(own[0]?.text);
    expect(completion.usage?.prompt_tokens).toBe(own[0]?.promptTokens);
  });

  it("says which patches an answer looked at, to those who ask", async () => {
    const response = await post(JSON.stringify({ temperature: 0, max_tokens: 5, mmgeo: { patches: true }, messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: picture } }, { type: "text", text: "Which color?" }] }] }));
    const { mmgeo } = (await response.json()) as { mmgeo: { patches: { side: number; values: number[] } } };
    expect(mmgeo.patches.side).toBe(2);
    expect(mmgeo.patches.values).toHaveLength(4);
    expect(mmgeo.patches.values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
  });

  it("gives each of many clients at once what it would get alone", async () => {
    const questions = Array.from({ length: 40 }, (_, index) => `How long is ${"AB".repeat((index % 7) + 1)}? ${index}`);
    const lengths = questions.map((_, index) => 1 + (index % 13));
    const answers = await Promise.all(questions.map((question, index) => ask(question, { max_tokens: lengths[index] })));
    for (const [index, question] of questions.entries()) expect(answers[index]?.choices[0]?.message.content, question).toBe(await alone(question, lengths[index]));
  });

  it("draws by the seed", async () => {
    const draw = (seed: number) => ask("Say something", { temperature: 1.5, seed, max_tokens: 10 }).then(({ choices }) => choices[0]?.message.content);
    const [first, again, other] = await Promise.all([draw(1), draw(1), draw(2)]);
    expect(first).toBe(again);
    expect(first).not.toBe(other);
  });

  it("ends at stop texts and leaves them out", async () => {
    const whole = (await alone("How long is AB?")) as string;
    const stop = whole.slice(3, 5);
    const completion = await ask("How long is AB?", { stop: [stop] });
    expect(completion.choices[0]?.message.content).toBe(whole.slice(0, whole.indexOf(stop)));
    expect(completion.choices[0]?.finish_reason).toBe("stop");
  });
});

describe("serve, to everyone else", () => {
  it("wants a key, save for health and the page", async () => {
    expect((await post("{}", {})).status).toBe(401);
    expect((await post("{}", { authorization: "Bearer wrong" })).status).toBe(401);
    expect(await (await fetch(`${server.url}/health`)).json()).toMatchObject({ status: "ok" });
    expect(await (await fetch(`${server.url}/`)).text()).toContain("Drop a diagram");
  });

  it("says in one line what is wrong with a request", async () => {
    const messageOf = async (body: unknown) => {
      const response = await post(typeof body === "string" ? body : JSON.stringify(body));
      return [response.status, ((await response.json()) as { error: { message: string } }).error.message] as const;
    };
    const user = (content: unknown) => ({ messages: [{ role: "user", content }] });
    expect(await messageOf("{")).toEqual([400, expect.stringContaining("not JSON")]);
    expect(await messageOf({ messages: [] })).toEqual([400, expect.stringContaining("messages")]);
    expect(await messageOf({ ...user("a"), n: 2 })).toEqual([400, expect.stringContaining("n:")]);
    expect(await messageOf(user("word ".repeat(3000)))).toEqual([400, expect.stringContaining("context is 1024")]);
    expect(await messageOf("x".repeat(200_000))).toEqual([413, expect.stringContaining("larger than 100000 bytes")]);
    for (const url of ["http://example.com/a.png", "https://example.com/a.png", "file:///etc/passwd", "/etc/passwd", "data:image/png,abc", "data:image/png;base64,"]) {
      expect((await messageOf(user([{ type: "image_url", image_url: { url } }])))[0], url).toBe(400);
    }
    expect(await messageOf(user([{ type: "image_url", image_url: { url: "data:image/png;base64,aGVsbG8=" } }]))).toEqual([400, expect.stringContaining("does not decode")]);
    // 40,000 x 40,000 pixels in a file of under 100 bytes.
    const bomb = greyPng(255);
    bomb.writeUInt32BE(40_000, 16);
    bomb.writeUInt32BE(40_000, 20);
    expect((await messageOf(user([{ type: "image_url", image_url: { url: `data:image/png;base64,${bomb.toString("base64")}` } }])))[0]).toBe(400);
    expect((await fetch(`${server.url}/v2`, { headers: { authorization: "Bearer secret" } })).status).toBe(404);
    expect((await ask("still here")).choices).toHaveLength(1);
  });

  it("tells clients to come back when the queue is full, and forgets those who leave", async () => {
    const small = await serve({ model, maxActive: 1, maxWaiting: 1 });
    const send = (signal?: AbortSignal) => fetch(`${small.url}/v1/chat/completions`, { method: "POST", signal, body: JSON.stringify({ messages: [{ role: "user", content: "a" }], max_tokens: 900, temperature: 0 }) });
    const leave = new AbortController();
    const first = send(leave.signal).catch(() => "left");
    await sleep(200);
    const second = send(leave.signal).catch(() => "left");
    await sleep(50);
    const third = await send();
    expect(third.status).toBe(429);
    expect(Number(third.headers.get("retry-after"))).toBeGreaterThan(0);
    leave.abort();
    expect(await first).toBe("left");
    expect(await second).toBe("left");
    await sleep(200);
    expect(await (await fetch(`${small.url}/health`)).json()).toMatchObject({ active: 0, waiting: 0 });
    expect(await (await fetch(`${small.url}/metrics`)).text()).toMatch(/mmgeolm_failures_total\{status="429"\} 1\n/);
    await small.close();
    await expect(fetch(`${small.url}/health`)).rejects.toThrow();
  });

  it("survives a client that goes in the middle of its request", async () => {
    const { port } = new URL(server.url);
    const socket = connect(Number(port), "127.0.0.1");
    socket.write("POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer secret\r\ncontent-length: 1000\r\n\r\n{");
    await sleep(50);
    socket.destroy();
    await sleep(50);
    expect((await ask("still here")).choices).toHaveLength(1);
  });

  it("keeps no tensors", async () => {
    const before = tf.memory().numTensors;
    await Promise.all(Array.from({ length: 6 }, (_, index) => ask(`again ${index}`)));
    await sleep(50);
    expect(tf.memory().numTensors).toBe(before);
  });
});
