import { mkdtemp, readdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InputError } from "@mmgeo/dataset";
import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { LanguageModelError } from "./language-model-error.js";
import { languageModel, type LanguageModelOptions } from "./language-model.js";
import { fails, type Reply, says, type ScriptedServer, scriptedServer } from "./scripted-server.js";

const servers: ScriptedServer[] = [];
afterEach(() => servers.splice(0).forEach((server) => server.close()));

async function serve(...replies: Reply[]): Promise<ScriptedServer> {
  const server = await scriptedServer(...replies);
  servers.push(server);
  return server;
}

const schema = z.object({ caption: z.string() });
const request = { messages: [{ role: "system" as const, content: "Be brief." }, { role: "user" as const, content: "Describe triangle ABC." }], schema, name: "caption" };
const modelAt = (url: string, options: Partial<LanguageModelOptions> = {}): ReturnType<typeof languageModel> => languageModel({ url, model: "small", retries: 2, ...options });
const good = says('{"caption":"Triangle ABC."}');

/** The failure of a request that has no answer. */
async function failureOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (LanguageModelError.isInstance(error)) return error.failure;
    if (InputError.isInstance(error)) return `input: ${error.message}`;
    throw error;
  }
  return "answered";
}

describe("languageModel", () => {
  it("asks with the schema and counts tokens and cost", async () => {
    const { url, requests } = await serve(good);
    const model = modelAt(url, { price: { input: 2, output: 10 } });
    expect(await model.ask(request)).toEqual({ value: { caption: "Triangle ABC." }, text: '{"caption":"Triangle ABC."}', cached: false });
    expect(requests[0]?.response_format?.type).toBe("json_schema");
    expect(requests[0]?.messages.map(({ content }) => content)).toEqual(["Be brief.", "Describe triangle ABC."]);
    expect(model.usage()).toEqual({ requests: 1, cached: 0, inputTokens: 100, outputTokens: 20, cost: (100 * 2 + 20 * 10) / 1e6 });
  });

  it("answers from its cache, for the same prompt, settings and seed only", async () => {
    const { url, requests } = await serve(good);
    const cacheFolder = await mkdtemp(join(tmpdir(), "mmgeo-answers-"));
    await modelAt(url, { cacheFolder }).ask(request);
    const again = modelAt(url, { cacheFolder });
    expect((await again.ask(request)).cached).toBe(true);
    expect(again.usage()).toMatchObject({ requests: 0, cached: 1 });
    expect((await again.ask({ ...request, seed: 1 })).cached).toBe(false);
    expect((await modelAt(url, { cacheFolder, model: "other" }).ask(request)).cached).toBe(false);
    expect(requests).toHaveLength(3);
    // A damaged entry is asked for again.
    for (const file of await readdir(cacheFolder, { recursive: true })) if (file.endsWith(".json")) await writeFile(join(cacheFolder, file), "{");
    expect((await again.ask(request)).cached).toBe(false);
  });

  it("asks once more for an answer that does not fit, with what is wrong", async () => {
    const { url, requests } = await serve(says('{"title":"Triangle"}'), good);
    expect((await modelAt(url).ask(request)).value).toEqual({ caption: "Triangle ABC." });
    expect(requests[1]?.messages.at(-1)?.content).toMatch(/caption: .*expected string/);
    const bad = await serve(says("Certainly! Triangle ABC."));
    expect(await failureOf(modelAt(bad.url).ask(request))).toBe("unreadable");
    expect(bad.requests).toHaveLength(2);
  });

  it("tells an answer cut off at the token limit", async () => {
    const { url } = await serve(says('{"caption":"Trian', "length"));
    expect(await failureOf(modelAt(url).ask(request))).toBe("truncated");
  });

  it("waits as retry-after says", async () => {
    const { url, requests } = await serve(fails(429, { "retry-after": "1" }), fails(503, { "retry-after-ms": "50" }), good);
    const started = performance.now();
    expect((await modelAt(url).ask(request)).value.caption).toBe("Triangle ABC.");
    expect(performance.now() - started).toBeGreaterThan(1000);
    expect(requests).toHaveLength(3);
  });

  it("gives a request up after its retries, and all of them where the key or the model is wrong", async () => {
    const broken = await serve(fails(500, { "retry-after-ms": "5" }));
    expect(await failureOf(modelAt(broken.url).ask(request))).toBe("unreachable");
    expect(broken.requests).toHaveLength(3);
    const locked = await serve(fails(401));
    expect(await failureOf(modelAt(locked.url).ask(request))).toMatch(/input: .*401.*key/);
    expect(locked.requests).toHaveLength(1);
    expect(await failureOf(modelAt("http://127.0.0.1:1/v1", { retries: 0 }).ask(request))).toBe("unreachable");
    expect(() => modelAt("localhost")).toThrow(InputError);
  });

  it("gives a slow request up", async () => {
    const { url } = await serve(() => undefined);
    expect(await failureOf(modelAt(url, { timeoutSeconds: 0.1 }).ask(request))).toBe("slow");
  });

  it("goes on without JSON Schema where the server rejects it", async () => {
    const { url, requests } = await serve((response, body) => (body.response_format === undefined ? says('Here it is:\n```json\n{"caption":"A"}\n```') : fails(400))(response, body));
    const model = modelAt(url);
    expect((await model.ask(request)).value).toEqual({ caption: "A" });
    expect((await model.ask({ ...request, seed: 1 })).value).toEqual({ caption: "A" });
    expect(requests).toHaveLength(3);
    expect(requests[2]?.messages[0]?.content).toContain("JSON Schema");
  });

  it("keeps to its concurrency", async () => {
    const server = await serve((response, body) => void setTimeout(() => good(response, body), 20));
    const model = modelAt(server.url, { concurrency: 2 });
    await Promise.all([1, 2, 3, 4, 5, 6].map((seed) => model.ask({ ...request, seed })));
    expect(server.most()).toBe(2);
  });
});
