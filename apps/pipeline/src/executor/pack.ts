import { mkdir, writeFile } from "node:fs/promises";
import { dirname, isAbsolute, join, normalize } from "node:path";
import { z } from "zod";

const headerSchema = z.array(z.object({ name: z.string(), bytes: z.number().int().min(0) }));

/** The length of the header, in the bytes before it. */
const LENGTH_BYTES = 4;

/** A folder's files as one piece: the length of a header, the header (names and sizes as JSON), the files one after the other. */
export function pack(files: readonly { name: string; bytes: Uint8Array }[]): Uint8Array {
  const header = Buffer.from(JSON.stringify(files.map(({ name, bytes }) => ({ name, bytes: bytes.length }))));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32LE(header.length);
  return Buffer.concat([length, header, ...files.map(({ bytes }) => bytes)]);
}

/** Writes what `pack` made into a folder. Throws where it is damaged or names a file outside of the folder. */
export async function unpack(packed: Uint8Array, folder: string): Promise<void> {
  const buffer = Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength);
  if (buffer.length < LENGTH_BYTES) throw new Error("storage: a task's object is cut off");
  let at = LENGTH_BYTES + buffer.readUInt32LE();
  const files = headerSchema.parse(JSON.parse(buffer.subarray(LENGTH_BYTES, at).toString("utf8")));
  if (at + files.reduce((sum, { bytes }) => sum + bytes, 0) !== buffer.length) throw new Error("storage: a task's object is cut off");
  const outside = files.find(({ name }) => isAbsolute(name) || normalize(name).startsWith(".."));
  if (outside !== undefined) throw new Error(`storage: a task's object names a file outside of its folder: ${outside.name}`);
  await mkdir(folder, { recursive: true });
  for (const { name, bytes } of files) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), buffer.subarray(at, at + bytes));
    at += bytes;
  }
}
