import { halfToNumber, widenBfloat16 } from "./safetensors.js";

/** One of GGML's tensor types: blocks of so many numbers in so many bytes (ggml-common.h and ggml-quants.c say how). */
export interface QuantizedType {
  readonly name: string;
  readonly blockSize: number;
  readonly blockBytes: number;
  /** Writes the numbers of one block. */
  readonly decode: (bytes: Uint8Array, at: number, out: Float32Array, to: number) => void;
}

/** The types read, by their number in the file. */
export const quantizedTypes: ReadonlyMap<number, QuantizedType> = new Map<number, QuantizedType>([
  [0, { name: "F32", blockSize: 1, blockBytes: 4, decode: (bytes, at, out, to) => void (out[to] = new DataView(bytes.buffer, bytes.byteOffset + at, 4).getFloat32(0, true)) }],
  [1, { name: "F16", blockSize: 1, blockBytes: 2, decode: (bytes, at, out, to) => void (out[to] = half(bytes, at)) }],
  [30, { name: "BF16", blockSize: 1, blockBytes: 2, decode: (bytes, at, out, to) => void (out[to] = widenBfloat16(Uint16Array.of(word(bytes, at)))[0] as number) }],
  [2, { name: "Q4_0", blockSize: 32, blockBytes: 18, decode: (bytes, at, out, to) => fourOrFiveBits({ bytes, at, out, to, five: false, minimum: false }) }],
  [3, { name: "Q4_1", blockSize: 32, blockBytes: 20, decode: (bytes, at, out, to) => fourOrFiveBits({ bytes, at, out, to, five: false, minimum: true }) }],
  [6, { name: "Q5_0", blockSize: 32, blockBytes: 22, decode: (bytes, at, out, to) => fourOrFiveBits({ bytes, at, out, to, five: true, minimum: false }) }],
  [7, { name: "Q5_1", blockSize: 32, blockBytes: 24, decode: (bytes, at, out, to) => fourOrFiveBits({ bytes, at, out, to, five: true, minimum: true }) }],
  [8, { name: "Q8_0", blockSize: 32, blockBytes: 34, decode: eightBits }],
  [12, { name: "Q4_K", blockSize: 256, blockBytes: 144, decode: fourBitsOfSuperblock }],
  [14, { name: "Q6_K", blockSize: 256, blockBytes: 210, decode: sixBitsOfSuperblock }],
]);

function word(bytes: Uint8Array, at: number): number {
  return (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
}

function half(bytes: Uint8Array, at: number): number {
  return halfToNumber(word(bytes, at));
}

function signed(byte: number): number {
  return (byte << 24) >> 24;
}

/** A scale, a minimum or none, the fifth bits or none, then 16 bytes whose low nibbles are the first half of the block. */
function fourOrFiveBits({ bytes, at, out, to, five, minimum }: { bytes: Uint8Array; at: number; out: Float32Array; to: number; five: boolean; minimum: boolean }): void {
  const scale = half(bytes, at);
  const center = five ? 16 : 8;
  const offset = minimum ? half(bytes, at + 2) : -center * scale;
  const highAt = at + (minimum ? 4 : 2);
  const lowAt = highAt + (five ? 4 : 0);
  const high = five ? word(bytes, highAt) | (word(bytes, highAt + 2) << 16) : 0;
  for (let index = 0; index < 16; index += 1) {
    const byte = bytes[lowAt + index] as number;
    const first = (byte & 15) | (((high >>> index) & 1) << 4);
    const second = (byte >> 4) | (((high >>> (index + 16)) & 1) << 4);
    out[to + index] = first * scale + offset;
    out[to + index + 16] = second * scale + offset;
  }
}

function eightBits(bytes: Uint8Array, at: number, out: Float32Array, to: number): void {
  const scale = half(bytes, at);
  for (let index = 0; index < 32; index += 1) out[to + index] = signed(bytes[at + 2 + index] as number) * scale;
}

/** Eight groups of 32, each with a scale and a minimum of 6 bits packed into 12 bytes. */
function fourBitsOfSuperblock(bytes: Uint8Array, at: number, out: Float32Array, to: number): void {
  const scaleOfScales = half(bytes, at);
  const scaleOfMinima = half(bytes, at + 2);
  const packed = (index: number): number => bytes[at + 4 + index] as number;
  for (let group = 0; group < 8; group += 1) {
    const scale = group < 4 ? packed(group) & 63 : (packed(group + 4) & 15) | ((packed(group - 4) >> 6) << 4);
    const minimum = group < 4 ? packed(group + 4) & 63 : (packed(group + 4) >> 4) | ((packed(group) >> 6) << 4);
    const from = at + 16 + 32 * (group >> 1);
    for (let index = 0; index < 32; index += 1) {
      const byte = bytes[from + index] as number;
      out[to + 32 * group + index] = scaleOfScales * scale * (group % 2 === 0 ? byte & 15 : byte >> 4) - scaleOfMinima * minimum;
    }
  }
}

/** Sixteen groups of 16, each with a scale of 8 bits; 4 low bits and 2 high bits of each number lie apart. */
function sixBitsOfSuperblock(bytes: Uint8Array, at: number, out: Float32Array, to: number): void {
  const scale = half(bytes, at + 208);
  for (let part = 0; part < 2; part += 1) {
    const low = at + 64 * part;
    const high = at + 128 + 32 * part;
    const scales = at + 192 + 8 * part;
    for (let index = 0; index < 128; index += 1) {
      const quarter = index >> 5;
      const place = index & 31;
      const nibbles = bytes[low + place + (quarter % 2) * 32] as number;
      const bits = ((quarter < 2 ? nibbles & 15 : nibbles >> 4) | ((((bytes[high + place] as number) >> (2 * quarter)) & 3) << 4)) - 32;
      out[to + 128 * part + index] = scale * signed(bytes[scales + 2 * quarter + (place >> 4)] as number) * bits;
    }
  }
}
