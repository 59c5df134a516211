import { mkdtemp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sampleProblems } from "@mmgeo/diagram";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type DrawPayload, drawResultFile } from "../tasks/draw.js";
import { rangesOf } from "../tasks/lines.js";
import { folderOfTask, runTask, type TaskRequest } from "../tasks/task.js";
import { isMachineError } from "./executor.js";
import { threadExecutor } from "./threads.js";

describe("tasks", () => {
  let store: string;
  beforeEach(async () => {
    store = await mkdtemp(join(tmpdir(), "mmgeo-tasks-"));
    await mkdir(join(store, "problems-0"));
    await writeFile(join(store, "problems-0", "problems.jsonl"), sampleProblems({ count: 5, seed: 1 }).map((problem) => `${JSON.stringify(problem)}\n`).join(""));
  });
  afterEach(() => rm(store, { recursive: true }));

  const requests = (): TaskRequest[] =>
    rangesOf({ file: "problems-0/problems.jsonl", count: 5, size: 2 }).map((problems, index) => ({ kind: "draw", key: `${index}`.padStart(16, "0"), payload: { problems, negatives: 1, size: 64, style: "plain", marks: "stated", seed: 1 } satisfies DrawPayload }));

  it("are done once each, in any order, and what is there is not done again", async () => {
    const executor = threadExecutor({ threads: 2 });
    const done: number[] = [];
    expect(await executor.run({ store, requests: requests(), onDone: (count) => done.push(count) })).toEqual([]);
    expect(done).toEqual([1, 2, 3]);
    const built = await Promise.all(requests().map(async (request) => (JSON.parse(await readFile(join(folderOfTask(store, request), drawResultFile), "utf8")) as { built: number }).built));
    expect(built).toEqual([2, 2, 1]);
    await writeFile(join(folderOfTask(store, requests()[0]!), "seen"), "");
    expect(await executor.run({ store, requests: requests(), onDone: () => undefined })).toEqual([]);
    expect(await readdir(folderOfTask(store, requests()[0]!))).toContain("seen");
    await executor.close();
  });

  it("leave one whole folder when two do the same at once", async () => {
    const [request] = requests();
    await Promise.all(["a", "b", "c"].map((worker) => runTask({ store, request: request!, worker })));
    expect(await readdir(join(store, "tasks"))).toEqual(["draw-0000000000000000"]);
  });

  it("are set aside when they fail three times, and leave nothing half done", async () => {
    const executor = threadExecutor({ threads: 1 });
    const bad: TaskRequest = { kind: "draw", key: "f".repeat(16), payload: { problems: { file: "problems-0/problems.jsonl", from: 4, to: 9 }, negatives: 1, size: 64, style: "plain", marks: "stated", seed: 1 } };
    const outside: TaskRequest = { kind: "draw", key: "e".repeat(16), payload: { problems: { file: "../problems.jsonl", from: 0, to: 1 }, negatives: 1, size: 64, style: "plain", marks: "stated", seed: 1 } };
    const setAside = await executor.run({ store, requests: [bad, outside, ...requests()], onDone: () => undefined });
    expect(setAside.map(({ request, error }) => [request.key[0], error.includes("no lines 4 to 9") || error.includes("outside of the store")])).toEqual([["f", true], ["e", true]]);
    expect(await readdir(join(store, "tasks"))).toHaveLength(3);
    await executor.close();
  });

  it("are not set aside for what is the machine's fault", () => {
    expect(isMachineError(new Error("ENOSPC: no space left on device, write"))).toBe(true);
    expect(isMachineError(new Error("a task about ENOSPC"))).toBe(false);
  });
});
