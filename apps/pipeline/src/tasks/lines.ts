import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { InputError } from "@mmgeo/dataset";
import { z } from "zod";

/** A range of the lines of a file in the store. */
export const linesSchema = z.object({
  /** relative to the store */
  file: z.string().refine((file) => !file.split("/").includes("..") && !file.startsWith("/"), "lies outside of the store"),
  from: z.number().int().min(0),
  to: z.number().int().min(0),
});
export type LineRange = z.infer<typeof linesSchema>;

/** The values of a range of lines of JSON. */
export async function readLineRange({ store, range }: { store: string; range: LineRange }): Promise<unknown[]> {
  const lines = (await readFile(join(store, range.file), "utf8")).split("\n").slice(range.from, range.to);
  if (lines.length < range.to - range.from || lines.includes("")) throw new InputError({ message: `has no lines ${range.from} to ${range.to}`, file: range.file });
  return lines.map((line) => JSON.parse(line) as unknown);
}

/** Cuts `count` lines of a file into ranges of at most `size`. */
export function rangesOf({ file, count, size }: { file: string; count: number; size: number }): LineRange[] {
  return Array.from({ length: Math.ceil(count / size) }, (_, index) => ({ file, from: index * size, to: Math.min(count, (index + 1) * size) }));
}
