import { open, rename, rm, type FileHandle } from "node:fs/promises";
import { InputError } from "../input-error.js";

/**
 * The safetensors format (github.com/huggingface/safetensors, "Format"): 8 bytes little-endian N, the length of the
 * header; N bytes of JSON, `{name: {dtype, shape, data_offsets: [begin, end]}, "__metadata__": {string: string}}`, offsets
 * relative to what follows; then the data, without holes.
 */
export type SafetensorsType = "F32" | "F16" | "BF16" | "I64" | "I32" | "U8" | "BOOL";

/** The format's own limit on the header. */
const maxHeaderLength = 100_000_000;
const maxRank = 16;

const bytesOf: Readonly<Record<SafetensorsType, number>> = { F32: 4, F16: 2, BF16: 2, I64: 8, I32: 4, U8: 1, BOOL: 1 };

/** One tensor in host memory. Narrow floats are widened to float32, I64 narrowed to int32; numbers that do not fit are an error. */
export interface HostTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array | Uint8Array;
}

/**
 * A tensor to be written: its type follows its data (Float32Array F32, Int32Array I32, Uint8Array U8) unless `type` says otherwise. Data may
 * be a function, asked when its turn to be written comes, so that not all need be in memory at once; its type is F32 unless said otherwise.
 */
export interface TensorToWrite {
  readonly shape: readonly number[];
  readonly data: HostTensor["data"] | (() => Promise<HostTensor["data"]>);
  readonly type?: SafetensorsType;
}

