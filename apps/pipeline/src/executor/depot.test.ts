import type { ChildProcess } from "node:child_process";
import { mkdtemp, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { InputError } from "@mmgeo/dataset";
import { sampleProblems } from "@mmgeo/diagram";
import { Queue } from "bullmq";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { digestOfFolder } from "../store/digest.js";
import type { DrawPayload } from "../tasks/draw.js";
import { rangesOf } from "../tasks/lines.js";
import { folderOfTask, type TaskRequest } from "../tasks/task.js";
import { Depot } from "./depot.js";
import { isMachineError } from "./executor.js";
import { pack, unpack } from "./pack.js";
import { queueExecutor, workQueue } from "./queue.js";
import { s3Objects } from "./s3.js";
import { fakeS3 } from "./testing-s3.js";
import { freePort, hasRedis, killAll, startRedis } from "./testing-redis.js";
import { threadExecutor } from "./threads.js";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("storage", () => {
  let folder: string;
  let s3: Awaited<ReturnType<typeof fakeS3>>;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "mmgeo-depot-"));
    s3 = await fakeS3({ bucket: "runs", secret: "a secret" });
    vi.stubEnv("AWS_ACCESS_KEY_ID", "somebody");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "a secret");
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await s3.close();
    await rm(folder, { recursive: true, force: true });
  });
  const objects = (address = "s3://runs/geometry/first") => s3Objects({ address, endpoint: s3.url });

  it("puts, gets, lists page by page and removes with signed requests", async () => {
    const store = objects();
    const names = Array.from({ length: 8 }, (_, index) => `tasks/a ${index}`);
    for (const name of names) await store.put(name, bytes(name));
    expect([...s3.objects.keys()]).toEqual(names.map((name) => `geometry/first/${name}`));
    expect(await store.list("tasks/")).toEqual(names);
    expect(Buffer.from((await store.get("tasks/a 3"))!).toString()).toBe("tasks/a 3");
    expect(await store.get("tasks/b")).toBeNull();
    await store.remove(names.slice(1));
    expect(await store.list("")).toEqual(["tasks/a 0"]);
  });

  it("says that it was refused, which is no task's fault", async () => {
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "another");
    const error: unknown = await new Depot(objects()).collect(folder, []).catch((error: unknown) => error);
    expect(String(error)).toMatch(/storage: .*Signature/);
    expect(isMachineError(error)).toBe(true);
    expect(() => s3Objects({ address: "runs/first" })).toThrow(InputError);
  });

  it("refuses a task's object that is cut off or reaches out of its folder", async () => {
    const packed = pack([{ name: "a/b.txt", bytes: bytes("b") }, { name: "c.txt", bytes: bytes("") }]);
    await unpack(packed, join(folder, "whole"));
    expect((await readdir(join(folder, "whole"), { recursive: true })).toSorted()).toEqual(["a", join("a", "b.txt"), "c.txt"]);
    await expect(unpack(packed.subarray(0, -1), join(folder, "cut"))).rejects.toThrow(/cut off/);
    await expect(unpack(pack([{ name: "../out", bytes: bytes("") }]), join(folder, "in"))).rejects.toThrow(/outside/);
    expect(await readdir(folder)).toEqual(["whole"]);
  });

  describe.skipIf(!hasRedis)("between machines that share no folder", () => {
    let redis: ChildProcess;
    let url: string;
    beforeEach(async () => {
      const port = await freePort();
      redis = startRedis({ port, folder });
      url = `redis://127.0.0.1:${port}`;
      while (!(await queueExecutor({ redis: url, queue: "ready" }).then((executor) => executor.close().then(() => true), () => delay(50, false))));
    });
    afterEach(() => killAll([redis]));

    it("lets a worker go although Redis is gone", { timeout: 30_000 }, async () => {
      const stop = new AbortController();
      const ended = workQueue({ redis: url, queue: "test", store: folder, threads: 1, signal: stop.signal, onTask: () => undefined });
      await delay(300);
      await killAll([redis]);
      await delay(1000);
      stop.abort();
      await ended;
    });

    it("gives the folders that threads give, also when tasks are delivered twice and one is poisoned", { timeout: 60_000 }, async () => {
      const [store, alone] = [join(folder, "store"), join(folder, "alone")];
      for (const place of [store, alone]) {
        await mkdir(join(place, "problems-0"), { recursive: true });
        await writeFile(join(place, "problems-0", "problems.jsonl"), sampleProblems({ count: 6, seed: 1 }).map((problem) => `${JSON.stringify(problem)}\n`).join(""));
      }
      const ranges = [...rangesOf({ file: "problems-0/problems.jsonl", count: 6, size: 2 }), { file: "problems-0/problems.jsonl", from: 6, to: 8 }];
      const requests = ranges.map((problems, index): TaskRequest => ({ kind: "draw", key: `${index}`.padStart(16, "0"), payload: { problems, negatives: 1, size: 64, style: "plain", marks: "stated", seed: 1 } satisfies DrawPayload }));
      const threads = threadExecutor({ threads: 1 });
      await threads.run({ store: alone, requests: requests.slice(0, 3), onDone: () => undefined });

      const executor = await queueExecutor({ redis: url, queue: "test", window: 2, depot: new Depot(objects()) });
      const stop = new AbortController();
      const done: string[] = [];
      const working = ["a", "b"].map((name) => workQueue({ redis: url, queue: "test", store: join(folder, name), threads: 1, signal: stop.signal, idleSeconds: name === "b" ? 5 : undefined, depot: new Depot(objects()), onTask: ({ id, error }) => error === null && done.push(id) }));
      const queue = new Queue("test", { connection: { url } });
      const again = await new Depot(objects()).carry(store, requests[0]!);
      await queue.addBulk([1, 2, 3].map((turn) => ({ name: "draw", data: again, opts: { jobId: `again-${turn}` } })));

      const setAside = await executor.run({ store, requests, onDone: () => undefined });
      expect(setAside.map(({ request, error }) => [request.key, error])).toEqual([[requests[3]!.key, expect.stringContaining("no lines 6 to 8")]]);
      for (const request of requests.slice(0, 3)) expect(await digestOfFolder(folderOfTask(store, request))).toBe(await digestOfFolder(folderOfTask(alone, request)));
      await vi.waitFor(() => expect(done.filter((id) => id.endsWith("0000")).length).toBeGreaterThanOrEqual(4), { timeout: 20_000 });
      // What was done elsewhere is not kept there, and what was gathered is kept nowhere else.
      expect(await Promise.all(["a", "b"].map((name) => readdir(join(folder, name, "tasks")).catch(() => [])))).toEqual([[], []]);
      await executor.forget!(requests);
      expect([...s3.objects.keys()].filter((name) => name.includes("tasks/"))).toEqual([]);
      // One worker ends by itself, the other when it is told to.
      await working[1];
      stop.abort();
      await Promise.all([working[0], queue.close(), executor.close()]);
    });
  });
});
