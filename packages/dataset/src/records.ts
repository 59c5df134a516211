import { stat } from "node:fs/promises";
import { isAbsolute, join, normalize, sep } from "node:path";
import { InputError } from "./input-error.js";
import { LineAppender } from "./line-appender.js";
import { maximumLineLength, readJsonLines } from "./lines.js";
import { recordSchema, type DiagramRecord } from "./record.js";
import { validate } from "./validate.js";
import { writeFileAtomic } from "./write-file-atomic.js";

/** The file of records in a dataset folder. */
export const recordsFileName = "records.jsonl";

/** The records file of a path: the path itself if it is a file (or ends in `.jsonl`), `records.jsonl` in it if it is a folder. */
export async function recordsFileOf(path: string): Promise<string> {
  const information = await stat(path).catch(() => null);
  if (information === null) {
    if (path.endsWith(".jsonl")) return path;
    throw new InputError({ message: `there is no such folder or file; give a dataset folder with ${recordsFileName} or the file itself`, file: path });
  }
  return information.isDirectory() ? join(path, recordsFileName) : path;
}

/**
 * Records of a dataset folder or of a `records.jsonl`, one at a time.
 *
 * @throws {InputError} naming file, line and field where a line is not a record, an id occurs twice, or the last line is cut off
 */
export async function* readRecords(path: string, options: { cutLastLine?: "error" | "ignore" } = {}): AsyncIterable<DiagramRecord> {
  const file = await recordsFileOf(path);
  const lineOf = new Map<string, number>();
  for await (const { line, value } of readJsonLines({ file, schema: recordSchema, ...options })) {
    const earlier = lineOf.get(value.id);
    if (earlier !== undefined) throw new InputError({ message: `the id "${value.id}" is that of line ${earlier}; ids are unique`, file, line, field: "id" });
    lineOf.set(value.id, line);
    yield value;
  }
}

/** Checks what a reader will check, so that no file is written that cannot be read. */
function lineOfRecord(record: DiagramRecord, file: string, line: number): string {
  const text = JSON.stringify(validate({ schema: recordSchema, value: record, place: { file, line } }));
  if (Buffer.byteLength(text) > maximumLineLength) throw new InputError({ message: `the record is longer than ${maximumLineLength} bytes; give it fewer negatives`, file, line });
  return `${text}\n`;
}

/** Writes a whole `records.jsonl` into a folder (or to a path that ends in `.jsonl`), replacing what was there. Returns the number of records. */
export async function writeRecords(folder: string, records: Iterable<DiagramRecord> | AsyncIterable<DiagramRecord>): Promise<number> {
  const file = folder.endsWith(".jsonl") ? folder : join(folder, recordsFileName);
  const ids = new Set<string>();
  async function* lines() {
    for await (const record of records) {
      if (ids.has(record.id)) throw new InputError({ message: `the id "${record.id}" occurs twice; ids are unique`, file, line: ids.size + 1, field: "id" });
      ids.add(record.id);
      yield lineOfRecord(record, file, ids.size);
    }
  }
  await writeFileAtomic(file, lines());
  return ids.size;
}

/** Adds records to a `records.jsonl` one whole line at a time. */
export interface RecordAppender {
  /** ids of the records that the file held when it was opened */
  readonly existing: ReadonlySet<string>;
  /** bytes of a cut last line that were removed on opening */
  readonly removed: number;
  append(record: DiagramRecord): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a folder's `records.jsonl` for adding records: what a build that was stopped continues with. A last line that was
 * cut off is removed; the ids already there say what need not be done again.
 */
export async function appendRecords(folder: string): Promise<RecordAppender> {
  const file = folder.endsWith(".jsonl") ? folder : join(folder, recordsFileName);
  const appender = await LineAppender.open(file);
  const ids = new Set<string>();
  for await (const record of readRecords(file)) ids.add(record.id);
  const existing = new Set(ids);
  return {
    existing,
    removed: appender.removed,
    async append(record) {
      if (ids.has(record.id)) throw new InputError({ message: `the id "${record.id}" is there already; ids are unique`, file, field: "id" });
      const valid = validate({ schema: recordSchema, value: record, place: { file } });
      ids.add(record.id);
      await appender.append(valid);
    },
    close: () => appender.close(),
  };
}

/** The place of a record's image: its path inside the dataset folder. A path that leads out of the folder is an `InputError`. */
export function imageFileOf(folder: string, image: string): string {
  const inside = normalize(image);
  if (image === "" || image.includes("\0") || isAbsolute(image) || inside === ".." || inside.startsWith(`..${sep}`)) {
    throw new InputError({ message: `the image path "${image}" leads out of the dataset folder; paths are relative to ${recordsFileName}`, file: folder, field: "image" });
  }
  return join(folder, inside);
}

/** Every image path that a record names, the positive first. */
export function imagesOf(record: DiagramRecord): string[] {
  return [record.image, ...record.negatives.flatMap((negative) => (negative.kind === "image" ? [negative.image] : []))];
}
