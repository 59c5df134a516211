import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { afterAll, describe, expect, it } from "vitest";

const folders: string[] = [];

afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

const kills = process.env["MMGEO_SLOW"] === "1" ? 20 : 3;

/** A small run in a process of its own, against the built package: prints `step N` after each step and `saving N` before it saves. */
const program = `
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { linear, gelu, randomNormal, saveCheckpoint, tf, train, useNativeBackend } from "@mmgeo/engine";
await useNativeBackend();
const shape = (size) => Float32Array.from({ length: size }, (_, index) => Math.sin(index));
await train({
  parameters: { a: randomNormal({ shape: [16, 4], seed: 1 }), b: randomNormal({ shape: [1, 16], seed: 2 }) },
  loss: ({ a, b }, { x }) => linear(gelu(linear(x, a)), b).sub(1).square().mean(),
  examples: 10, batchSize: 3, accumulate: 2, steps: 24, saveEvery: 3, seed: 5, learningRate: 0.05, folder: process.argv[2],
  batch: (indices) => ({ x: { shape: [indices.length, 4], data: Float32Array.from(indices.flatMap((index) => [index, 1, index % 3, 2].map(Math.sin))) } }),
  onProgress: ({ step }) => console.log("step " + step),
  save: async (folder, parameters) => {
    console.log("saving");
    await saveCheckpoint(folder, { config: {}, parameters });
    await new Promise((resolve) => setTimeout(resolve, 30));
  },
});
console.log("finished");
`;

/** Runs the program; kills it `delay` milliseconds after its line number `line`. True if it finished. */
async function run(folder: string, kill?: { line: number; delay: number }): Promise<boolean> {
  return await new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--input-type=module", "-", folder], { cwd: fileURLToPath(new URL("../..", import.meta.url)), stdio: ["pipe", "pipe", "pipe"] });
    child.stdin.end(program);
    let lines = 0;
    let errors = "";
    let finished = false;
    child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
    child.stdout.on("data", (chunk: Buffer) => {
      finished ||= chunk.includes("finished");
      lines += chunk.toString().split("\n").length - 1;
      if (kill !== undefined && lines >= kill.line) setTimeout(() => child.kill("SIGKILL"), kill.delay);
    });
    child.on("close", (code, signal) => (code === 0 || signal === "SIGKILL" ? resolve(finished) : reject(new Error(errors))));
  });
}

describe("a killed run", () => {
  it(`killed at ${kills} seeded points, ends with the bits of one never killed`, { timeout: 300_000 }, async () => {
    const whole = await mkdtemp(join(tmpdir(), "mmgeo-kill-"));
    const killed = await mkdtemp(join(tmpdir(), "mmgeo-kill-"));
    folders.push(whole, killed);
    expect(await run(whole)).toBe(true);
    const random = xoroshiro128plus(11);
    for (let count = 0; count < kills; count += 1) await run(killed, { line: uniformInt(random, 1, 9), delay: uniformInt(random, 0, 40) });
    expect(await run(killed)).toBe(true);
    const final = join("checkpoints", "step-00000024");
    for (const file of ["metrics.jsonl", join(final, "model.safetensors"), join(final, "trainer", "state.safetensors")]) {
      expect((await readFile(join(killed, file))).equals(await readFile(join(whole, file))), file).toBe(true);
    }
  });
});
