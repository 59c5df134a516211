import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { threadId } from "node:worker_threads";

let written = 0;

/** The name under which `file` is written before it is renamed: beside it, and never the same twice at a time. */
export function temporaryNameOf(file: string): string {
  written += 1;
  return `${file}.${process.pid}-${threadId}-${written}.tmp`;
}

/**
 * Writes a whole file so that a reader, or a machine that stops half-way, sees the old content or the new and nothing between:
 * it is written beside its place, flushed to disk and renamed. Missing folders are made.
 */
export async function writeFileAtomic(file: string, content: string | Uint8Array | AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const temporary = temporaryNameOf(file);
  const handle = await open(temporary, "w");
  try {
    if (typeof content === "string" || content instanceof Uint8Array) await handle.writeFile(content);
    else for await (const part of content) await handle.writeFile(part);
    await handle.sync();
    await handle.close();
    await rename(temporary, file);
  } catch (error) {
    await handle.close().catch(() => undefined);
    await rm(temporary, { force: true });
    throw error;
  }
}
