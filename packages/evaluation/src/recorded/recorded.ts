import { open, readFile, stat } from "node:fs/promises";
import { InputError, parseJson, readJsonLines } from "@mmgeo/dataset";
import { z } from "zod";
import type { Benchmark, RecordedEntry } from "./benchmarks/benchmark.js";

/** The largest JSON file of responses that is read whole; JSON Lines have no limit but a line's. */
const maximumJsonBytes = 512 * 1024 * 1024;

const fieldsSchema = z.record(z.string(), z.unknown());
/** Fields that hold the text of a response in the layouts that authors publish, the first that is there. */
const textFields = ["response", "text", "model_output", "model_response", "output", "prediction", "model_answer"];
const idFields = ["id", "question_id", "pid", "problem_id", "uid"];

/** Recorded entries of a file, and what is wrong with the file itself. */
export interface RecordedFile {
  entries: RecordedEntry[];
  /** whether the last line was cut off: what it held is missing */
  cut: boolean;
}

async function isJsonLines(file: string): Promise<boolean> {
  if (file.endsWith(".jsonl")) return true;
  const handle = await open(file);
  try {
    const head = Buffer.alloc(64 * 1024);
    const { bytesRead } = await handle.read(head, 0, head.length, 0);
    const line = head.subarray(0, bytesRead).toString("utf8").split("\n")[0]?.trim() ?? "";
    return line.startsWith("{") && line.endsWith("}") && !file.endsWith(".json");
  } finally {
    await handle.close();
  }
}

async function readLines(file: string): Promise<RecordedFile> {
  const entries: RecordedEntry[] = [];
  try {
    for await (const { line, value } of readJsonLines({ file, schema: fieldsSchema })) entries.push({ key: null, line, fields: value });
    return { entries, cut: false };
  } catch (error) {
    if (InputError.isInstance(error) && error.message.includes("cut off")) return { entries, cut: true };
    throw error;
  }
}

/** A JSON list of entries, an object with one entry for each id, or an object whose `results` are a list. */
function entriesOf(value: unknown, file: string): RecordedEntry[] {
  const list = Array.isArray(value) ? value : typeof value === "object" && value !== null && "results" in value && Array.isArray(value.results) ? value.results : null;
  const keyed: [string | null, unknown][] = list !== null ? list.map((item: unknown) => [null, item]) : typeof value === "object" && value !== null ? Object.entries(value) : [];
  if (keyed.length === 0) throw new InputError({ message: "has no responses; give JSON Lines, a JSON list, or an object with one entry for each id", file });
  return keyed.map(([key, item], index) => {
    const fields = fieldsSchema.safeParse(item);
    if (!fields.success) throw new InputError({ message: "is not an object; every response is one with its id and text", file, field: key ?? String(index) });
    return { key, line: index + 1, fields: fields.data };
  });
}

/** Reads a file of recorded responses: JSON Lines or JSON, in our layout or one of the benchmarks' authors. */
export async function readRecorded(file: string): Promise<RecordedFile> {
  const information = await stat(file).catch((error: NodeJS.ErrnoException) => {
    throw new InputError({ message: error.code === "ENOENT" ? "there is no such file of responses; check the path" : `cannot be read (${error.code ?? error.message})`, file });
  });
  if (!information.isFile()) throw new InputError({ message: "is not a file; give the file of responses", file });
  if (await isJsonLines(file)) return readLines(file);
  if (information.size > maximumJsonBytes) throw new InputError({ message: `is larger than ${maximumJsonBytes} bytes; write it as JSON Lines`, file });
  return { entries: entriesOf(parseJson(await readFile(file, "utf8"), { file }), file), cut: false };
}

/** The id that an entry is about, as the benchmark or the usual fields give it. */
export function idOfEntry(entry: RecordedEntry, benchmark: Benchmark): string | null {
  const own = benchmark.idOf?.(entry) ?? null;
  if (own !== null) return own;
  const field = idFields.find((name) => typeof entry.fields[name] === "string" || typeof entry.fields[name] === "number");
  return field === undefined ? entry.key : String(entry.fields[field]);
}

/** The text of an entry's response; null where it has none. */
export function textOfEntry({ fields }: RecordedEntry): string | null {
  const field = textFields.find((name) => typeof fields[name] === "string");
  return field === undefined ? null : (fields[field] as string);
}
