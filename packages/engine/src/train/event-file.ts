import { appendFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { crc32c } from "./crc32c.js";

/**
 * TensorBoard's event file: records of length, masked CRC, bytes and masked CRC (tensorflow/core/lib/io/record_writer.h), each
 * a serialized Event (event.proto: wall_time = 1, step = 2, file_version = 3, summary = 5, session_log = 7). A file of its own for each
 * start of a run; a restart says from which step on the older files do not count.
 */
export class EventFile {
  private readonly path: string;

  constructor(folder: string) {
    this.path = join(folder, `events.out.tfevents.${Math.floor(Date.now() / 1000)}.${hostname()}.${process.pid}`);
  }

  /** @param first the first step that will be written */
  async open(first: number): Promise<void> {
    // SessionLog.status = 1, START = 1.
    const start = first <= 1 ? [] : [record(event(first, bytesField(7, [0x08, 0x01])))];
    await appendFile(this.path, Buffer.concat([record(event(0, bytesField(3, [...Buffer.from("brain.Event:2")]))), ...start]));
  }

  /** Summary.value = 1; Value.tag = 1, Value.simple_value = 2. */
  async write(step: number, scalars: Readonly<Record<string, number>>): Promise<void> {
    const values = Object.entries(scalars).flatMap(([name, value]) => bytesField(1, [...bytesField(1, [...Buffer.from(name)]), 0x15, ...floatBytes(value)]));
    await appendFile(this.path, record(event(step, bytesField(5, values))));
  }
}

function event(step: number, content: readonly number[]): Buffer {
  const time = Buffer.alloc(8);
  time.writeDoubleLE(Date.now() / 1000);
  return Buffer.from([0x09, ...time, 0x10, ...varint(step), ...content]);
}

function record(content: Buffer): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(content.length));
  return Buffer.concat([length, checksum(length), content, checksum(content)]);
}

/** The CRC rotated and shifted by a constant, because a CRC over bytes that hold CRCs is weak (tensorflow/core/lib/hash/crc32c.h). */
function checksum(bytes: Buffer): Buffer {
  const crc = crc32c(bytes);
  const masked = Buffer.alloc(4);
  masked.writeUInt32LE((((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0);
  return masked;
}

function bytesField(field: number, content: readonly number[]): number[] {
  return [(field << 3) | 2, ...varint(content.length), ...content];
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(Math.floor(value / 128))];
}

function floatBytes(value: number): number[] {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return [...bytes];
}