export interface SafetensorsEntry {
  readonly name: string;
  readonly type: SafetensorsType;
  readonly shape: readonly number[];
  /** Offsets in the file. */
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  readonly entries: readonly SafetensorsEntry[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** Reads and checks the header alone. Nothing is allocated on the word of the file beyond its own size. */
export async function readSafetensorsHeader(file: string): Promise<SafetensorsHeader> {
  const handle = await openFile(file);
  try {
    return await headerOf(file, handle);
  } finally {
    await handle.close();
  }
}

/**
 * Reads all tensors, or those that `select` names, one after the other.
 * @throws InputError for a truncated file, a header that lies about offsets or shapes, or a type that is not supported
 */
export async function readSafetensors(file: string, { select }: { select?: (name: string) => boolean } = {}): Promise<Record<string, HostTensor>> {
  const handle = await openFile(file);
  try {
    const { entries } = await headerOf(file, handle);
    const tensors: Record<string, HostTensor> = {};
    for (const entry of entries) if (select?.(entry.name) ?? true) tensors[entry.name] = await readEntry(file, handle, entry);
    return tensors;
  } finally {
    await handle.close();
  }
}

/** Writes tensors in the order given, beside the file and then renamed over it, so that a reader never sees half of one. */
export async function writeSafetensors(file: string, tensors: Readonly<Record<string, TensorToWrite>>, metadata: Readonly<Record<string, string>> = { format: "pt" }): Promise<void> {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const [name, tensor] of Object.entries(tensors)) {
    const type = typeOf(tensor);
    const size = sizeOf(tensor.shape);
    if (typeof tensor.data !== "function") checkLength(name, tensor.shape, tensor.data);
    header[name] = { dtype: type, shape: tensor.shape, data_offsets: [offset, offset + size * bytesOf[type]] };
    offset += size * bytesOf[type];
  }
  // Padded with spaces to 8 bytes, as the reference implementation does, so that data is aligned.
  const text = Buffer.from(JSON.stringify(header));
  const padded = Buffer.concat([text, Buffer.alloc((8 - (text.length % 8)) % 8, " ")]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  const partial = `${file}.partial-${process.pid}`;
  const handle = await open(partial, "w");
  try {
    await handle.write(length);
    await handle.write(padded);
    for (const [name, tensor] of Object.entries(tensors)) {
      const data = typeof tensor.data === "function" ? await tensor.data() : tensor.data;
      checkLength(name, tensor.shape, data);
      await writeFully(handle, encode(data, typeOf(tensor)));
    }
    await handle.sync();
  } catch (error) {
    await handle.close();
    await rm(partial, { force: true });
    throw error;
  }
  await handle.close();
  await rename(partial, file);
}

function checkLength(name: string, shape: readonly number[], { length }: HostTensor["data"]): void {
  if (sizeOf(shape) !== length) throw new Error(`writeSafetensors: ${name} has ${length} numbers for shape [${shape}]`);
}

async function writeFully(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await handle.write(bytes, at, Math.min(bytes.length - at, 1 << 28))).bytesWritten;
}

async function openFile(file: string): Promise<FileHandle> {
  try {
    return await open(file, "r");
  } catch (error) {
    throw new InputError({ file, message: `cannot be opened (${(error as NodeJS.ErrnoException).code ?? "unknown error"}): is the path right?`, cause: error });
  }
}

async function headerOf(file: string, handle: FileHandle): Promise<SafetensorsHeader> {
  const broken = (message: string, field?: string): InputError => new InputError({ file, field, message: `${message}; the file is damaged or not safetensors: download or write it again` });
  const { size: fileSize } = await handle.stat();
  if (fileSize < 8) throw broken(`has ${fileSize} bytes, a safetensors file at least 8`);
  const prefix = Buffer.alloc(8);
  await handle.read(prefix, 0, 8, 0);
  const declared = prefix.readBigUInt64LE();
  if (declared > BigInt(Math.min(maxHeaderLength, fileSize - 8))) throw broken(`says its header has ${declared} bytes, more than the file or the format allows`);
  const length = Number(declared);
  const bytes = Buffer.alloc(length);
  await handle.read(bytes, 0, length, 8);
  let parsed: unknown;
  try {
    parsed = JSON.parse(bytes.toString("utf8"));
  } catch {
    throw broken("has a header that is not JSON");
  }
  if (!isRecord(parsed)) throw broken("has a header that is not a JSON object");
  const { __metadata__: metadata = {}, ...described } = parsed;
  if (!isRecord(metadata) || Object.values(metadata).some((value) => typeof value !== "string")) throw broken("has metadata that is not text", "__metadata__");
  const dataStart = 8 + length;
  const entries = Object.entries(described).map(([name, entry]) => checkedEntry({ name, entry, dataStart, fileSize, broken }));
  const ordered = entries.toSorted((a, b) => a.begin - b.begin || a.end - b.end);
  let end = dataStart;
  for (const entry of ordered) {
    if (entry.begin !== end) throw broken(entry.begin < end ? "overlaps the tensor before it" : "leaves a hole before it", entry.name);
    end = entry.end;
  }
  if (end !== fileSize) throw broken(`has ${fileSize - end} bytes after its last tensor`);
  return { entries, metadata: metadata as Record<string, string> };
}

function checkedEntry({ name, entry, dataStart, fileSize, broken }: { name: string; entry: unknown; dataStart: number; fileSize: number; broken: (message: string, field?: string) => InputError }): SafetensorsEntry {
  if (!isRecord(entry)) throw broken("is not described by an object", name);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (typeof dtype !== "string" || !Object.hasOwn(bytesOf, dtype)) throw broken(`has type ${String(dtype)}; the types read are ${Object.keys(bytesOf).join(", ")}`, name);
  const type = dtype as SafetensorsType;
  if (!Array.isArray(shape) || shape.length > maxRank || !shape.every(isCount)) throw broken("has a shape that is not a short list of whole numbers", name);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) throw broken("has offsets that are not two whole numbers", name);
  const [begin, end] = offsets as [number, number];
  const size = sizeOf(shape) * bytesOf[type];
  if (end < begin || dataStart + end > fileSize) throw broken(`lies at bytes ${begin} to ${end} of the data, outside the file`, name);
  if (!Number.isSafeInteger(size) || end - begin !== size) throw broken(`has ${end - begin} bytes for ${type} [${shape}]`, name);
  return { name, type, shape: shape as number[], begin: dataStart + begin, end: dataStart + end };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, dimension) => product * dimension, 1);
}

async function readEntry(file: string, handle: FileHandle, entry: SafetensorsEntry): Promise<HostTensor> {
  const bytes = new Uint8Array(entry.end - entry.begin);
  await readBytes({ file, handle, entry, bytes });
  return { shape: entry.shape, data: decode({ file, name: entry.name, type: entry.type, bytes }) };
}

