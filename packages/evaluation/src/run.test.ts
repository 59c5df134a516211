import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "@mmgeo/dataset";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Benchmark } from "./benchmarks/benchmark.js";
import { compareRuns, comparisonPage } from "./compare.js";
import { endpointModel } from "./models/endpoint.js";
import { parseModelSpecification, type Model } from "./models/model.js";
import { choicePrompt, lettered, type EvaluationQuestion } from "./question.js";
import { permuteChoices, type Redraw } from "./variants.js";
import { runBenchmark } from "./run.js";
import { temporaryFolder } from "./testing.js";

const png = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAQAAAACCAMAAABIdo1RAAAAA1BMVEX/AAAZ4gk3AAAACXBIWXMAAAPoAAAD6AG1e1JrAAAAC0lEQVQImWNggAEAAAoAAWeL7ekAAAAASUVORK5CYII=", "base64");

function benchmarkOf(folder: string): Benchmark {
  const image = join(folder, "picture.png");
  writeFileSync(image, png);
  const questions = Array.from({ length: 20 }, (_, index): EvaluationQuestion => ({ id: `q${index}`, prompt: `Question ${index} </script><img src=x onerror=alert(1)>`, image, choices: lettered(["1", "2"]), gold: index % 2 === 0 ? "A" : "B", categories: [index < 10 ? "easy" : "hard"], group: `q${index}` }));
  return { name: "test", title: "Test", promptVersion: "test-1", load: async () => questions };
}

function modelOf(answer: Model["answer"], identity = "test model"): Model & { asked: () => number } {
  let asked = 0;
  return { name: identity, identity, concurrency: 3, asked: () => asked, answer: (request) => ((asked += 1), answer(request)) };
}

describe("runBenchmark", () => {
  it("scores, and on a second run asks nothing again", async () => {
    const folder = temporaryFolder();
    const benchmark = benchmarkOf(folder);
    const model = modelOf(async () => "Answer: A");
    const first = await runBenchmark({ benchmark, folder, model, out: join(folder, "out") });
    expect(first.score).toMatchObject({ n: 20, answered: 20, accuracy: 0.5, failed: [], blind: false });
    const second = await runBenchmark({ benchmark, folder, model, out: join(folder, "out") });
    expect(second.cached).toBe(20);
    expect(model.asked()).toBe(20);
    expect(second.score).toEqual(first.score);
    for (const name of ["responses.jsonl", "answers.jsonl", "score.json", "answers.html"]) expect(existsSync(join(folder, "out", name))).toBe(true);
  });

  it("asks again when the model, the picture or the prompt is another", async () => {
    const folder = temporaryFolder();
    const benchmark = benchmarkOf(folder);
    const out = join(folder, "out");
    await runBenchmark({ benchmark, folder, model: modelOf(async () => "A"), out });
    const other = modelOf(async () => "A", "other weights");
    await runBenchmark({ benchmark, folder, model: other, out });
    expect(other.asked()).toBe(20);
    const blind = modelOf(async ({ image }) => (image === null ? "B" : "A"));
    expect((await runBenchmark({ benchmark, folder, model: blind, out, blind: true })).score).toMatchObject({ accuracy: 0.5, blind: true });
    expect(blind.asked()).toBe(20);
    writeFileSync(join(folder, "picture.png"), Buffer.concat([png, Buffer.from([0])]));
    const again = modelOf(async () => "A");
    await runBenchmark({ benchmark, folder, model: again, out });
    expect(again.asked()).toBe(20);
  });

  it("goes on after a kill in the middle of a line, with what was answered", async () => {
    const folder = temporaryFolder();
    const benchmark = benchmarkOf(folder);
    const out = join(folder, "out");
    let left = 7;
    const stopping = modelOf(async () => {
      left -= 1;
      if (left < 0) throw new InputError({ message: "stop" });
      return "A";
    });
    await expect(runBenchmark({ benchmark, folder, model: stopping, out })).rejects.toSatisfy(InputError.isInstance);
    appendFileSync(join(out, "cache.jsonl"), '{"key":"half a li');
    const going = modelOf(async () => "A");
    expect((await runBenchmark({ benchmark, folder, model: going, out })).score.answered).toBe(20);
    expect(going.asked()).toBe(13);
  });

  it("counts failures as wrong, names them, and asks them again only when told to", async () => {
    const folder = temporaryFolder();
    const benchmark = benchmarkOf(folder);
    const out = join(folder, "out");
    const failing = modelOf(async ({ prompt }) => {
      if (prompt.startsWith("Question 4 ")) throw new Error("out of memory");
      return "A";
    });
    const { score } = await runBenchmark({ benchmark, folder, model: failing, out });
    expect(score).toMatchObject({ n: 20, answered: 19, accuracy: 0.45, failed: [{ id: "q4", error: "out of memory" }] });
    const well = modelOf(async () => "A");
    expect((await runBenchmark({ benchmark, folder, model: well, out })).score.answered).toBe(19);
    expect((await runBenchmark({ benchmark, folder, model: well, out, retryFailed: true })).score).toMatchObject({ answered: 20, failed: [] });
    expect(well.asked()).toBe(1);
  });
});

