import { open } from "node:fs/promises";
import { InputError } from "@mmgeo/dataset";

/** Numbers of a `.npy` file with their shape. */
export interface NpyArray {
  shape: number[];
  data: Float32Array;
}

/** A header is short; a longer one is no array of numbers. */
const maximumHeaderBytes = 65_536;
/** Readers of numbers by NumPy's type name, little-endian. */
const readers = new Map<string, { bytes: number; read: (view: DataView, at: number) => number }>([
  ["<f2", { bytes: 2, read: (view, at) => halfPrecision(view.getUint16(at, true)) }],
  ["<f4", { bytes: 4, read: (view, at) => view.getFloat32(at, true) }],
  ["<f8", { bytes: 8, read: (view, at) => view.getFloat64(at, true) }],
  [">f4", { bytes: 4, read: (view, at) => view.getFloat32(at, false) }],
  [">f8", { bytes: 8, read: (view, at) => view.getFloat64(at, false) }],
]);

function halfPrecision(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/**
 * Reads an array of floating-point numbers as NumPy's `save` writes it (format versions 1 to 3: the magic string, the header's length, a Python dictionary
 * literal, the numbers in C order).
 *
 * @throws {InputError} for another file, another type or order of numbers, or fewer bytes than the shape asks for
 */
export async function readNpy(file: string): Promise<NpyArray> {
  const refuse = (message: string): never => {
    throw new InputError({ message, file });
  };
  const handle = await open(file).catch((cause: unknown) => {
    throw new InputError({ message: "cannot be read; is the path right?", file, cause });
  });
  try {
    const { size } = await handle.stat();
    const start = Buffer.alloc(12);
    const { bytesRead } = await handle.read(start, 0, 12, 0);
    if (bytesRead < 10 || start.toString("latin1", 0, 6) !== "\u0093NUMPY") refuse("is no .npy file; write it with numpy.save");
    const version = start[6]!;
    const headerStart = version === 1 ? 10 : 12;
    const headerBytes = version === 1 ? start.readUInt16LE(8) : start.readUInt32LE(8);
    if (headerBytes > maximumHeaderBytes || headerStart + headerBytes > size) refuse("has a header that is longer than the file or than any array's; write it again");
    const header = Buffer.alloc(headerBytes);
    await handle.read(header, 0, headerBytes, headerStart);
    const text = header.toString("latin1");
    const type = /'descr':\s*'([^']+)'/.exec(text)?.[1] ?? refuse("has a header without a type of numbers");
    const reader = readers.get(type) ?? refuse(`holds numbers of type ${type}; save it as float32`);
    if (/'fortran_order':\s*True/.test(text)) refuse("is in Fortran's order; save numpy.ascontiguousarray of it");
    const shapeText = /'shape':\s*\(([\d,\sL]*)\)/.exec(text)?.[1] ?? refuse("has a header without a shape");
    const shape = shapeText.split(",").map((part) => part.replace("L", "").trim()).filter((part) => part !== "").map(Number);
    const count = shape.reduce((product, side) => product * side, 1);
    const bytes = count * reader.bytes;
    if (!Number.isSafeInteger(bytes) || headerStart + headerBytes + bytes > size) refuse(`says that it holds ${shape.join(" x ")} numbers and is too short for them; write it again`);
    const content = Buffer.alloc(bytes);
    for (let read = 0; read < bytes; ) {
      const { bytesRead: got } = await handle.read(content, read, Math.min(bytes - read, 1 << 28), headerStart + headerBytes + read);
      if (got === 0) refuse("ends early; write it again");
      read += got;
    }
    const view = new DataView(content.buffer, content.byteOffset, bytes);
    const data = new Float32Array(count);
    for (let index = 0; index < count; index += 1) data[index] = reader.read(view, index * reader.bytes);
    return { shape, data };
  } finally {
    await handle.close();
  }
}
