import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

/** Milliseconds of processor time that something takes: unlike time on the clock, it does not depend on what else runs. */
export function processorTime(work: () => void): number {
  const start = process.cpuUsage();
  work();
  return process.cpuUsage(start).user / 1000;
}

/** A folder of the running test's own, removed when it is done. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "mmgeo-evaluation-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A folder of the published data, or null, with the reason printed, where it is absent. */
export function publishedData(name: string): string | null {
  const folder = join(process.env.MMGEO_DATA ?? fileURLToPath(new URL("../../../../shared/data", import.meta.url)), name);
  if (existsSync(folder)) return folder;
  console.log(`skipped: the published data are not at ${folder}; set MMGEO_DATA to their folder`);
  return null;
}