describe("what is checked and judged beside a run", () => {
  it("names questions that training samples meet, before any is asked, with the score without them", async () => {
    const folder = temporaryFolder();
    const model = modelOf(async () => "Answer: A");
    const { score } = await runBenchmark({
      benchmark: benchmarkOf(folder),
      folder,
      model,
      out: join(folder, "out"),
      contamination: async (questions) => {
        expect(model.asked()).toBe(0);
        expect(questions[0]).toMatchObject({ id: "q0", text: expect.stringContaining("Question 0") as string });
        return { train: 7, found: [{ question: "q0", train: "t1", kind: "same text", similarity: 1 }] };
      },
    });
    expect(score.contamination).toMatchObject({ train: 7, found: [{ question: "q0" }], clean: { n: 19, accuracy: 9 / 19 } });
  });

  it("asks a judge what the rules cannot decide, once", async () => {
    const folder = temporaryFolder();
    const judge = modelOf(async () => "CORRECT", "judge");
    const run = () => runBenchmark({ benchmark: benchmarkOf(folder), folder, model: modelOf(async ({ prompt }) => (prompt.startsWith("Question 1 ") ? "hm" : "Answer: A")), out: join(folder, "out"), judge: { model: judge, sample: 4 } });
    expect((await run()).score).toMatchObject({ accuracy: 0.5, unreadable: 1, judge: { asked: 1, right: 1, accuracy: 0.55, agreement: { compared: 4 } } });
    expect((await run()).score.byCategory.easy).toMatchObject({ accuracy: 0.5, judged: { accuracy: 0.6, rate: 0.1 } });
    expect(judge.asked()).toBe(5);
  });

  it("adds up what the answers took over several runs into one folder", async () => {
    const folder = temporaryFolder();
    const out = join(folder, "out");
    const baseUrl = await serve((_body, _request, response) => void response.end(completion("Answer: A")));
    const run = (limit: number) => runBenchmark({ benchmark: benchmarkOf(folder), folder, model: endpointModel({ baseUrl, model: "m", prices: { prompt: 2, completion: 10 } }), out, limit });
    await run(5);
    await run(8);
    const usage = JSON.parse(readFileSync(join(out, "usage.json"), "utf8")) as { cost: number };
    expect(usage).toMatchObject({ requests: 8, promptTokens: 80, completionTokens: 16 });
    expect(usage.cost).toBeCloseTo((80 * 2 + 16 * 10) / 1e6, 12);
  });
});

