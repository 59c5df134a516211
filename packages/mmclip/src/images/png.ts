import { maximumInputPixels } from "@mmgeo/dataset";
import { crc32, inflateSync } from "node:zlib";
import type { RgbImage } from "./resample.js";

/** A picture's header and the chunks that decoding needs (ISO 15948, section 11). */
interface PngParts {
  width: number;
  height: number;
  depth: number;
  color: number;
  palette: Uint8Array;
  transparency: Uint8Array | null;
  data: Uint8Array[];
}

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** Values a pixel by color type. */
const channelsOf: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const depthsOf: Readonly<Record<number, readonly number[]>> = { 0: [1, 2, 4, 8, 16], 2: [8, 16], 3: [1, 2, 4, 8], 4: [8, 16], 6: [8, 16] };

/** Null where the file is damaged or has what is left to the general decoder: interlacing, an orientation, animation. */
function partsOf(bytes: Buffer): PngParts | null {
  if (bytes.length < 45 || !bytes.subarray(0, 8).equals(SIGNATURE)) return null;
  const parts: PngParts = { width: 0, height: 0, depth: 0, color: 0, palette: new Uint8Array(0), transparency: null, data: [] };
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const end = at + 12 + length;
    if (end > bytes.length || crc32(bytes.subarray(at + 4, end - 4)) !== bytes.readUInt32BE(end - 4)) return null;
    const type = bytes.toString("latin1", at + 4, at + 8);
    const content = bytes.subarray(at + 8, end - 4);
    if (type === "IHDR") {
      if (length !== 13 || content[10] !== 0 || content[11] !== 0 || content[12] !== 0) return null;
      parts.width = content.readUInt32BE(0);
      parts.height = content.readUInt32BE(4);
      parts.depth = content[8] as number;
      parts.color = content[9] as number;
    } else if (type === "PLTE") parts.palette = content;
    else if (type === "tRNS") parts.transparency = content;
    else if (type === "IDAT") parts.data.push(content);
    else if (type === "eXIf" || type === "acTL") return null;
    else if (type === "IEND") break;
    at = end;
  }
  const { width, height, depth, color } = parts;
  const fits = width > 0 && height > 0 && width * height <= maximumInputPixels && depthsOf[color]?.includes(depth) === true;
  // A transparent grey or color is rare, and only palettes are worth a path of their own.
  return fits && parts.data.length > 0 && (parts.transparency === null || color === 3) ? parts : null;
}

/** Undoes the filters of all rows in place (section 9); `step` is the distance in bytes to the pixel on the left. */
function unfilter(raw: Uint8Array, rows: number, stride: number, step: number): boolean {
  // Above the first row everything is zero.
  let above: Uint8Array = new Uint8Array(stride);
  for (let row = 0; row < rows; row++) {
    const filter = raw[row * (stride + 1)] as number;
    const line = raw.subarray(row * (stride + 1) + 1, (row + 1) * (stride + 1));
    if (filter === 1) {
      for (let at = step; at < stride; at++) line[at] = (line[at] as number) + (line[at - step] as number);
    } else if (filter === 2) {
      for (let at = 0; at < stride; at++) line[at] = (line[at] as number) + (above[at] as number);
    } else if (filter === 3) {
      for (let at = 0; at < stride; at++) line[at] = (line[at] as number) + (((at < step ? 0 : (line[at - step] as number)) + (above[at] as number)) >> 1);
    } else if (filter === 4) {
      for (let at = 0; at < Math.min(step, stride); at++) line[at] = (line[at] as number) + (above[at] as number);
      for (let at = step; at < stride; at++) {
        const [left, up, corner] = [line[at - step] as number, above[at] as number, above[at - step] as number];
        const toLeft = Math.abs(up - corner);
        const toUp = Math.abs(left - corner);
        const toCorner = Math.abs(left + up - 2 * corner);
        line[at] = (line[at] as number) + (toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner);
      }
    } else if (filter !== 0) return false;
    above = line;
  }
  return true;
}

