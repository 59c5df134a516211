import { link, mkdir, open, readFile, rename, rm, stat, utimes } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** How often the holder of a lock says that it lives, and how long a silent lock of another machine is believed. */
const heartbeatMilliseconds = 2_000;
const staleMilliseconds = 60_000;

interface Holder {
  pid: number;
  host: string;
}

/**
 * Runs `work` while holding `file` as a lock among processes, also of several machines on one file system. The lock of a
 * process that died is taken over. A lock saves double work, it does not protect data: what is made under it has to be
 * published by one rename, so that even two holders (possible for a moment when both take over a dead lock) do no harm.
 */
export async function withLock<Result>({ file, onWait, work }: { file: string; onWait?: (holder: string) => void; work: () => Promise<Result> }): Promise<Result> {
  await mkdir(dirname(file), { recursive: true });
  let told = false;
  while (!(await tryCreate(file))) {
    const holder = await staleness(file);
    if (holder.stale) {
      await removeStale(file, holder.text);
      continue;
    }
    if (!told) onWait?.(holder.name);
    told = true;
    await delay(200);
  }
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(file, now, now).catch(() => undefined);
  }, heartbeatMilliseconds);
  heartbeat.unref();
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    await rm(file, { force: true });
  }
}

async function tryCreate(file: string): Promise<boolean> {
  try {
    const handle = await open(file, "wx");
    const holder: Holder = { pid: process.pid, host: hostname() };
    await handle.writeFile(JSON.stringify(holder));
    await handle.close();
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
}

/** Removes a lock that was judged stale, but not one that another process took over in the meantime. */
async function removeStale(file: string, text: string): Promise<void> {
  const aside = `${file}.stale-${process.pid}`;
  try {
    await rename(file, aside);
    if ((await readFile(aside, "utf8")) !== text) await link(aside, file);
  } catch (error) {
    const code = codeOf(error);
    if (code !== "ENOENT" && code !== "EEXIST") throw error;
  }
  await rm(aside, { force: true });
}

async function staleness(file: string): Promise<{ stale: boolean; name: string; text: string }> {
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(file, "utf8"), stat(file)]);
    const silent = Date.now() - mtimeMs;
    let holder: Holder;
    try {
      holder = JSON.parse(text) as Holder;
    } catch {
      // Killed between making the file and writing into it, or caught in between.
      return { stale: silent > heartbeatMilliseconds, name: "another process", text };
    }
    const dead = holder.host === hostname() && !isAlive(holder.pid);
    return { stale: dead || silent > staleMilliseconds, name: `process ${holder.pid} on ${holder.host}`, text };
  } catch (error) {
    if (codeOf(error) === "ENOENT") return { stale: false, name: "another process", text: "" };
    throw error;
  }
}

/** True if a process of this machine with that id exists. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