describe("variants", () => {
  it("ask the same questions with other pictures or another order, and compare with the run as it was", async () => {
    const folder = temporaryFolder();
    const benchmark = benchmarkOf(folder);
    const sizes = new Set<number>();
    const looking = modelOf(async ({ image }) => (sizes.add(image?.length ?? 0), "Answer: A"));
    await runBenchmark({ benchmark, folder, model: looking, out: join(folder, "plain") });
    const turned = await runBenchmark({ benchmark, folder, model: looking, out: join(folder, "turned"), variant: "rotate-30" });
    expect(turned.score).toMatchObject({ variant: "rotate-30", unvaried: 0, accuracy: 0.5 });
    expect(sizes.size).toBe(2);
    expect((await compareRuns(join(folder, "plain"), join(folder, "turned"))).overall).toMatchObject({ n: 20, difference: 0 });
    // These prompts list no choices, so none can be reordered.
    expect((await runBenchmark({ benchmark, folder, model: looking, out: join(folder, "choices"), variant: "choices" })).score.unvaried).toBe(20);
  });

  it("draw figures again by a function of the caller's, and count what has no program", async () => {
    const folder = temporaryFolder();
    const benchmark = benchmarkOf(folder);
    const seen = new Set<string>();
    const model = modelOf(async ({ image, prompt }) => (seen.add(`${prompt.slice(0, 12)} ${image?.length}`), "Answer: A"));
    const redraw: Redraw = async (question, variant, seed) => (question.id === "q0" ? null : { question: { ...question, prompt: `Renamed ${question.id} ${variant} ${seed}` }, image: Buffer.concat([png, png]) });
    const { score } = await runBenchmark({ benchmark, folder, model, out: join(folder, "labels"), variant: "labels", redraw });
    expect(score).toMatchObject({ variant: "labels", unvaried: 1, n: 20 });
    expect([...seen].filter((one) => one.startsWith("Renamed") && one.endsWith(String(2 * png.length)))).not.toHaveLength(0);
    expect((await runBenchmark({ benchmark, folder, model, out: join(folder, "hand"), variant: "hand-drawn" })).score.unvaried).toBe(20);
  });

  it("permuteChoices moves the texts and keeps what is right", () => {
    const choices = lettered(["40°", "60°", "(65)°", "4"]);
    const question: EvaluationQuestion = { id: "q", prompt: choicePrompt({ question: "A: 4 or 40°?", choices }), image: null, choices, gold: "B", categories: [], group: "q" };
    const orders = new Set<string>();
    for (let seed = 0; seed < 60; seed += 1) {
      const permuted = permuteChoices(question, seed);
      expect(permuted?.choices?.find(({ label }) => label === permuted.gold)?.text).toBe("60°");
      expect(permuted?.prompt).toBe(choicePrompt({ question: "A: 4 or 40°?", choices: permuted?.choices ?? [] }));
      orders.add(permuted?.choices?.map(({ text }) => text).join("|") ?? "");
    }
    expect(orders.size).toBeGreaterThan(15);
    expect(orders.has("40°|60°|(65)°|4")).toBe(false);
    expect(permuteChoices({ ...question, choices: lettered(["A", "B"]), prompt: "A or B?" }, 1)).toBeNull();
    expect(permuteChoices({ ...question, choices: null }, 1)).toBeNull();
  });
});

describe("compareRuns", () => {
  it("pairs two runs by question, overall and per category", async () => {
    const folder = temporaryFolder();
    const benchmark = benchmarkOf(folder);
    const [first, second] = [join(folder, "1"), join(folder, "2")];
    await runBenchmark({ benchmark, folder, model: modelOf(async ({ prompt }) => (Number(/\d+/.exec(prompt)?.[0]) % 2 === 0 ? "A" : "B"), "good"), out: first });
    await runBenchmark({ benchmark, folder, model: modelOf(async () => "A", "always A"), out: second });
    const comparison = await compareRuns(first, second);
    expect(comparison).toMatchObject({ benchmark: "test", first: "good", second: "always A", overall: { n: 20, difference: 0.5, firstOnly: 10, secondOnly: 0 } });
    expect(comparison.overall.probability).toBeCloseTo(2 / 1024, 10);
    expect(comparison.byCategory.easy).toMatchObject({ n: 10, difference: 0.5 });
    expect(comparison.disagreements).toHaveLength(10);
    const page = await comparisonPage({ folders: [first, second], questions: await benchmark.load(folder, { seed: 1 }) });
    expect(page).toContain("always A");
    expect(page.match(/<\/script>/g)).toHaveLength(2);
    expect(page).not.toContain("<img src=x");
  });

  it("refuses runs over other questions", async () => {
    const folder = temporaryFolder();
    const benchmark = benchmarkOf(folder);
    await runBenchmark({ benchmark, folder, model: modelOf(async () => "A"), out: join(folder, "1") });
    await runBenchmark({ benchmark, folder, model: modelOf(async () => "A"), out: join(folder, "2"), limit: 5 });
    await expect(compareRuns(join(folder, "1"), join(folder, "2"))).rejects.toThrow(/checksum/);
    await expect(compareRuns(join(folder, "1"), join(folder, "none"))).rejects.toSatisfy(InputError.isInstance);
  });
});

