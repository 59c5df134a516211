import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtemp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { InputError } from "@mmgeo/dataset";
import { sampleProblems } from "@mmgeo/diagram";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { rangesOf } from "../tasks/lines.js";
import { command, tiny } from "../testing.js";
import { queueExecutor } from "./queue.js";
import { freePort, hasRedis, killAll, startRedis } from "./testing-redis.js";

interface Worker {
  child: ChildProcess;
  hasDoneOne: Promise<void>;
}

describe.skipIf(!hasRedis)("the queue", () => {
  let folder: string;
  let port: number;
  let redis: ChildProcess;
  let workers: Worker[];
  const startWorker = (out: string): Worker => {
    const child = spawn(process.execPath, ["--no-warnings", command, "worker", out, "--redis", `redis://127.0.0.1:${port}`, "--queue", "test", "--workers", "1"], { stdio: ["ignore", "ignore", "pipe"] });
    // Killed before it has done anything, again and again, it would get nowhere on a slow machine.
    const hasDoneOne = new Promise<void>((resolve) => child.stderr!.on("data", (line: Buffer) => line.includes("done") && resolve()));
    return { child, hasDoneOne };
  };
  const connected = async () => {
    for (;;) {
      const executor = await queueExecutor({ redis: `redis://127.0.0.1:${port}`, queue: "test" }).catch(() => null);
      if (executor !== null) return executor;
      await delay(50);
    }
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "mmgeo-queue-"));
    port = await freePort();
    redis = startRedis({ port, folder });
    workers = [];
  });
  afterEach(async () => {
    await killAll([...workers.map(({ child }) => child), redis]);
    await rm(folder, { recursive: true, force: true });
  });

  it("gives the same report as threads do, though workers are killed and Redis forgets", { timeout: 300_000 }, async () => {
    const file = join(folder, "config.json");
    await writeFile(file, JSON.stringify({ ...tiny, problems: { folder: null, count: 80 } }));
    const parameters = (out: string, ...more: string[]): string[] => ["--no-warnings", command, "run", "--config", file, "--out", out, ...more];
    const alone = join(folder, "alone");
    expect(spawnSync(process.execPath, parameters(alone)).status).toBe(0);

    const out = join(folder, "queue");
    await mkdir(out);
    await (await connected()).close();
    workers = [startWorker(out), startWorker(out), startWorker(out)];
    const run = spawn(process.execPath, parameters(out, "--executor", "bullmq", "--redis", `redis://127.0.0.1:${port}`, "--queue", "test"), { stdio: ["ignore", "ignore", "pipe"] });
    const said = text(run.stderr!);
    const ended = new Promise((resolve) => run.once("close", resolve));
    let killed = 0;
    void (async () => {
      for (let turn = 0; ; turn += 1) {
        const victim = turn % workers.length;
        await workers[victim]!.hasDoneOne;
        // In the middle of its next task.
        await delay(100);
        workers[victim]!.child.kill("SIGKILL");
        workers[victim] = startWorker(out);
        killed += 1;
        if (turn !== 1) continue;
        redis.kill("SIGKILL");
        redis = startRedis({ port, folder });
      }
    })();
    const code = await ended;
    expect(await said).toContain("report:");
    expect(code).toBe(0);
    expect(killed).toBeGreaterThan(1);
    expect(await readFile(join(out, "report.json"), "utf8")).toBe(await readFile(join(alone, "report.json"), "utf8"));
    // Workers that were killed in the middle leave folders that nobody takes for finished; `mmgeo store prune` removes them.
    expect((await readdir(join(out, "store", "tasks")).catch(() => [])).filter((name) => !name.endsWith(".partial"))).toEqual([]);
  });

  it("sets a poisoned task aside with its error and does the others", { timeout: 120_000 }, async () => {
    const store = join(folder, "store");
    await mkdir(join(store, "problems-0"), { recursive: true });
    await writeFile(join(store, "problems-0", "problems.jsonl"), sampleProblems({ count: 4, seed: 1 }).map((problem) => `${JSON.stringify(problem)}\n`).join(""));
    const executor = await connected();
    workers = [startWorker(folder)];
    const requests = rangesOf({ file: "problems-0/problems.jsonl", count: 6, size: 2 }).map((problems, index) => ({ kind: "draw" as const, key: `${index}`.padStart(16, "0"), payload: { problems, negatives: 1, size: 64, style: "plain", marks: "stated", seed: 1 } }));
    const setAside = await executor.run({ store, requests, onDone: () => undefined });
    expect(setAside.map(({ request, error }) => [request.key, error])).toEqual([["0000000000000002", expect.stringContaining("no lines 4 to 6")]]);
    expect((await readdir(join(store, "tasks"))).toSorted()).toEqual(["draw-0000000000000000", "draw-0000000000000001"]);
    await executor.close();
  });

  it("says where no Redis answers", async () => {
    redis.kill("SIGKILL");
    await expect(queueExecutor({ redis: `redis://127.0.0.1:${await freePort()}`, queue: "test" })).rejects.toSatisfy((error) => InputError.isInstance(error) && /no Redis answers/.test(error.message));
  });
});
