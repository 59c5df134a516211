import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { InputError, readSafetensors, type HostTensor } from "../index.js";
import { firstHost, groupOfEnvironment, meetingOfEnvironment, serverDef } from "./group.js";
import { freePorts, meet } from "./meet.js";
import { buckets } from "./reduce.js";

const packageFolder = fileURLToPath(new URL("../..", import.meta.url));
let folder: string;
const slow = process.env["MMGEO_SLOW"] === "1";

// Resolves to the built package: the processes are ordinary Node programs.
const source = `
import { linear, gelu, processGroup, randomNormal, tf, train, useNativeBackend } from ${JSON.stringify(join(packageFolder, "dist", "index.js"))};
await useNativeBackend({ threads: 1 });
const [folder, mode] = process.argv.slice(2);
await train({
  parameters: { a: randomNormal({ shape: [16, 4], seed: 1 }), b: randomNormal({ shape: [1, 16], seed: 2 }) },
  loss: ({ a, b }, { x }) => { const y = linear(gelu(linear(x, a)), b); return { loss: y.sub(1).square().mean(), metrics: { y: y.mean() } }; },
  examples: 20, batchSize: 4, accumulate: 2, steps: mode === "lost" || mode === "hung" ? 100000 : 8, saveEvery: 3, seed: 5, learningRate: 0.05, folder,
  batch: (indices) => ({ x: { shape: [indices.length, 4], data: Float32Array.from(indices.flatMap((index) => [index, 1, index % 3, 2].map(Math.sin))) } }),
  onProgress: ({ step }) => {
    if (step !== 5) return;
    if (mode === "half") process.exit(0);
    if (processGroup()?.rank === 1 && mode === "lost") process.kill(process.pid, "SIGKILL");
    if (processGroup()?.rank === 1 && mode === "hung") process.kill(process.pid, "SIGSTOP");
  },
});
`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mmgeo-distributed-"));
  await writeFile(join(folder, "program.mjs"), source);
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function launch(processes: number, run: string, mode = "whole"): Promise<{ code: number | null; errors: string }> {
  return await new Promise((resolve) => {
    const child = spawn(process.execPath, [join(packageFolder, "bin", "mmgeo-engine.mjs"), "launch", "-n", String(processes), join(folder, "program.mjs"), join(folder, run), mode], { env: { ...process.env, MMGEO_COLLECTIVE_TIMEOUT: "4" } });
    let errors = "";
    child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
    child.on("close", (code) => resolve({ code, errors }));
  });
}

async function weightsOf(run: string): Promise<Record<string, HostTensor>> {
  return await readSafetensors(join(folder, run, "checkpoints", "step-00000008", "model.safetensors"));
}

function canMakeNamespaces(): boolean {
  const name = `mmgeo-probe-${process.pid}`;
  const made = spawnSync("ip", ["netns", "add", name]).status === 0;
  if (made) spawnSync("ip", ["netns", "delete", name]);
  return made;
}

