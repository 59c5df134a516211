import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { pipeline } from "node:stream/promises";

/** JSON with the keys of every object in order, so that equal values give equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === "object" && member !== null && !Array.isArray(member) ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))) : member,
  );
}

export function digestOfValue(value: unknown): string {
  return createHash("sha256").update(canonicalJson(value)).digest("hex");
}

/** Every file below a folder, as sorted slash-separated paths relative to it. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .sort();
}

/** Files below this size, in bytes, are read whole: a stream for each of thousands of pictures costs more than the pictures. */
const READ_WHOLE = 1 << 20;
const FILES_AT_ONCE = 64;

async function digestOfFile(file: string): Promise<string> {
  const hash = createHash("sha256");
  if ((await stat(file)).size < READ_WHOLE) hash.update(await readFile(file));
  else await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}

/** A digest of the names and contents of all files below a folder; those for which `ignore` is true do not count. */
export async function digestOfFolder(folder: string, ignore: (file: string) => boolean = () => false): Promise<string> {
  const files = (await filesBelow(folder)).filter((file) => !ignore(file));
  const whole = createHash("sha256");
  for (let start = 0; start < files.length; start += FILES_AT_ONCE) {
    const some = files.slice(start, start + FILES_AT_ONCE);
    const digests = await Promise.all(some.map((file) => digestOfFile(join(folder, file))));
    for (const [index, file] of some.entries()) whole.update(`${file}\0${digests[index]}\n`);
  }
  return whole.digest("hex");
}
