import { mkdir, open, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { InputError } from "./input-error.js";
import { isJson, maximumLineLength } from "./lines.js";

/** Where the last line starts, and its text, when no newline ends the file. */
async function unfinishedTail(handle: FileHandle, file: string): Promise<{ start: number; text: string } | null> {
  const { size } = await handle.stat();
  let tail = Buffer.alloc(0);
  let start = size;
  while (start > 0) {
    const length = Math.min(64 * 1024, start);
    const block = Buffer.alloc(length);
    await handle.read(block, 0, length, start - length);
    const newline = block.lastIndexOf(10);
    tail = Buffer.concat([block.subarray(newline + 1), tail]);
    if (tail.length > maximumLineLength) throw new InputError({ message: `the last line is longer than ${maximumLineLength} bytes: this is not a JSON Lines file`, file });
    if (newline !== -1) {
      start = start - length + newline + 1;
      break;
    }
    start -= length;
  }
  return tail.length === 0 ? null : { start, text: tail.toString("utf8") };
}

/**
 * Adds lines to the end of a file, each as one whole write, in the order of the calls. Opened on a file whose last line
 * was cut off, it removes that line first; a whole JSON value that only lacks its newline gets it.
 */
export class LineAppender {
  readonly file: string;
  /** Bytes of a cut last line that were removed on opening. */
  readonly removed: number;
  readonly #handle: FileHandle;
  readonly #sync: boolean;
  #last: Promise<void> = Promise.resolve();

  private constructor({ file, handle, removed, sync }: { file: string; handle: FileHandle; removed: number; sync: boolean }) {
    this.file = file;
    this.removed = removed;
    this.#handle = handle;
    this.#sync = sync;
  }

  /** @param sync whether each line is on disk before its `append` is done; default false */
  static async open(file: string, { sync = false }: { sync?: boolean } = {}): Promise<LineAppender> {
    await mkdir(dirname(file), { recursive: true });
    const handle = await open(file, "a+");
    try {
      const tail = await unfinishedTail(handle, file);
      if (tail === null) return new LineAppender({ file, handle, removed: 0, sync });
      if (isJson(tail.text)) {
        await handle.appendFile("\n");
        return new LineAppender({ file, handle, removed: 0, sync });
      }
      await handle.truncate(tail.start);
      return new LineAppender({ file, handle, removed: Buffer.byteLength(tail.text), sync });
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Writes one JSON value as one line. */
  append(value: unknown): Promise<void> {
    const line = `${JSON.stringify(value)}\n`;
    const written = this.#last.then(async () => {
      await this.#handle.appendFile(line);
      if (this.#sync) await this.#handle.datasync();
    });
    this.#last = written.catch(() => undefined);
    return written;
  }

  /** Waits for what was appended and closes the file. */
  async close(): Promise<void> {
    await this.#last;
    await this.#handle.close();
  }
}
