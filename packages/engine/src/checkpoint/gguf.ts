import { open, type FileHandle } from "node:fs/promises";
import { InputError } from "../input-error.js";
import { quantizedTypes, type QuantizedType } from "./dequantize.js";
import type { HostTensor } from "./safetensors.js";

/**
 * The GGUF format, versions 2 and 3 (github.com/ggml-org/ggml, docs/gguf.md), little-endian: magic, version, counts; metadata as
 * key, type, value; tensor descriptions; data aligned to `general.alignment`.
 */
export type GgufValue = number | boolean | string | readonly GgufValue[];

export interface GgufTensor {
  readonly name: string;
  /** As PyTorch counts dimensions; GGUF writes them the other way round. */
  readonly shape: readonly number[];
  /** F32, F16, BF16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q4_K or Q6_K. */
  readonly type: string;
  readonly begin: number;
  readonly end: number;
}

export interface GgufHeader {
  readonly metadata: Readonly<Record<string, GgufValue>>;
  readonly tensors: readonly GgufTensor[];
}

/** Real headers with the largest vocabularies have some 10 MB. */
const maxHeaderLength = 256_000_000;
const maxRank = 8;

/** Reads and checks metadata and tensor descriptions. */
export async function readGgufHeader(file: string): Promise<GgufHeader> {
  return await withFile(file, async (handle) => await headerOf(file, handle));
}

/**
 * Reads tensors, dequantised to float32, one after the other.
 * @param select which to read @default all
 * @throws InputError for a damaged file or a type that is not read
 */
export async function readGguf(file: string, { select }: { select?: (name: string) => boolean } = {}): Promise<Record<string, HostTensor>> {
  return await withFile(file, async (handle) => {
    const { tensors } = await headerOf(file, handle);
    const result: Record<string, HostTensor> = {};
    for (const tensor of tensors) if (select?.(tensor.name) ?? true) result[tensor.name] = await readTensor({ file, handle, tensor });
    return result;
  });
}

async function withFile<Result>(file: string, work: (handle: FileHandle) => Promise<Result>): Promise<Result> {
  let handle: FileHandle;
  try {
    handle = await open(file, "r");
  } catch (error) {
    throw new InputError({ file, message: `cannot be opened (${(error as NodeJS.ErrnoException).code ?? "unknown error"}): is the path right?`, cause: error });
  }
  try {
    return await work(handle);
  } finally {
    await handle.close();
  }
}

async function readTensor({ file, handle, tensor }: { file: string; handle: FileHandle; tensor: GgufTensor }): Promise<HostTensor> {
  const type = [...quantizedTypes.values()].find(({ name }) => name === tensor.type) as QuantizedType;
  const bytes = new Uint8Array(tensor.end - tensor.begin);
  for (let at = 0; at < bytes.length; ) {
    const { bytesRead } = await handle.read(bytes, at, Math.min(bytes.length - at, 1 << 28), tensor.begin + at);
    if (bytesRead === 0) throw damaged(file, "ends inside this tensor", tensor.name);
    at += bytesRead;
  }
  if (type.name === "F32") return { shape: tensor.shape, data: new Float32Array(bytes.buffer) };
  const blocks = bytes.length / type.blockBytes;
  const data = new Float32Array(blocks * type.blockSize);
  for (let block = 0; block < blocks; block += 1) type.decode(bytes, block * type.blockBytes, data, block * type.blockSize);
  return { shape: tensor.shape, data };
}

function damaged(file: string, message: string, field: string | null = null): InputError {
  return new InputError({ file, field, message: `${message}; the file is damaged or not GGUF: download it again` });
}

async function headerOf(file: string, handle: FileHandle): Promise<GgufHeader> {
  const { size: fileSize } = await handle.stat();
  // The length of the header is written nowhere: read more of the file until it is whole.
  for (let length = Math.min(fileSize, 1 << 20); ; length = Math.min(fileSize, length * 4)) {
    const bytes = Buffer.alloc(length);
    await handle.read(bytes, 0, length, 0);
    try {
      return parseHeader({ file, bytes, fileSize });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      if (length >= fileSize || length >= maxHeaderLength) throw damaged(file, "ends inside its header");
    }
  }
}