/** Over white, as transformers lays transparent pictures. */
function overWhite(value: number, alpha: number): number {
  return Math.round((value * alpha + 255 * (255 - alpha)) / 255);
}

function toRgb({ width, height, depth, color, palette, transparency }: PngParts, raw: Uint8Array, stride: number): Uint8Array {
  const result = new Uint8Array(width * height * 3);
  if (depth === 8 && color === 2) {
    for (let y = 0; y < height; y++) result.set(raw.subarray(y * (stride + 1) + 1, (y + 1) * (stride + 1)), y * width * 3);
    return result;
  }
  if (depth === 8 && color === 6) {
    for (let y = 0, to = 0; y < height; y++) {
      for (let x = 0, at = y * (stride + 1) + 1; x < width; x++, at += 4, to += 3) {
        const alpha = raw[at + 3] as number;
        for (let channel = 0; channel < 3; channel++) result[to + channel] = alpha === 255 ? (raw[at + channel] as number) : overWhite(raw[at + channel] as number, alpha);
      }
    }
    return result;
  }
  const channels = channelsOf[color] as number;
  const largest = 2 ** depth - 1;
  for (let y = 0; y < height; y++) {
    const start = y * (stride + 1) + 1;
    /** The value numbered `index` in the row, as it is stored. */
    const stored = (index: number): number => {
      if (depth === 8) return raw[start + index] as number;
      if (depth === 16) return ((raw[start + 2 * index] as number) << 8) | (raw[start + 2 * index + 1] as number);
      const bit = index * depth;
      return ((raw[start + (bit >> 3)] as number) >> (8 - depth - (bit & 7))) & largest;
    };
    /** Of 16 bits the higher 8; of less than 8 bits the same share of 255. */
    const byte = (index: number): number => (depth === 16 ? stored(index) >> 8 : depth === 8 ? stored(index) : (stored(index) * 255) / largest);
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 3;
      let [red, green, blue, alpha] = [0, 0, 0, 255];
      if (color === 3) {
        const entry = stored(x);
        [red, green, blue] = [palette[3 * entry] ?? 0, palette[3 * entry + 1] ?? 0, palette[3 * entry + 2] ?? 0];
        alpha = transparency?.[entry] ?? 255;
      } else if (color === 0) {
        // Pillow, and so transformers, takes a grey of 16 bits for what it is in 8: all beyond 255 is white.
        red = green = blue = depth === 16 ? Math.min(255, stored(x)) : byte(x);
      } else if (color === 4) {
        red = green = blue = byte(channels * x);
        alpha = byte(channels * x + 1);
      } else {
        [red, green, blue] = [byte(channels * x), byte(channels * x + 1), byte(channels * x + 2)];
        if (color === 6) alpha = byte(channels * x + 3);
      }
      result[at] = alpha === 255 ? red : overWhite(red, alpha);
      result[at + 1] = alpha === 255 ? green : overWhite(green, alpha);
      result[at + 2] = alpha === 255 ? blue : overWhite(blue, alpha);
    }
  }
  return result;
}

/**
 * Decodes a PNG file to RGB over white, values as Pillow gives them (profiles and gamma are not applied). Null where the file is
 * no PNG, is damaged, or has what only the general decoder reads; for the small pictures of figures it is several times as
 * fast as that.
 */
export function decodePng(bytes: Buffer): RgbImage | null {
  const parts = partsOf(bytes);
  if (parts === null) return null;
  const { width, height, depth, color, data } = parts;
  const bits = depth * (channelsOf[color] as number);
  const stride = Math.ceil((width * bits) / 8);
  const length = (stride + 1) * height;
  try {
    const raw = inflateSync(data.length === 1 ? (data[0] as Uint8Array) : Buffer.concat(data), { maxOutputLength: length });
    if (raw.length !== length || !unfilter(raw, height, stride, Math.max(1, bits >> 3))) return null;
    return { data: toRgb(parts, raw, stride), width, height };
  } catch {
    return null;
  }
}
