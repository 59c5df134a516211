import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

function readHolder(file) {
  try {
    return Number(readFileSync(file, "utf8"));
  } catch (error) {
    if (error.code === "ENOENT") return null;
    throw error;
  }
}

/**
 * Takes the lock `file`, waiting while a live process holds it; a lock left by a dead one is taken over. The file appears
 * with its owner's number already in it (written beside, then linked), so nobody ever reads half a lock. Returns the release.
 */
export async function acquireLock(file, onWait) {
  mkdirSync(dirname(file), { recursive: true });
  const mine = `${file}.${process.pid}`;
  writeFileSync(mine, String(process.pid));
  let announced = false;
  try {
    for (;;) {
      try {
        linkSync(mine, file);
        return () => rmSync(file, { force: true });
      } catch (error) {
        if (error.code !== "EEXIST") throw error;
      }
      const holder = readHolder(file);
      if (holder === null) continue; // released between the two calls
      if (!isAlive(holder)) {
        // Several may find the same dead owner: reading again right before removing keeps the window in which one removes
        // the new lock of another to a single system call.
        if (readHolder(file) === holder) rmSync(file, { force: true });
        continue;
      }
      if (!announced) onWait?.(holder);
      announced = true;
      await sleep(250);
    }
  } finally {
    rmSync(mine, { force: true });
  }
}
