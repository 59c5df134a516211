import { open, readFile, stat } from "node:fs/promises";
import { InputError, readLines } from "@mmgeo/dataset";
import type { RecordedEntry } from "../benchmarks/benchmark.js";
import { isObject } from "./entry.js";
import { entriesOfCutJson, lenientJson } from "./lenient-json.js";

/** The largest JSON file of responses that is read whole; JSON Lines have no limit but a line's. */
const maximumJsonBytes = 512 * 1024 * 1024;
/** As much of a file as its form is told by. */
const headBytes = 1024 * 1024;

/** Recorded entries of a file, and what is wrong with the file itself. */
export interface RecordedFile {
  entries: RecordedEntry[];
  /** whether the end of the file was cut off: what it held is missing */
  cut: boolean;
  /** lines that hold no response, by their numbers from 1 */
  broken: number[];
}

/** JSON Lines are told by their first line, whatever the file is called: it is a whole object, and something follows, or the object is a response itself. */
async function isJsonLines(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const head = Buffer.alloc(headBytes);
    const { bytesRead } = await handle.read(head, 0, head.length, 0);
    const text = head.subarray(0, bytesRead).toString("utf8").replace(/^\ufeff/, "").trimStart();
    const end = text.indexOf("\n");
    const line = end === -1 ? text : text.slice(0, end);
    if (end === -1 && bytesRead === headBytes) return file.endsWith(".jsonl");
    const value = line.startsWith("{") ? lenientJson(line) : undefined;
    // Where the first line is broken, another whole object on a line of its own tells.
    if (!isObject(value)) return file.endsWith(".jsonl") && !text.startsWith("[") && (end === -1 || text.split("\n", 50).slice(1).some((other) => other.startsWith("{") && isObject(lenientJson(other))));
    const follows = end !== -1 && text.slice(end).trim() !== "";
    return follows || !(Array.isArray(value.results) || Object.values(value).every(isObject));
  } finally {
    await handle.close();
  }
}

async function readJsonLines(file: string): Promise<RecordedFile> {
  const entries: RecordedEntry[] = [];
  const broken: number[] = [];
  let cut = false;
  for await (const { line, text, ended } of readLines(file)) {
    if (text.trim() === "") continue;
    const value = lenientJson(text);
    if (isObject(value)) entries.push({ key: null, line, fields: value });
    else if (!ended && value === undefined) cut = true;
    else broken.push(line);
  }
  if (entries.length === 0 && broken.length > 0) throw new InputError({ message: "is not a JSON object; give JSON Lines, a JSON list, or an object with one entry for each id", file, line: broken[0] });
  return { entries, cut, broken };
}

/** A JSON list of entries, an object with one entry for each id, or an object whose `results` are a list. */
function entriesOf(value: unknown, file: string): Pick<RecordedFile, "entries" | "broken"> {
  const list = Array.isArray(value) ? value : isObject(value) && Array.isArray(value.results) ? value.results : null;
  const keyed: [string | null, unknown][] = list !== null ? list.map((item: unknown) => [null, item]) : isObject(value) ? Object.entries(value) : [];
  const entries = keyed.flatMap(([key, item], index): RecordedEntry[] => {
    if (isObject(item)) return [{ key, line: index + 1, fields: item }];
    // An object of plain texts: one response for each id.
    return key !== null && typeof item === "string" ? [{ key, line: index + 1, fields: { response: item } }] : [];
  });
  if (entries.length === 0) throw new InputError({ message: "has no responses; give JSON Lines, a JSON list, or an object with one entry for each id", file });
  const lines = new Set(entries.map(({ line }) => line));
  return { entries, broken: keyed.flatMap((_, index) => (lines.has(index + 1) ? [] : [index + 1])) };
}

/** Reads a file of recorded responses: JSON Lines or JSON, in our layout or one of the benchmarks' authors. What was cut off or cannot be read is counted. */
export async function readRecorded(file: string): Promise<RecordedFile> {
  const information = await stat(file).catch((error: NodeJS.ErrnoException) => {
    throw new InputError({ message: error.code === "ENOENT" ? "there is no such file of responses; check the path" : `cannot be read (${error.code ?? error.message})`, file });
  });
  if (!information.isFile()) throw new InputError({ message: "is not a file; give the file of responses", file });
  if (await isJsonLines(file)) return readJsonLines(file);
  if (information.size > maximumJsonBytes) throw new InputError({ message: `is larger than ${maximumJsonBytes} bytes; write it as JSON Lines`, file });
  const text = await readFile(file, "utf8");
  const value = lenientJson(text);
  if (value !== undefined) return { ...entriesOf(value, file), cut: false };
  const whole = entriesOfCutJson(text);
  if (whole === undefined) throw new InputError({ message: "is not valid JSON; correct it, or write the responses again", file });
  return { ...entriesOf(whole, file), cut: true };
}
