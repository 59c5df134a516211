import { tf, useNativeBackend } from "@mmgeo/engine";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { disposeModel, type Model } from "../model/model.js";
import { greyPng, tinyConversations, tinyModel } from "../testing.js";
import { generate, type GenerationOptions, type GenerationRequest } from "./generate.js";

let model: Model;
beforeAll(async () => {
  await useNativeBackend();
  model = await tinyModel(tinyConversations({ black: "", white: "", count: 4 }));
});
afterAll(() => disposeModel(model));

const request = (text: string, more: Partial<GenerationRequest> = {}): GenerationRequest => ({ messages: [{ role: "user", text }], ...more });
const answers = async (requests: GenerationRequest[], options: GenerationOptions = {}) => (await generate({ model, requests, maxNewTokens: 8, ...options })).map(({ text }) => text);

describe("generate", () => {
  it("gives each request what it gets alone, in the order asked, pictures and texts mixed", async () => {
    const requests = [request("long ".repeat(30)), request("a", { images: [greyPng(0)] }), request("b"), request("two", { images: [greyPng(255), greyPng(0)] })];
    const together = await answers(requests, { batchSize: 3 });
    const alone: string[] = [];
    for (const one of requests) alone.push(...(await answers([one])));
    expect(together).toEqual(alone);
  });

  it("reads what many ask about once, and gives each what it gets alone", async () => {
    const before = tf.memory().numTensors;
    const requests = ["a", "a longer question?", "b", "what is it? ".repeat(6)].flatMap((text) => [0, 255].map((grey) => request(text, { images: [greyPng(grey)] })));
    requests.push(request("without a picture"), request("another", { images: [greyPng(99)] }));
    const alone: string[] = [];
    for (const one of requests) alone.push(...(await answers([one])));
    for (const batchSize of [16, 3]) expect(await answers(requests, { batchSize })).toEqual(alone);
    expect(tf.memory().numTensors).toBe(before);
  });

  it("goes on when keys and values need more room than was made at first", async () => {
    const endless = { ...model, endTokens: [] };
    const before = tf.memory().numTensors;
    const long = await generate({ model: endless, requests: [request("a"), request("b b b")], maxNewTokens: 700 });
    expect(long.map(({ ids }) => ids.length)).toEqual([700, 700]);
    const [again] = await generate({ model: endless, requests: [{ messages: [{ role: "user", text: "a" }] }], maxNewTokens: 200 });
    expect(long[0]?.ids.slice(0, 200)).toEqual(again?.ids);
    expect(tf.memory().numTensors).toBe(before);
  });

  it("draws the same answers from the same seed, whatever is asked beside", async () => {
    const drawn = await answers([request("a"), request("b")], { temperature: 1, seed: 5 });
    expect(await answers([request("a"), request("b"), request("c")], { temperature: 1, seed: 5, batchSize: 1 })).toEqual([...drawn, expect.any(String)]);
    expect(await answers([request("a"), request("b")], { temperature: 1, seed: 6 })).not.toEqual(drawn);
  });

  it("says nothing but one of the choices", async () => {
    const choices = ["A", "B", "\\boxed{A}", "\\boxed{B}", "12"];
    const made = await generate({ model, requests: Array.from({ length: 12 }, (_, index) => request(`Which? ${index}`, { choices })), maxNewTokens: 20, temperature: 1, seed: 2 });
    for (const { text, finish } of made) {
      expect(choices).toContain(text);
      expect(finish).toBe("end");
    }
    expect(new Set(made.map(({ text }) => text)).size).toBeGreaterThan(1);
  });

  it("refuses what cannot be answered", async () => {
    await expect(answers([request("word ".repeat(2000))])).rejects.toThrow(/context is 1024/);
    await expect(answers([request("<image> <image>", { images: [greyPng(0)] })])).rejects.toThrow(/2 <image> for 1 pictures/);
    await expect(answers([request("a", { images: [Buffer.from("no")] })])).rejects.toThrow(/does not decode/);
    await expect(answers([request("a", { choices: [] })])).rejects.toThrow(/at least one choice/);
    await expect(answers([request("a")], { topP: 2 })).rejects.toThrow(/topP/);
  });

  it("stops when told to, and keeps no tensors", async () => {
    const before = tf.memory().numTensors;
    const stop = new AbortController();
    let tokens = 0;
    const onToken = () => {
      tokens += 1;
      if (tokens === 3) stop.abort();
    };
    await expect(answers([request("a")], { maxNewTokens: 500, signal: stop.signal, onToken })).rejects.toThrow(/abort/);
    expect(tokens).toBeLessThan(10);
    expect(tf.memory().numTensors).toBe(before);
  });
});
