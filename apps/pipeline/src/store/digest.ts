import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir } from "node:fs/promises";
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

/** A digest of the names and contents of all files below a folder; those for which `ignore` is true do not count. */
export async function digestOfFolder(folder: string, ignore: (file: string) => boolean = () => false): Promise<string> {
  const whole = createHash("sha256");
  for (const file of await filesBelow(folder)) {
    if (ignore(file)) continue;
    const one = createHash("sha256");
    await pipeline(createReadStream(join(folder, file)), one);
    whole.update(`${file}\0${one.digest("hex")}\n`);
  }
  return whole.digest("hex");
}
