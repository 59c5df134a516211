import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { freePort } from "./executor/testing-redis.js";
import type { Plan } from "./plan/plan.js";
import { reportSchema } from "./report/report.js";
import { tinyDataset } from "./review/testing.js";
import type { CurrentStatus } from "./status.js";
import type { Trace } from "./store/trace.js";
import type { StudyReport } from "./study/table.js";
import { command, tiny } from "./testing.js";

const run = (...parameters: string[]) => spawnSync(process.execPath, ["--no-warnings", command, ...parameters], { encoding: "utf8" });

describe("mmgeo", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "mmgeo-command-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const configFile = (): string => {
    const file = join(folder, "tiny.json");
    writeFileSync(file, JSON.stringify(tiny));
    return file;
  };
  const reportOf = (out: string): string => readFileSync(join(out, "report.json"), "utf8");

  it("runs all stages to a report; a second run does nothing again", { timeout: 240_000 }, () => {
    const out = join(folder, "out");
    const first = run("run", "--config", configFile(), "--out", out, "--json");
    expect(first.stderr).toContain("report:");
    expect(first.status).toBe(0);
    const summary = JSON.parse(first.stdout.trim().split("\n").at(-1)!) as { problems: { built: number } };
    const report = reportSchema.parse(JSON.parse(reportOf(out)));
    expect(report.problems).toMatchObject({ read: 24, taken: 24 });
    expect(report.problems.built + report.problems.failed.length).toBe(24);
    expect(report.problems.proven).toBe(report.problems.built);
    expect(summary.problems.built).toBe(report.problems.built);
    expect(report.dataset.wrong).toEqual([]);
    expect(report.encoder.sets.map(({ set }) => set)).toEqual(["random", "retrieval", "rule", "image"]);
    expect(readFileSync(join(out, "report.html"), "utf8")).toContain("data:image/png;base64,");

    const trace = JSON.parse(run("explain", `${join(out, "report.json")}#encoder.sets.image`, "--json").stdout) as Trace;
    expect(trace.value).toEqual(report.encoder.sets.find(({ set }) => set === "image"));
    expect(trace.stages.map(({ stage }) => stage)).toEqual(["problems", "diagrams", "dataset", "encoder", "encoder-scores"]);
    expect(trace.records).toHaveLength(report.dataset.heldOut);

    const status = JSON.parse(run("status", out, "--json").stdout) as CurrentStatus;
    expect(status).toMatchObject({ running: false });
    expect(status.stages.map(({ state }) => state)).toEqual(Array(7).fill("made"));

    const before = reportOf(out);
    const second = run("run", "--config", configFile(), "--out", out);
    expect(second.stderr.match(/already done/g)).toHaveLength(7);
    expect(reportOf(out)).toBe(before);
  });

  it("tries variants on the same held-out problems, and makes what they share once", { timeout: 240_000 }, () => {
    const file = join(folder, "study.json");
    const out = join(folder, "study");
    const base = tiny;
    const variants = [{ name: "untrained", over: { encoder: { steps: 0 } } }, { name: "pictures", over: { encoder: { recipe: { forms: { image: 1 } } } } }];
    writeFileSync(file, JSON.stringify({ title: "Pictures", base, variants, comparisons: [{ better: "pictures", worse: "untrained", set: "image" }] }));
    const first = run("study", "--config", file, "--out", out, "--json");
    expect(first.stderr).toContain("2 of 2: pictures, seed 1");
    expect(first.status).toBe(0);
    const { figures, comparisons } = JSON.parse(first.stdout.trim().split("\n").at(-1)!) as StudyReport;
    expect(figures.map(({ variant, set }) => `${variant} ${set}`)).toHaveLength(8);
    expect(comparisons).toHaveLength(1);
    expect(readFileSync(join(out, "study.md"), "utf8")).toContain("| untrained |");
    // Two encoders and their scores; problems, diagrams and dataset only once.
    expect(readdirSync(join(out, "store"))).toHaveLength(7);
    const page = readFileSync(join(out, "study.html"), "utf8");
    expect(run("study", "--config", file, "--out", out).stderr).not.toMatch(/: [0-9.]+ s$/mu);
    expect(readFileSync(join(out, "study.html"), "utf8")).toBe(page);

    writeFileSync(file, JSON.stringify({ title: "Leak", base, variants: [{ name: "leak", over: { heldOut: 0.2 } }] }));
    const leak = run("study", "--config", file, "--out", out);
    expect(leak.stderr).toMatch(/"leak" trains on \d+ problems that the base holds out/);
    expect(leak.status).toBe(2);
  });

  it("says what the paper's run would take, and runs nothing", () => {
    const { status, stdout } = run("run", "--preset", "paper", "--dry-run", "--out", join(folder, "out"), "--json");
    expect(status).toBe(0);
    const plan = JSON.parse(stdout.trim().split("\n").at(-1)!) as Plan;
    expect(plan).toMatchObject({ preset: "paper", gpus: 4 });
    expect(plan.byGpu.some(({ dollars }) => dollars !== null)).toBe(true);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("exports what a review has so far", async () => {
    const dataset = join(folder, "dataset");
    await tinyDataset({ folder: dataset, count: 3 });
    const judgements = join(folder, "judgements.jsonl");
    const { status, stderr } = run("review", dataset, "--count", "4", "--state", join(folder, "state.sqlite"), "--export", judgements);
    expect(stderr).toContain("nobody has judged yet");
    expect(status).toBe(0);
    expect(readFileSync(judgements, "utf8")).toBe("");
  });

  it("trains in the processes that a scheduler started", { timeout: 240_000 }, async () => {
    const out = join(folder, "out");
    const file = join(folder, "two.json");
    writeFileSync(file, JSON.stringify({ ...tiny, encoder: { ...tiny.encoder, processes: 2 } }));
    const environment = { ...process.env, WORLD_SIZE: "2", MASTER_ADDR: "127.0.0.1", MASTER_PORT: String(await freePort()), MMGEO_JOB: "test" };
    const ranks = [0, 1].map((rank) => spawn(process.execPath, ["--no-warnings", command, "run", "--config", file, "--out", out], { stdio: ["ignore", "ignore", "pipe"], env: { ...environment, RANK: String(rank) } }));
    const codes = Promise.all(ranks.map((child) => new Promise((resolve) => child.once("close", resolve))));
    const said = await Promise.all(ranks.map(({ stderr }) => text(stderr!)));
    expect(await codes, said.join("\n")).toEqual([0, 0]);
    expect(said[0]).toContain("report:");
    expect(said[1]).toContain("process 1 of 2");
    // Where no scheduler started them, the run starts them itself, to the same end; a minute's work.
    if (process.env["MMGEO_SLOW"] !== "1") return;
    const alone = join(folder, "alone");
    expect(run("run", "--config", file, "--out", alone).status).toBe(0);
    expect(reportOf(alone)).toBe(reportOf(out));
  });

  it("ends with the same report after being killed again and again", { timeout: 400_000 }, async () => {
    const whole = join(folder, "whole");
    const killed = join(folder, "killed");
    const file = configFile();
    expect(run("run", "--config", file, "--out", whole).status).toBe(0);
    for (const milliseconds of [1000, 2000, 3500, 5000]) {
      const child = spawn(process.execPath, ["--no-warnings", command, "run", "--config", file, "--out", killed], { stdio: "ignore" });
      // A fast machine may be done before it is killed, so the end is awaited from the start.
      const closed = new Promise((resolve) => child.once("close", resolve));
      await Promise.race([delay(milliseconds), closed]);
      child.kill("SIGKILL");
      await closed;
    }
    expect(run("run", "--config", file, "--out", killed).status).toBe(0);
    expect(reportOf(killed)).toBe(reportOf(whole));
  });

  describe("bad input ends with code 2 and one line", () => {
    const failsWith = (parameters: string[], pattern: RegExp): void => {
      const { status, stderr } = run(...parameters);
      expect(stderr).toMatch(pattern);
      expect(stderr.trim().split("\n").filter((line) => line.startsWith("mmgeo:") || line.startsWith("error:"))).toHaveLength(1);
      expect(status).toBe(2);
    };

    it("an unknown preset, command or flag", () => {
      failsWith(["run", "--preset", "huge", "--out", join(folder, "out")], /"huge".*quick/);
      failsWith(["fly"], /unknown command/);
      failsWith(["run", "--colour", "red"], /unknown option/);
    });

    it("a folder without problems", () => {
      failsWith(["run", "--problems", join(folder, "none"), "--out", join(folder, "out")], /none/);
    });

    it("a problem that is not JSON, with its file", () => {
      mkdirSync(join(folder, "problems"), { recursive: true });
      writeFileSync(join(folder, "problems", "1.json"), "{ not json");
      failsWith(["run", "--problems", folder, "--out", join(folder, "out")], /1\.json/);
    });

    it("a program with an unknown statement, with its line", () => {
      writeFileSync(join(folder, "a.cdl"), "Shape(AB,BC,CA)\nParalel(AB,CD)\n");
      failsWith(["diagram", "build", "--from", "programs", join(folder, "a.cdl"), "--out", join(folder, "out")], /line 2/);
    });

    it("a folder that is no checkpoint", () => {
      writeFileSync(join(folder, "in.jsonl"), '{"id":"a","caption":"b"}\n');
      failsWith(["mmclip", "embed", "--model", folder, "--in", join(folder, "in.jsonl"), "--out", join(folder, "out.jsonl")], /config\.json/);
    });
  });
});