describe("processes that train together", () => {
  it("end with the weights and losses of one process with the whole batch", { timeout: 180_000 }, async () => {
    for (const processes of [1, 2]) expect(await launch(processes, `of-${processes}`)).toMatchObject({ code: 0 });
    const metricsOf = async (run: string): Promise<Record<string, number>[]> => (await readFile(join(folder, run, "metrics.jsonl"), "utf8")).trim().split("\n").map((line) => JSON.parse(line) as Record<string, number>);
    const [one, two] = [await metricsOf("of-1"), await metricsOf("of-2")];
    expect(two.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    for (const [index, metrics] of one.entries()) for (const name of ["loss", "gradientNorm", "y"]) expect(two[index]?.[name]).toBeCloseTo(metrics[name] as number, 5);
    const [whole, shared] = [await weightsOf("of-1"), await weightsOf("of-2")];
    for (const [name, { data }] of Object.entries(whole)) for (const [place, value] of data.entries()) expect(shared[name]?.data[place]).toBeCloseTo(value, 5);
  });

  it.runIf(slow)("stop with a clear error when one is lost or hangs, and keep what was saved", { timeout: 180_000 }, async () => {
    for (const mode of ["lost", "hung"]) {
      const started = performance.now();
      const { code, errors } = await launch(2, mode, mode);
      expect(code).not.toBe(0);
      expect(errors).toMatch(mode === "lost" ? /process 1 of 2 ended with SIGKILL; ending the others/ : /process 0 of 2 ended with 1; ending the others/);
      expect(errors).toMatch(/step [56] failed, most likely because another process was lost/);
      expect(await readFile(join(folder, mode, "checkpoints", "step-00000003", "trainer", "state.json"), "utf8")).toContain('"step": 3');
      // MMGEO_COLLECTIVE_TIMEOUT is 4 s, the launcher gives 10 s to end; starting takes the rest.
      expect(performance.now() - started).toBeLessThan(60_000);
    }
  });

  it.runIf(slow)("go on from the last checkpoint in another number", { timeout: 180_000 }, async () => {
    expect(await launch(1, "straight")).toMatchObject({ code: 0 });
    const wanted = await weightsOf("straight");
    for (const [before, after] of [[2, 1], [1, 2], [2, 4]] as const) {
      const run = `from-${before}-to-${after}`;
      await launch(before, run, "half");
      expect(await launch(after, run)).toMatchObject({ code: 0 });
      for (const [name, { data }] of Object.entries(wanted)) for (const [place, value] of data.entries()) expect((await weightsOf(run))[name]?.data[place]).toBeCloseTo(value, 5);
    }
  });

  it.runIf(slow && canMakeNamespaces())("train over a network, found as torchrun and Kubernetes would have it (needs root and `ip netns`)", { timeout: 180_000 }, async () => {
    const ip = (line: string): void => {
      const { status, stderr } = spawnSync("ip", line.split(" "), { encoding: "utf8" });
      if (status !== 0) throw new Error(`ip ${line}: ${stderr}`);
    };
    const spaces = ["mmgeo-test-0", "mmgeo-test-1"];
    try {
      for (const space of spaces) ip(`netns add ${space}`);
      ip(`link add mmgeo-v0 netns ${spaces[0]} type veth peer name mmgeo-v1 netns ${spaces[1]}`);
      for (const [index, space] of spaces.entries()) {
        ip(`-n ${space} address add 10.231.7.${index + 1}/24 dev mmgeo-v${index}`);
        ip(`-n ${space} link set mmgeo-v${index} up`);
        ip(`-n ${space} link set lo up`);
      }
      const codes = await Promise.all(
        spaces.map(async (space, rank) => {
          const variables = { MASTER_ADDR: "10.231.7.1", MASTER_PORT: "29431", WORLD_SIZE: "2", ...(rank === 0 ? { RANK: "0" } : { JOB_COMPLETION_INDEX: "1" }) };
          const child = spawn("ip", ["netns", "exec", space, process.execPath, join(folder, "program.mjs"), join(folder, "network"), "whole"], { env: { ...process.env, ...variables }, stdio: "inherit" });
          return ((await once(child, "close")) as [number])[0];
        }),
      );
      expect(codes).toEqual([0, 0]);
    } finally {
      for (const space of spaces) spawnSync("ip", ["netns", "delete", space]);
    }
    expect(await launch(1, "alone")).toMatchObject({ code: 0 });
    const [alone, network] = [await weightsOf("alone"), await weightsOf("network")];
    for (const [name, { data }] of Object.entries(alone)) for (const [place, value] of data.entries()) expect(network[name]?.data[place]).toBeCloseTo(value, 5);
  });

  it("meet, whatever order they come in, and say who is missing", async () => {
    const [port = 0] = await freePorts(1, "127.0.0.1");
    const meeting = (rank: number, size = 3) => ({ rank, size, host: "127.0.0.1", port });
    const others = [meet(meeting(2)), meet(meeting(1))];
    const stranger = connect(port, "127.0.0.1").on("error", () => undefined);
    const groups = await Promise.all([...others, meet(meeting(0))]);
    stranger.destroy();
    expect(groups.map(({ rank }) => rank)).toEqual([2, 1, 0]);
    expect(new Set(groups.map(({ addresses }) => addresses.join(" "))).size).toBe(1);
    expect(groups[0]?.addresses).toHaveLength(3);
    expect(new Set(groups[0]?.addresses).size).toBe(3);
    await expect(meet(meeting(0), { timeoutSeconds: 0.3 })).rejects.toThrow(/of 3 processes only 1 came to 127\.0\.0\.1:\d+ in time \(ranks 0\)/);
    await expect(meet(meeting(1), { timeoutSeconds: 0.3 })).rejects.toThrow(/process 1 of 3 did not meet the first/);
    const wrong = meet(meeting(1, 2), { timeoutSeconds: 2 }).catch((error: unknown) => error);
    await expect(meet(meeting(0), { timeoutSeconds: 2 })).rejects.toThrow(/process 1 of 2 came to a meeting of 3/);
    expect(InputError.isInstance(await wrong)).toBe(true);
  });

  it("are found in the environment of torchrun, Slurm and Kubernetes", () => {
    expect(meetingOfEnvironment({})).toBeNull();
    expect(meetingOfEnvironment({ WORLD_SIZE: "1", RANK: "0" })).toBeNull();
    expect(meetingOfEnvironment({ WORLD_SIZE: "4", RANK: "3", MASTER_ADDR: "a", MASTER_PORT: "1234" })).toEqual({ rank: 3, size: 4, host: "a", port: 1234 });
    expect(meetingOfEnvironment({ WORLD_SIZE: "4", JOB_COMPLETION_INDEX: "0", MASTER_ADDR: "job-0.job" })).toEqual({ rank: 0, size: 4, host: "job-0.job", port: 29500 });
    expect(meetingOfEnvironment({ SLURM_STEP_NUM_TASKS: "8", SLURM_PROCID: "7", SLURM_STEP_NODELIST: "node[07-12,15],gpu1" })).toEqual({ rank: 7, size: 8, host: "node07", port: 29500 });
    // A batch script of Slurm is one process, whatever the job has.
    expect(meetingOfEnvironment({ SLURM_NTASKS: "8", SLURM_PROCID: "0" })).toBeNull();
    expect(["gpu1", "a,b", "n[1-2]-x,y", "n[3,5]"].map(firstHost)).toEqual(["gpu1", "a", "n1-x", "n3"]);
    for (const environment of [{ WORLD_SIZE: "x" }, { WORLD_SIZE: "2", RANK: "0" }, { WORLD_SIZE: "2", RANK: "2", MASTER_ADDR: "a" }, { WORLD_SIZE: "2", RANK: "0", MASTER_ADDR: "a", MASTER_PORT: "p" }]) {
      expect(() => meetingOfEnvironment(environment)).toThrow(expect.objectContaining({ name: "InputError" }) as InputError);
    }
  });

  it("reduce neighbours together", () => {
    expect(buckets([3, 3, 3, 10, 1, 1], 7)).toEqual([[0, 1], [2], [3], [4, 5]]);
    expect(buckets([], 7)).toEqual([]);
  });

  it("are described by the environment, whoever set it", () => {
    const addresses = { MMGEO_ADDRESSES: "a:1000, b:1000" };
    expect(groupOfEnvironment({})).toBeNull();
    expect(groupOfEnvironment({ MMGEO_ADDRESSES: "a:1000", RANK: "0" })).toBeNull();
    for (const name of ["MMGEO_RANK", "RANK", "SLURM_PROCID", "JOB_COMPLETION_INDEX"]) expect(groupOfEnvironment({ ...addresses, [name]: "1" })).toEqual({ rank: 1, addresses: ["a:1000", "b:1000"] });
    for (const environment of [addresses, { ...addresses, RANK: "2" }, { ...addresses, RANK: "x" }, { MMGEO_ADDRESSES: "a", RANK: "0" }]) {
      expect(() => groupOfEnvironment(environment)).toThrow(expect.objectContaining({ name: "InputError" }) as InputError);
    }
    expect(Buffer.from(serverDef({ rank: 1, addresses: ["a:1", "b:2"] })).toString("latin1")).toContain("worker");
  });
});
