import { createHash } from "node:crypto";
import { closeSync, existsSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { join } from "node:path";

/** Bytes read of each end of a file: enough to tell weights apart, where reading billions of them would take minutes. */
const ENDS = 1 << 16;

/**
 * A digest of a checkpoint folder from its files' names, sizes and ends, so that another checkpoint under the same name does
 * the stages that begin with it again. Null without a folder, and for one that is not there yet.
 */
export function checkpointDigest(folder: string | null): string | null {
  if (folder === null || !existsSync(folder)) return null;
  const hash = createHash("sha256");
  const buffer = Buffer.alloc(ENDS);
  for (const name of readdirSync(folder).toSorted()) {
    const file = join(folder, name);
    const { size } = statSync(file);
    if (!statSync(file).isFile()) continue;
    hash.update(`${name} ${size}\n`);
    const descriptor = openSync(file, "r");
    for (const position of [0, Math.max(0, size - ENDS)]) hash.update(buffer.subarray(0, readSync(descriptor, buffer, 0, ENDS, position)));
    closeSync(descriptor);
  }
  return hash.digest("hex").slice(0, 16);
}