async function readBytes({ file, handle, entry: { name, begin }, bytes }: { file: string; handle: FileHandle; entry: SafetensorsEntry; bytes: Uint8Array }): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const { bytesRead } = await handle.read(bytes, at, Math.min(bytes.length - at, 1 << 28), begin + at);
    if (bytesRead === 0) throw new InputError({ file, field: name, message: "ends inside this tensor: the file is truncated, download or write it again" });
    at += bytesRead;
  }
}

/**
 * Reads entries of files in turn and hands each to `take`, which must be done with the data when it returns: float32 tensors all come
 * in the same memory. That lies 4 bytes off any alignment, so that TensorFlow copies it instead of keeping it.
 */
export async function streamSafetensors({ files, take }: { files: readonly { file: string; entries: readonly SafetensorsEntry[] }[]; take: (name: string, tensor: HostTensor) => void }): Promise<void> {
  const sizes = files.flatMap(({ entries }) => entries.map(({ type, begin, end }) => (type === "F32" ? end - begin : 0)));
  const staging = new ArrayBuffer(sizes.reduce((largest, size) => Math.max(largest, size), 0) + 4);
  for (const { file, entries } of files) {
    const handle = await openFile(file);
    try {
      for (const entry of entries) {
        if (entry.type !== "F32") {
          take(entry.name, await readEntry(file, handle, entry));
          continue;
        }
        await readBytes({ file, handle, entry, bytes: new Uint8Array(staging, 4, entry.end - entry.begin) });
        take(entry.name, { shape: entry.shape, data: new Float32Array(staging, 4, (entry.end - entry.begin) / 4) });
      }
    } finally {
      await handle.close();
    }
  }
}

function decode({ file, name, type, bytes }: { file: string; name: string; type: SafetensorsType; bytes: Uint8Array }): HostTensor["data"] {
  const { buffer } = bytes;
  switch (type) {
    case "F32":
      return new Float32Array(buffer);
    case "I32":
      return new Int32Array(buffer);
    case "U8":
    case "BOOL":
      return bytes;
    case "BF16":
      return widenBfloat16(new Uint16Array(buffer));
    case "F16":
      return Float32Array.from(new Uint16Array(buffer), halfToNumber);
    case "I64":
      return Int32Array.from(new BigInt64Array(buffer), (value) => {
        const number = Number(value);
        if (number !== (number | 0)) throw new InputError({ file, field: name, message: `holds ${value}, which does not fit 32 bits` });
        return number;
      });
  }
}

/** A bfloat16 is the upper half of a float32. */
export function widenBfloat16(halves: Uint16Array): Float32Array {
  const words = new Uint32Array(halves.length);
  for (let index = 0; index < halves.length; index += 1) words[index] = (halves[index] as number) << 16;
  return new Float32Array(words.buffer);
}

/** Rounds to nearest, ties to even; NaN stays NaN. */
export function narrowBfloat16(values: Float32Array): Uint16Array {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = new Uint16Array(values.length);
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] as number;
    halves[index] = (word & 0x7fffffff) > 0x7f800000 ? (word >>> 16) | 0x40 : (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
  }
  return halves;
}

/** IEEE 754 binary16 to a number. */
export function halfToNumber(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function typeOf({ data, type }: TensorToWrite): SafetensorsType {
  if (type !== undefined) return type;
  if (data instanceof Float32Array || typeof data === "function") return "F32";
  return data instanceof Int32Array ? "I32" : "U8";
}

function encode(data: HostTensor["data"], type: SafetensorsType): Uint8Array {
  const asBytes = (array: ArrayBufferView): Uint8Array => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  if (type === "BF16" && data instanceof Float32Array) return asBytes(narrowBfloat16(data));
  if (type === "I64") return asBytes(BigInt64Array.from(data, BigInt));
  const natural = data instanceof Float32Array ? ["F32"] : data instanceof Int32Array ? ["I32"] : ["U8", "BOOL"];
  if (!natural.includes(type)) throw new Error(`writeSafetensors: ${data.constructor.name} cannot be written as ${type}`);
  return asBytes(data);
}
