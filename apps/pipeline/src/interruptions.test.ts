import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { command, tiny } from "./testing.js";

const KILLS = 50;

/** Some minutes each: with `MMGEO_SLOW=1`. A small part of the first is among the tests of the command line. */
describe.skipIf(process.env["MMGEO_SLOW"] !== "1")("a run that is interrupted", () => {
  let folder: string;
  let file: string;
  let whole: string;
  /** of an undisturbed run, in milliseconds */
  let duration: number;
  const run = (out: string) => spawnSync(process.execPath, ["--no-warnings", command, "run", "--config", file, "--out", out], { encoding: "utf8" });
  const reportOf = (out: string): string => readFileSync(join(out, "report.json"), "utf8");

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "mmgeo-interruptions-"));
    file = join(folder, "tiny.json");
    writeFileSync(file, JSON.stringify(tiny));
    const started = performance.now();
    expect(run(join(folder, "whole")).status).toBe(0);
    duration = performance.now() - started;
    whole = reportOf(join(folder, "whole"));
  }, 240_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it(`ends with the same report after SIGKILL at ${KILLS} seeded moments`, { timeout: 3_600_000 }, async () => {
    const out = join(folder, "killed");
    const random = xoroshiro128plus(1);
    let finished = 0;
    for (let kill = 0; kill < KILLS; kill += 1) {
      const child = spawn(process.execPath, ["--no-warnings", command, "run", "--config", file, "--out", out], { stdio: "ignore" });
      const closed = new Promise<number | null>((resolve) => child.once("close", resolve));
      await Promise.race([delay(uniformInt(random, 0, Math.round(duration))), closed]);
      child.kill("SIGKILL");
      if ((await closed) !== 0) continue;
      // It was done before: what came of the kills so far is compared, and the next ones meet a new run.
      finished += 1;
      expect(reportOf(out)).toBe(whole);
      rmSync(out, { recursive: true });
    }
    const { status, stderr } = run(out);
    expect(stderr).toContain("report:");
    expect(status).toBe(0);
    expect(reportOf(out)).toBe(whole);
    expect(finished).toBeGreaterThan(0);
  });

  it("says that the disk is full, and goes on when it is not", { timeout: 600_000 }, ({ skip }) => {
    const disk = join(folder, "disk");
    mkdirSync(disk);
    const mount = (...options: string[]) => spawnSync("mount", [...options, disk]).status === 0;
    if (!mount("-t", "tmpfs", "-o", "size=1m", "tmpfs")) skip("no right to mount a small file system");
    try {
      const out = join(disk, "out");
      const full = run(out);
      expect(full.stderr).toMatch(/ENOSPC|no space left/iu);
      expect(full.status).toBe(1);
      expect(existsSync(join(out, "report.json"))).toBe(false);
      expect(mount("-o", "remount,size=500m")).toBe(true);
      expect(run(out).status).toBe(0);
      expect(reportOf(out)).toBe(whole);
    } finally {
      spawnSync("umount", [disk]);
    }
  });
});
