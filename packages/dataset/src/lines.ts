import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { z } from "zod";
import { InputError } from "./input-error.js";
import { parseJson, validate } from "./validate.js";

/** A record with fifty negatives is about 100 kB; anything far beyond that is not a line of ours. */
export const maximumLineLength = 16 * 1024 * 1024;

export interface Line {
  /** counted from 1 */
  line: number;
  text: string;
  /** false for a last line that no newline ends: it may have been cut off */
  ended: boolean;
}

/** Opens a file for reading as a stream of byte blocks; a missing file or a folder is an `InputError`. */
export async function* readBlocks(file: string): AsyncIterable<Buffer> {
  const information = await stat(file).catch((error: NodeJS.ErrnoException) => {
    throw new InputError({ message: error.code === "ENOENT" ? "there is no such file; check the path" : `cannot be read (${error.code ?? error.message})`, file });
  });
  if (!information.isFile()) throw new InputError({ message: "is not a file; give the path of a file", file });
  for await (const block of createReadStream(file, { highWaterMark: 256 * 1024 })) yield block as Buffer;
}

function decode(parts: Buffer[], place: { file: string; line: number }): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(parts.length === 1 ? parts[0] : Buffer.concat(parts));
  } catch {
    throw new InputError({ message: "is not UTF-8 text; save the file as UTF-8", ...place });
  }
}

/** Lines of a UTF-8 text file, one at a time. A line longer than `maximumLength` bytes is an `InputError`, not an allocation. */
export async function* readLines(file: string, { maximumLength = maximumLineLength }: { maximumLength?: number } = {}): AsyncIterable<Line> {
  let parts: Buffer[] = [];
  let length = 0;
  let line = 1;
  const keep = (part: Buffer) => {
    length += part.length;
    if (length > maximumLength) throw new InputError({ message: `is longer than ${maximumLength} bytes; one line holds one JSON object`, file, line });
    if (part.length > 0) parts.push(part);
  };
  for await (const block of readBlocks(file)) {
    let start = 0;
    for (let end = block.indexOf(10); end !== -1; end = block.indexOf(10, start)) {
      keep(block.subarray(start, end));
      yield { line, text: decode(parts, { file, line }).replace(/\r$/, ""), ended: true };
      parts = [];
      length = 0;
      line += 1;
      start = end + 1;
    }
    keep(block.subarray(start));
  }
  if (length > 0) yield { line, text: decode(parts, { file, line }), ended: false };
}

/**
 * Values of a JSON Lines file, each checked against a schema; blank lines are passed over.
 *
 * A last line without its newline that is not whole JSON was cut off while being written. It is an `InputError`,
 * unless `cutLastLine` is "ignore".
 */
export async function* readJsonLines<Schema extends z.ZodType>({
  file,
  schema,
  cutLastLine = "error",
  maximumLength = maximumLineLength,
}: {
  file: string;
  schema: Schema;
  /** @default "error" */
  cutLastLine?: "error" | "ignore";
  maximumLength?: number;
}): AsyncIterable<{ line: number; value: z.infer<Schema> }> {
  for await (const { line, text, ended } of readLines(file, { maximumLength })) {
    if (text.trim() === "") continue;
    if (!ended && !isJson(text)) {
      if (cutLastLine === "ignore") return;
      throw new InputError({ message: "the last line is cut off; remove it, or let the program that wrote the file go on", file, line });
    }
    yield { line, value: validate({ schema, value: parseJson(text, { file, line }), place: { file, line } }) };
  }
}

/** Whether the text is one whole JSON value. */
export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
