import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { InputError, readSafetensors } from "../index.js";
import { groupOfEnvironment, serverDef } from "./group.js";

const packageFolder = fileURLToPath(new URL("../..", import.meta.url));
let folder: string;

// Resolves to the built package: the processes are ordinary Node programs.
const source = `
import { linear, gelu, processGroup, randomNormal, tf, train, useNativeBackend } from ${JSON.stringify(join(packageFolder, "dist", "index.js"))};
await useNativeBackend({ threads: 1 });
const [folder, mode] = process.argv.slice(2);
await train({
  parameters: { a: randomNormal({ shape: [16, 4], seed: 1 }), b: randomNormal({ shape: [1, 16], seed: 2 }) },
  loss: ({ a, b }, { x }) => { const y = linear(gelu(linear(x, a)), b); return { loss: y.sub(1).square().mean(), metrics: { y: y.mean() } }; },
  examples: 20, batchSize: 4, accumulate: 2, steps: mode === "lost" ? 100000 : 8, saveEvery: 3, seed: 5, learningRate: 0.05, folder,
  batch: (indices) => ({ x: { shape: [indices.length, 4], data: Float32Array.from(indices.flatMap((index) => [index, 1, index % 3, 2].map(Math.sin))) } }),
  onProgress: ({ step }) => {
    if (mode === "lost" && step === 5 && processGroup()?.rank === 1) process.kill(process.pid, "SIGKILL");
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

describe("processes that train together", () => {
  it("end with the weights and losses of one process with the whole batch", { timeout: 180_000 }, async () => {
    for (const processes of [1, 2]) expect(await launch(processes, `of-${processes}`)).toMatchObject({ code: 0 });
    const metricsOf = async (run: string): Promise<Record<string, number>[]> => (await readFile(join(folder, run, "metrics.jsonl"), "utf8")).trim().split("\n").map((line) => JSON.parse(line) as Record<string, number>);
    const [one, two] = [await metricsOf("of-1"), await metricsOf("of-2")];
    expect(two.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    for (const [index, metrics] of one.entries()) for (const name of ["loss", "gradientNorm", "y"]) expect(two[index]?.[name]).toBeCloseTo(metrics[name] as number, 5);
    const weightsOf = async (run: string) => await readSafetensors(join(folder, run, "checkpoints", "step-00000008", "model.safetensors"));
    const [whole, shared] = [await weightsOf("of-1"), await weightsOf("of-2")];
    for (const [name, { data }] of Object.entries(whole)) for (const [place, value] of data.entries()) expect(shared[name]?.data[place]).toBeCloseTo(value, 5);
  });

  it.runIf(process.env["MMGEO_SLOW"] === "1")("stop with a clear error when one is lost, and keep what was saved", { timeout: 180_000 }, async () => {
    const { code, errors } = await launch(2, "lost", "lost");
    expect(code).not.toBe(0);
    expect(errors).toMatch(/process 1 of 2 ended with SIGKILL; ending the others/);
    expect(errors).toMatch(/step [56] failed, most likely because another process was lost/);
    expect(await readFile(join(folder, "lost", "checkpoints", "step-00000003", "trainer", "state.json"), "utf8")).toContain('"step": 3');
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