async function serve(handle: (body: Record<string, unknown>, request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => handle(JSON.parse(Buffer.concat(parts).toString("utf8")) as Record<string, unknown>, request, response));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}/v1`;
}

const completion = (content: string) => JSON.stringify({ choices: [{ message: { role: "assistant", content } }], usage: { prompt_tokens: 10, completion_tokens: 2 } });

describe("endpointModel", () => {
  it("sends pictures as data URLs with the paper's decoding, and counts tokens", async () => {
    const bodies: Record<string, unknown>[] = [];
    const baseUrl = await serve((body, request, response) => {
      bodies.push({ ...body, authorization: request.headers.authorization, url: request.url });
      response.end(completion("Answer: B"));
    });
    const model = endpointModel({ baseUrl, model: "m", apiKey: "secret" });
    expect(await model.answer({ image: png, prompt: "Which?" })).toBe("Answer: B");
    expect(await model.answer({ image: null, prompt: "Which?" })).toBe("Answer: B");
    expect(bodies[0]).toMatchObject({ model: "m", temperature: 0, max_tokens: 1024, authorization: "Bearer secret", url: "/v1/chat/completions" });
    expect(JSON.stringify(bodies[0])).toContain(`data:image/png;base64,${png.toString("base64")}`);
    expect(model.usage).toEqual({ requests: 2, promptTokens: 20, completionTokens: 4, cost: null });
    expect(model.identity).not.toContain("secret");
  });

  it("tries again after a rate limit, a failure or nonsense, and gives up on what is final", async () => {
    let request = 0;
    const baseUrl = await serve((_body, _request, response) => {
      request += 1;
      if (request === 1) response.writeHead(429, { "retry-after": "0" }).end("slow down");
      else if (request === 2) response.writeHead(500).end();
      else if (request === 3) response.end("nonsense");
      else if (request === 4) response.end(completion("A"));
      else response.writeHead(400).end("the prompt is too long");
    });
    const model = endpointModel({ baseUrl, model: "m", firstWait: 1 });
    expect(await model.answer({ image: null, prompt: "" })).toBe("A");
    await expect(model.answer({ image: null, prompt: "" })).rejects.toMatchObject({ status: 400, isRetryable: false });
    expect(request).toBe(5);
    await expect(endpointModel({ baseUrl: "http://127.0.0.1:1/v1", model: "m", retries: 1, firstWait: 1 }).answer({ image: null, prompt: "" })).rejects.toThrow(/does not answer/);
  });

  it("begins no more requests in a minute than it may", async () => {
    const times: number[] = [];
    const baseUrl = await serve((_body, _request, response) => (times.push(performance.now()), void response.end(completion("A"))));
    const model = endpointModel({ baseUrl, model: "m", requestsPerMinute: 1200 });
    await Promise.all(Array.from({ length: 6 }, () => model.answer({ image: null, prompt: "" })));
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThan(200);
  });

  it("ends a run at once where the key or the name is refused", async () => {
    const folder = temporaryFolder();
    const baseUrl = await serve((_body, _request, response) => void response.writeHead(401).end("no such key"));
    await expect(runBenchmark({ benchmark: benchmarkOf(folder), folder, model: endpointModel({ baseUrl, model: "m" }), out: join(folder, "out") })).rejects.toThrow(/check the key/);
    expect(readFileSync(join(folder, "out", "cache.jsonl"), "utf8")).toBe("");
  });
});

it("parseModelSpecification tells the three kinds apart", () => {
  expect(parseModelSpecification("openai:gpt-4o@https://host/v1/")).toEqual({ kind: "endpoint", model: "gpt-4o", baseUrl: "https://host/v1" });
  expect(parseModelSpecification("openai:org/name@2@http://127.0.0.1:8000/v1")).toEqual({ kind: "endpoint", model: "org/name@2", baseUrl: "http://127.0.0.1:8000/v1" });
  expect(parseModelSpecification("recorded:out.jsonl")).toEqual({ kind: "recorded", file: "out.jsonl" });
  expect(parseModelSpecification("runs/model")).toEqual({ kind: "folder", folder: "runs/model" });
  expect(() => parseModelSpecification("openai:gpt-4o")).toThrow(InputError);
  expect(() => parseModelSpecification("")).toThrow(InputError);
});
