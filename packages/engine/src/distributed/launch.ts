import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { freePorts } from "./meet.js";

/** How long the others have to end by themselves after one process failed; their collective operations abort at once. */
const graceMilliseconds = 10_000;

/**
 * Runs a Node program in `processes` processes of this machine that train together, and resolves to the exit code: 0 if all
 * ended with 0. When one fails or is killed, the others are ended too.
 */
export async function launch({ processes, program, parameters = [] }: { processes: number; program: string; parameters?: readonly string[] }): Promise<number> {
  const addresses = (await freePorts(processes, "127.0.0.1")).map((port) => `127.0.0.1:${port}`).join(",");
  const children: ChildProcess[] = [];
  let failure: number | null = null;
  const ended = Array.from({ length: processes }, async (_, rank) => {
    const child = spawn(process.execPath, [program, ...parameters], {
      stdio: "inherit",
      env: { ...process.env, MMGEO_ADDRESSES: addresses, MMGEO_RANK: String(rank), MMGEO_THREADS: process.env["MMGEO_THREADS"] ?? "" },
    });
    children.push(child);
    const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
    if (code === 0) return;
    if (failure === null) {
      process.stderr.write(`mmgeo-engine: process ${rank} of ${processes} ended with ${signal ?? code}; ending the others\n`);
      setTimeout(() => children.forEach((other) => other.kill("SIGKILL")), graceMilliseconds).unref();
    }
    failure ??= code ?? 1;
  });
  await Promise.all(ended);
  return failure ?? 0;
}