function parseHeader({ file, bytes, fileSize }: { file: string; bytes: Buffer; fileSize: number }): GgufHeader {
  const reader = new Reader(file, bytes);
  if (bytes.toString("latin1", 0, 4) !== "GGUF") throw damaged(file, "does not begin with GGUF");
  reader.at = 4;
  const version = reader.u32();
  if (version !== 2 && version !== 3) throw new InputError({ file, message: `is GGUF version ${version}; 2 and 3 are read: convert it with a newer llama.cpp` });
  const tensorCount = reader.count("tensor count");
  const metadataCount = reader.count("metadata count");
  const metadata: Record<string, GgufValue> = {};
  for (let index = 0; index < metadataCount; index += 1) metadata[reader.text()] = reader.value(reader.u32(), 0);
  const described: { name: string; shape: number[]; type: number; offset: number }[] = [];
  for (let index = 0; index < tensorCount; index += 1) {
    const name = reader.text();
    const rank = reader.u32();
    if (rank > maxRank) throw damaged(file, `has ${rank} dimensions`, name);
    const shape = Array.from({ length: rank }, () => reader.count("dimension")).reverse();
    described.push({ name, shape, type: reader.u32(), offset: reader.count("offset") });
  }
  const alignment = metadata["general.alignment"] ?? 32;
  if (typeof alignment !== "number" || !Number.isSafeInteger(alignment) || alignment < 1 || alignment > 1 << 20) throw damaged(file, "is no alignment", "general.alignment");
  const dataStart = Math.ceil(reader.at / alignment) * alignment;
  return { metadata, tensors: described.map((tensor) => placedTensor({ file, fileSize, dataStart, ...tensor })) };
}

function placedTensor({ file, fileSize, dataStart, name, shape, type: number, offset }: { file: string; fileSize: number; dataStart: number; name: string; shape: number[]; type: number; offset: number }): GgufTensor {
  const type = quantizedTypes.get(number);
  if (type === undefined) throw new InputError({ file, field: name, message: `has GGML type ${number}; those read are ${[...quantizedTypes.values()].map((known) => known.name).join(", ")}: convert it to one of them` });
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  const row = shape.at(-1) ?? 1;
  if (!Number.isSafeInteger(size) || row % type.blockSize !== 0) throw damaged(file, `has shape [${shape}], which does not divide into blocks of ${type.name}`, name);
  const begin = dataStart + offset;
  const end = begin + (size / type.blockSize) * type.blockBytes;
  if (!(end <= fileSize)) throw damaged(file, `lies at bytes ${begin} to ${end}, outside the file`, name);
  return { name, shape, type: type.name, begin, end };
}

/** Reads values one after the other; a RangeError says that the bytes at hand do not suffice. */
class Reader {
  at = 0;
  private readonly file: string;
  private readonly bytes: Buffer;

  constructor(file: string, bytes: Buffer) {
    this.file = file;
    this.bytes = bytes;
  }

  u32(): number {
    return this.bytes.readUInt32LE(this.advance(4));
  }

  /** An unsigned 64-bit number that counts something in the file. */
  count(what: string): number {
    const value = Number(this.bytes.readBigUInt64LE(this.advance(8)));
    if (!Number.isSafeInteger(value)) throw damaged(this.file, `says its ${what} is ${value}`);
    return value;
  }

  text(): string {
    const length = this.count("text length");
    if (length > maxHeaderLength) throw damaged(this.file, `has a text of ${length} bytes in its header`);
    const start = this.advance(length);
    return this.bytes.toString("utf8", start, start + length);
  }

  value(type: number, depth: number): GgufValue {
    const { bytes } = this;
    switch (type) {
      case 0:
        return bytes.readUInt8(this.advance(1));
      case 1:
        return bytes.readInt8(this.advance(1));
      case 2:
        return bytes.readUInt16LE(this.advance(2));
      case 3:
        return bytes.readInt16LE(this.advance(2));
      case 4:
        return this.u32();
      case 5:
        return bytes.readInt32LE(this.advance(4));
      case 6:
        return bytes.readFloatLE(this.advance(4));
      case 7:
        return bytes.readUInt8(this.advance(1)) !== 0;
      case 8:
        return this.text();
      case 9: {
        if (depth > 4) throw damaged(this.file, "has arrays of arrays of arrays in its metadata");
        const elementType = this.u32();
        const length = this.count("array length");
        // Every element takes at least one byte, so a lying count is found out before anything is made for it.
        if (length > maxHeaderLength) throw damaged(this.file, `has an array of ${length} in its metadata`);
        const values: GgufValue[] = [];
        for (let index = 0; index < length; index += 1) values.push(this.value(elementType, depth + 1));
        return values;
      }
      case 10:
        return Number(bytes.readBigUInt64LE(this.advance(8)));
      case 11:
        return Number(bytes.readBigInt64LE(this.advance(8)));
      case 12:
        return bytes.readDoubleLE(this.advance(8));
      default:
        throw damaged(this.file, `has metadata of type ${type}`);
    }
  }

  private advance(length: number): number {
    const start = this.at;
    if (start + length > this.bytes.length) throw new RangeError("more of the file is needed");
    this.at = start + length;
    return start;
  }
}
