import { spawn, spawnSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { tf, useNativeBackend } from "@mmgeo/engine";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { generate } from "../generation/generate.js";
import { disposeModel, type Model } from "../model/model.js";
import { greyPng, tinyConversations, tinyModel } from "../testing.js";
import { serve } from "./server.js";

let model: Model;
beforeAll(async () => {
  await useNativeBackend();
  model = { ...(await tinyModel(tinyConversations({ black: "", white: "", count: 4 }))), endTokens: [] };
});
afterAll(() => disposeModel(model));

const body = (text: string, maxTokens: number, more: object = {}) => JSON.stringify({ temperature: 0, max_tokens: maxTokens, messages: [{ role: "user", content: text }], ...more });
const post = (url: string, content: string) => fetch(`${url}/v1/chat/completions`, { method: "POST", body: content });
const textOf = async (response: Response) => ((await response.json()) as { choices: { message: { content: string } }[] }).choices[0]?.message.content;
const pictured = (text: string, grey: number) => [{ type: "image_url", image_url: { url: `data:image/png;base64,${greyPng(grey).toString("base64")}` } }, { type: "text", text }];

describe("serve", () => {
  it.skipIf(spawnSync("curl", ["--version"]).status !== 0)("answers curl, streamed and not (skipped without curl)", async () => {
    const server = await serve({ model });
    const [own] = await generate({ model, requests: [{ messages: [{ role: "user", text: "How long is AB?" }] }], maxNewTokens: 9 });
    const curl = (...parameters: string[]) =>
      new Promise<string>((resolve) => {
        const child = spawn("curl", ["--silent", "--show-error", ...parameters]);
        let output = "";
        child.stdout.on("data", (part: Buffer) => (output += part.toString()));
        child.on("close", () => resolve(output));
      });
    const target = `${server.url}/v1/chat/completions`;
    const whole = JSON.parse(await curl(target, "-d", body("How long is AB?", 9))) as { choices: { message: { content: string } }[] };
    expect(whole.choices[0]?.message.content).toBe(own?.text);
    const events = (await curl("--no-buffer", target, "-d", body("How long is AB?", 9, { stream: true }))).trim().split("\n\n");
    expect(events.at(-1)).toBe("data: [DONE]");
    expect(events.slice(0, -1).map((event) => (JSON.parse(event.slice(6)) as { choices: { delta: { content?: string } }[] }).choices[0]?.delta.content ?? "").join("")).toBe(own?.text);
    expect(await curl("--write-out", "%{http_code}", "--output", "/dev/null", `${server.url}/v1/models`)).toBe("200");
    await server.close();
  });

  it("gives up what takes too long, and says so", async () => {
    const server = await serve({ model, maxSeconds: 0.2 });
    const response = await post(server.url, body("a", 900));
    expect(response.status).toBe(504);
    expect(await response.json()).toMatchObject({ error: { message: expect.stringContaining("took too long") as string } });
    expect(await (await fetch(`${server.url}/health`)).json()).toMatchObject({ active: 0 });
    await server.close();
  });

  it("holds answers to the longest allowed, whatever is asked, and pictures to their number", async () => {
    const server = await serve({ model, maxNewTokens: 5, maxImages: 1 });
    const response = await post(server.url, body("a", 900));
    expect(await response.json()).toMatchObject({ usage: { completion_tokens: 5 }, choices: [{ finish_reason: "length" }] });
    const refused = await post(server.url, JSON.stringify({ messages: [{ role: "user", content: [...pictured("a", 0), ...pictured("b", 1)] }] }));
    expect([refused.status, await refused.text()]).toEqual([400, expect.stringContaining("2 pictures are more than the 1")]);
    await server.close();
  });

  it("lets what is under way finish when it closes, and takes no more", async () => {
    const server = await serve({ model });
    const [own] = await generate({ model, requests: [{ messages: [{ role: "user", text: "under way" }] }], maxNewTokens: 200 });
    const underWay = post(server.url, body("under way", 200));
    await sleep(100);
    const closed = server.close({ graceSeconds: 20 });
    await expect(post(server.url, body("late", 5)).then(({ status }) => status, () => "refused")).resolves.toSatisfy((outcome: unknown) => outcome === 503 || outcome === "refused");
    expect(await textOf(await underWay)).toBe(own?.text);
    await closed;
    await expect(fetch(`${server.url}/health`)).rejects.toThrow();
  });

  it("ends what does not finish in the time it is given to close", async () => {
    const server = await serve({ model });
    const underWay = post(server.url, body("a", 900));
    await sleep(100);
    await server.close({ graceSeconds: 0.1 });
    const response = await underWay;
    expect([response.status, await response.text()]).toEqual([503, expect.stringContaining("closed before the answer was done")]);
  });

  it("reads a picture once for many questions about it, counts that, and keeps nothing when it closes", async () => {
    const before = tf.memory().numTensors;
    const server = await serve({ model, prefixTokens: 64 });
    for (const [text, grey] of [["one", 0], ["two", 0], ["three", 200], ["four", 0], ["five", 200]] as const) {
      const [own] = await generate({ model, requests: [{ messages: [{ role: "user", text }], images: [greyPng(grey)] }], maxNewTokens: 8 });
      expect(await textOf(await post(server.url, JSON.stringify({ temperature: 0, max_tokens: 8, messages: [{ role: "user", content: pictured(text, grey) }] })))).toBe(own?.text);
    }
    expect(await (await fetch(`${server.url}/metrics`)).text()).toMatch(/mmgeolm_prefixes_found_total 3\n/);
    await server.close();
    expect(tf.memory().numTensors).toBe(before);
  });
});
