import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { InputError, parseJson, readJsonLines, validate } from "@mmgeo/dataset";
import { z } from "zod";

/** The largest JSON file of a benchmark that is read whole. */
const maximumJsonBytes = 256 * 1024 * 1024;

/** A JSON file checked against a schema. */
export async function readJson<Schema extends z.ZodType>(file: string, schema: Schema): Promise<z.infer<Schema>> {
  const information = await stat(file).catch((error: NodeJS.ErrnoException) => {
    throw new InputError({ message: error.code === "ENOENT" ? "there is no such file; give the benchmark's folder as its authors publish it" : `cannot be read (${error.code ?? error.message})`, file });
  });
  if (!information.isFile() || information.size > maximumJsonBytes) throw new InputError({ message: `is not a file of at most ${maximumJsonBytes} bytes`, file });
  return validate({ schema, value: parseJson(await readFile(file, "utf8"), { file }), place: { file } });
}

/** All values of a JSON Lines file checked against a schema. */
export async function readLinesOf<Schema extends z.ZodType>(file: string, schema: Schema): Promise<z.infer<Schema>[]> {
  const values: z.infer<Schema>[] = [];
  for await (const { value } of readJsonLines({ file, schema })) values.push(value);
  return values;
}

/** Names in a folder, sorted; an `InputError` where it is none. */
export async function namesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    throw new InputError({ message: error.code === "ENOENT" ? "there is no such folder; give the benchmark's folder as its authors publish it" : `cannot be read (${error.code ?? error.message})`, file: folder });
  });
  return names.sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
}

/** The first of several places where a picture may lie; null where it was not downloaded. */
export function imageAmong(folder: string, ...paths: string[]): string | null {
  return paths.map((path) => join(folder, path)).find((path) => existsSync(path)) ?? null;
}

/** A checksum of questions: the prompts, the choices and the gold answers, whatever files they came from. */
export function checksumOf(questions: readonly { id: string; prompt: string; gold: string; choices: readonly { label: string; text: string }[] | null }[]): string {
  const hash = createHash("sha256");
  for (const { id, prompt, gold, choices } of questions) hash.update(JSON.stringify([id, prompt, gold, choices]));
  return hash.digest("hex");
}
