import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadImage, type DiagramRecord } from "@mmgeo/dataset";
import { buildRecord, sampleProblems } from "@mmgeo/diagram";
import { questionsOf, type EvaluationQuestion } from "@mmgeo/evaluation";
import { Command } from "commander";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { contaminationCheck } from "./evaluation-contamination.js";
import { redrawRecord } from "./evaluation-redraw.js";
import { registerEvaluationCommands } from "./evaluation.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "evaluation-command-"));
});
afterEach(() => {
  process.exitCode = undefined;
  rmSync(folder, { recursive: true, force: true });
});

/** Runs a command in this process; its output and its log. */
async function evaluate(...words: string[]): Promise<{ out: string; log: string }> {
  const program = new Command("mmgeo").exitOverride();
  registerEvaluationCommands(program);
  const written = { out: "", log: "" };
  const spies = [vi.spyOn(process.stdout, "write").mockImplementation((text) => ((written.out += String(text)), true)), vi.spyOn(process.stderr, "write").mockImplementation((text) => ((written.log += String(text)), true))];
  try {
    await program.parseAsync(["evaluate", ...words], { from: "user" });
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return written;
}

const lines = (values: readonly unknown[]) => values.map((value) => `${JSON.stringify(value)}\n`).join("");

/** GeoQA's layout with questions of our own. */
function geoqaFolder(count: number): string {
  const data = join(folder, "geoqa");
  mkdirSync(data);
  const ids = Array.from({ length: count }, (_, id) => id);
  writeFileSync(join(data, "test_questions.jsonl"), lines(ids.map((id) => ({ question_id: id, image: `test/${id}.png`, text: `Question:How large is angle ${id}?\nChoices:\nA:40°\nB:60°` }))));
  writeFileSync(join(data, "test_answers.jsonl"), lines(ids.map((id) => ({ question_id: id, text: id % 2 === 0 ? "A" : "B" }))));
  return data;
}

/** An OpenAI-compatible server that answers after some milliseconds; what it was asked. */
async function serve({ delay = 0, answer = "Answer: A" }: { delay?: number; answer?: string } = {}): Promise<{ address: string; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      asked.push(Buffer.concat(parts).toString("utf8"));
      setTimeout(() => response.end(JSON.stringify({ choices: [{ message: { content: answer } }], usage: { prompt_tokens: 10, completion_tokens: 2 } })), delay);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const address = server.address();
  return { address: `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}/v1`, asked };
}

const command = fileURLToPath(new URL("../../bin/mmgeo.mjs", import.meta.url));

describe("evaluate run", () => {
  it("asks an endpoint, and compares and tabulates what comes out", async () => {
    const data = geoqaFolder(20);
    const { address, asked } = await serve();
    const common = ["run", "--benchmark", "geoqa", "--data", data, "--model", `openai:fake@${address}`];
    const { out, log } = await evaluate(...common, "--out", join(folder, "plain"), "--price-prompt", "2", "--price-completion", "10", "--json");
    expect(JSON.parse(out)).toMatchObject({ benchmark: "geoqa", n: 20, answered: 20, unreadable: 0, accuracy: 0.5, chance: 0.5, official: { accuracy: 0 } });
    expect(log).toMatch(/20 requests, 200 tokens in, 40 out, cost 0.0008/);
    expect(asked).toHaveLength(20);
    await evaluate(...common, "--out", join(folder, "choices"), "--variant", "choices", "--json");
    expect(JSON.parse((await evaluate("compare", join(folder, "choices"), join(folder, "plain"), "--json")).out)).toMatchObject({ overall: { n: 20 } });
    const { out: table } = await evaluate("tables", join(folder, "plain"), join(folder, "choices"), "--table", "robustness", "--format", "markdown");
    expect(table).toMatch(/\| fake, geoqa \| measured \| 50\.0 \[/);
  });

  it("takes recorded responses for a model, and a judge for what cannot be read", async () => {
    const data = geoqaFolder(4);
    const file = join(folder, "mine.jsonl");
    writeFileSync(file, lines([{ id: 0, response: "Answer: A" }, { id: 1, response: "the bigger one" }, { id: 2, response: "Answer: B" }]));
    const { address } = await serve({ answer: "CORRECT" });
    const { out, log } = await evaluate("score", "--benchmark", "geoqa", "--data", data, "--responses", file, "--judge", `openai:judge@${address}`, "--out", join(folder, "out"));
    expect(out).toMatch(/geoqa\s+4\s+25\.00 .*50\.00\s+25\.00\n/);
    expect(log).toContain("1 of 4 questions have no response and count as wrong: 3");
    expect(log).toContain("the judge decided 1 of 1 answers that the rules cannot read, and contradicts the rules on 1 of 2 that they can");
    expect(existsSync(join(folder, "out", "answers.html"))).toBe(true);
    await expect(evaluate("score", "--benchmark", "geoqa", "--data", data, "--responses", file, "--strict")).rejects.toThrow(/missing/);
    expect((await evaluate("run", "--benchmark", "geoqa", "--data", data, "--model", `recorded:${file}`, "--out", join(folder, "recorded"), "--format", "csv")).out).toContain("geoqa,4,25.00");
  });

  it("killed at any moment loses at most what was under way", { timeout: 120_000 }, async () => {
    const data = geoqaFolder(60);
    const { address, asked } = await serve({ delay: 15 });
    const out = join(folder, "out");
    const concurrency = 3;
    const start = () => spawn(process.execPath, ["--no-warnings", command, "evaluate", "run", "--benchmark", "geoqa", "--data", data, "--model", `openai:fake@${address}`, "--out", out, "--concurrency", String(concurrency), "--json"], { stdio: ["ignore", "pipe", "inherit"] });
    let kills = 0;
    for (const moment of [1, 17, 40]) {
      const child = start();
      while (asked.length < moment) await new Promise((resolve) => setTimeout(resolve, 2));
      child.kill("SIGKILL");
      await once(child, "exit");
      kills += 1;
    }
    const child = start();
    let text = "";
    child.stdout.on("data", (part: Buffer) => (text += part.toString("utf8")));
    expect(await once(child, "close")).toEqual([0, null]);
    expect(JSON.parse(text)).toMatchObject({ n: 60, answered: 60, accuracy: 0.5, failed: [] });
    expect(asked.length).toBeLessThanOrEqual(60 + kills * concurrency);
    expect(new Set(asked).size).toBe(60);
  });
});

function builtRecords(count: number): DiagramRecord[] {
  return sampleProblems({ count, seed: 3 }).flatMap((problem) => {
    const built = buildRecord({ problem, seed: 3, negatives: 0 });
    return built.ok ? [built.record] : [];
  });
}

const withRecords = (records: readonly DiagramRecord[]): EvaluationQuestion[] => questionsOf(records, { seed: 1 }).questions.map((question) => ({ ...question, source: { record: records.find(({ id }) => id === question.id) } }));

describe("redrawRecord", () => {
  const records = builtRecords(16);

  it("draws as by hand what the record shows, with the same question", async () => {
    for (const question of withRecords(records)) {
      const hand = await redrawRecord(question, "hand-drawn", 1);
      expect(hand?.question).toEqual(question);
      expect((await loadImage(hand!.image)).width).toBe(448);
    }
  });

  it("renames points in the figure and the question together, and keeps the choices' values", async () => {
    let renamed = 0;
    for (const question of withRecords(records)) {
      const again = await redrawRecord(question, "labels", 1);
      expect(again?.question.gold).toBe(question.gold);
      expect(again?.question.choices?.length).toBe(question.choices?.length);
      if (again?.question.prompt !== question.prompt) renamed += 1;
      expect(Buffer.from(again!.image).equals(Buffer.from((await redrawRecord(question, "labels", 2))!.image))).toBe(false);
    }
    expect(renamed).toBeGreaterThan(records.length / 2);
  });

  it("leaves alone what comes from no record", async () => {
    expect(await redrawRecord({ id: "q", prompt: "?", image: null, choices: null, gold: "1", categories: [], group: "q" }, "labels", 1)).toBeNull();
  });
});

it("contaminationCheck names each question that a training sample meets", async () => {
  const file = join(folder, "train.jsonl");
  writeFileSync(file, lines([{ id: 1, question: "How large is angle A?" }, { id: 2, caption: "Something else." }]));
  const check = contaminationCheck({ train: file, threshold: 0.995, embedder: null });
  expect(await check([{ id: "a", text: "How large is  angle A?", image: null }, { id: "b", text: "How long is BC?", image: null }])).toEqual({ train: 2, found: [{ question: "a", train: "1", kind: "same text", similarity: 1 }] });
});
