import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cacheFolder, diagnose, InputError, provision, pullModel, useNativeBackend, withLock } from "../index.js";
import { removeLeftovers } from "./pip.js";
import { findPython, findTools } from "./tools.js";
import { wheelKindOf, wheels } from "./wheels.js";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mmgeo-provision-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const program = fileURLToPath(new URL("../../bin/mmgeo-engine.mjs", import.meta.url));

/** Runs `mmgeo-engine`; killed after `killAfter` milliseconds if that is given. */
async function engine({ parameters, environment = {}, killAfter }: { parameters: string[]; environment?: NodeJS.ProcessEnv; killAfter?: number }): Promise<{ code: number | null; output: string; errorOutput: string }> {
  return await new Promise((resolve) => {
    const child = spawn(process.execPath, [program, ...parameters], { env: { ...process.env, ...environment } });
    let output = "";
    let errorOutput = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (errorOutput += chunk.toString()));
    child.on("close", (code) => resolve({ code, output, errorOutput }));
    if (killAfter !== undefined) setTimeout(() => child.kill("SIGKILL"), killAfter);
  });
}

describe("the cache", () => {
  it("lies where the environment says", () => {
    expect(cacheFolder({ MMGEO_CACHE: "/own", XDG_CACHE_HOME: "/shared" })).toBe("/own");
    expect(cacheFolder({ XDG_CACHE_HOME: "/shared" })).toBe(join("/shared", "mmgeo"));
    expect(cacheFolder({})).toMatch(/\.cache.mmgeo$/);
  });

  it("is filled once, and found complete afterwards", async () => {
    const first = await provision();
    const second = await provision({ onProgress: (line) => expect.unreachable(line) });
    expect(second).toEqual(first);
    expect(existsSync(second.binding)).toBe(true);
    expect(second.binding).not.toContain("node_modules");
  });

  it("loses what a killed process left, and keeps what a living one makes", async () => {
    const root = join(folder, "leftovers");
    for (const name of ["x.partial-999999999", `y.partial-${process.pid}`, "complete"]) await mkdir(join(root, name), { recursive: true });
    await removeLeftovers(root);
    expect((await readdir(root)).toSorted()).toEqual(["complete", `y.partial-${process.pid}`]);
  });
});

describe("wheels", () => {
  it("exist for the platforms named, with whole hashes", () => {
    expect(wheelKindOf({ platform: "linux", architecture: "x64", gpu: false })).toBe("linux-x64-cpu");
    expect(wheelKindOf({ platform: "linux", architecture: "x64", gpu: true })).toBe("linux-x64-gpu");
    expect(wheelKindOf({ platform: "linux", architecture: "arm64", gpu: true })).toBe("linux-arm64-cpu");
    expect(wheelKindOf({ platform: "darwin", architecture: "arm64", gpu: false })).toBe("darwin-arm64-cpu");
    expect(wheelKindOf({ platform: "win32", architecture: "x64", gpu: false })).toBeNull();
    for (const { sha256 } of Object.values(wheels)) expect(sha256).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe("missing tools", () => {
  it("are named in one line with the command that installs them", async () => {
    const before = process.env["PATH"];
    process.env["PATH"] = folder;
    try {
      const failure = await findTools({}).catch((error: unknown) => error);
      expect(InputError.isInstance(failure)).toBe(true);
      expect((failure as Error).message).toMatch(/needs Python 3\.8 or newer and a C\+\+ compiler, not found here: install with `.*install.*`/);
      expect((failure as Error).message).not.toContain("\n");
      await expect(findPython({})).rejects.toThrow(/Python 3 with pip is needed/);
    } finally {
      process.env["PATH"] = before;
    }
  });

  it("are what `mmgeo-engine install` says and ends with 2", async () => {
    const { code, errorOutput } = await engine({ parameters: ["install", "--cache", join(folder, "none")], environment: { PATH: folder, PYTHON: "", CXX: "" } });
    expect(code).toBe(2);
    expect(errorOutput).toMatch(/^mmgeo-engine: the native engine needs/m);
    expect((await engine({ parameters: ["nonsense"] })).code).toBe(2);
    expect((await engine({ parameters: ["--nonsense"] })).code).toBe(2);
  });
});

describe("withLock", () => {
  it("lets one at a time in", async () => {
    const file = join(folder, "busy.lock");
    let inside = 0;
    let most = 0;
    const waiting: string[] = [];
    const work = async (): Promise<void> => {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((resolve) => setTimeout(resolve, 30));
      inside -= 1;
    };
    await Promise.all([1, 2, 3].map(async () => await withLock({ file, onWait: (holder) => waiting.push(holder), work })));
    expect(most).toBe(1);
    expect(waiting[0]).toContain(`process ${process.pid} on ${hostname()}`);
    expect(existsSync(file)).toBe(false);
  });

  it("takes over from the dead, the silent and the half-written", async () => {
    const file = join(folder, "dead.lock");
    const old = new Date(Date.now() - 3_600_000);
    for (const [content, time] of [[JSON.stringify({ pid: 999_999_999, host: hostname() }), new Date()], [JSON.stringify({ pid: 1, host: "elsewhere" }), old], ["", old]] as const) {
      await writeFile(file, content);
      await utimes(file, time, time);
      expect(await withLock({ file, work: () => Promise.resolve("done") })).toBe("done");
    }
  });

  it("frees the lock when the work fails", async () => {
    const file = join(folder, "failing.lock");
    await expect(withLock({ file, work: () => Promise.reject(new Error("no")) })).rejects.toThrow("no");
    expect(existsSync(file)).toBe(false);
  });
});

describe("what runs here", () => {
  it("is told by info, useNativeBackend and diagnose", async () => {
    const info = await useNativeBackend();
    expect(info).toMatchObject({ source: "provisioned", tensorflowVersion: wheels["linux-x64-cpu"].version, device: "cpu", capture: true });
    expect(await useNativeBackend()).toBe(info);
    const diagnosis = await diagnose();
    expect(diagnosis).toMatchObject({ ok: true, tensorflow: info.tensorflowVersion, capture: true, threads: info.threads });
    const { code, output } = await engine({ parameters: ["info"] });
    expect([code, JSON.parse(output)]).toEqual([0, { ...info }]);
  });

  it("refuses models it does not know before going anywhere", async () => {
    await expect(pullModel({ model: "unknown" })).rejects.toThrow(/there is no model unknown: take minilm, smollm2 or/);
    await mkdir(join(folder, "taken"));
    await expect(pullModel({ model: "minilm", to: join(folder, "taken") })).rejects.toThrow(/exists and is not this model/);
  });
});

// Downloads and unpacks 270 MB several times: a minute and a half.
describe.runIf(process.env["MMGEO_SLOW"] === "1")("from nothing", () => {
  it("two processes at once, one killed in the middle, end with one complete cache", { timeout: 600_000 }, async () => {
    const cache = join(folder, "fresh");
    const parameters = ["install", "--cpu", "--cache", cache];
    for (const killAfter of [2_000, 6_000, 12_000]) await engine({ parameters, killAfter });
    const both = await Promise.all([engine({ parameters }), engine({ parameters })]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    const names = await readdir(join(cache, "engine"));
    expect(names.filter((name) => name.includes("partial") || name === "lock")).toEqual([]);
    expect(names).toHaveLength(2);
    const { output } = await engine({ parameters: ["info"], environment: { MMGEO_CACHE: cache } });
    expect(JSON.parse(output)).toMatchObject({ capture: true });
  });
});
