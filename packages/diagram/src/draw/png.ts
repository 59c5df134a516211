import { constants, crc32, deflateSync } from "node:zlib";
import { InputError } from "@mmgeo/dataset";
import { Resvg } from "@resvg/resvg-js";

/** A side of more pixels than this is refused before anything is allocated. */
const MAX_SIDE = 8192;

/** A picture in memory, rows from the top, 1 (grey) or 3 (red, green, blue) bytes a pixel. */
export interface Pixels {
  width: number;
  height: number;
  channels: 1 | 3;
  data: Uint8Array;
}

/** Renders an SVG to pixels; grey where the picture holds no colour. */
export function renderPixels(svg: string, { size }: { /** side in pixels */ size: number }): Pixels {
  if (!Number.isInteger(size) || size < 1 || size > MAX_SIDE) throw new InputError({ message: `a picture is 1 to ${MAX_SIDE} pixels wide, not ${size}`, field: "size" });
  // Text is already outlines: no font is loaded, which is most of what a call would cost.
  const image = new Resvg(svg, { fitTo: { mode: "width", value: size }, font: { loadSystemFonts: false } }).render();
  const rgba = image.pixels;
  const { width, height } = image;
  const count = width * height;
  const grey = new Uint8Array(count);
  let index = 0;
  for (; index < count; index += 1) {
    const red = rgba[index * 4] as number;
    if (red !== rgba[index * 4 + 1] || red !== rgba[index * 4 + 2]) break;
    grey[index] = red;
  }
  if (index === count) return { width, height, channels: 1, data: grey };
  const data = new Uint8Array(count * 3);
  for (index = 0; index < count; index += 1) data.set(rgba.subarray(index * 4, index * 4 + 3), index * 3);
  return { width, height, channels: 3, data };
}

/** PNG (ISO/IEC 15948), 8 bits a sample, rows unfiltered, matches of run length only: a line drawing is mostly runs, and this is several times faster than a full search at the same size. */
export function encodePng({ width, height, channels, data }: Pixels): Uint8Array {
  const stride = width * channels;
  const rows = new Uint8Array((stride + 1) * height);
  for (let row = 0; row < height; row += 1) rows.set(data.subarray(row * stride, (row + 1) * stride), row * (stride + 1) + 1);
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, channels === 1 ? 0 : 2, 0, 0, 0], 8);
  const signature = new Uint8Array([137, 80, 78, 71, 13, 10, 26, 10]);
  return Buffer.concat([signature, chunk("IHDR", header), chunk("IDAT", deflateSync(rows, { level: 3, strategy: constants.Z_RLE })), chunk("IEND", new Uint8Array(0))]);
}

function chunk(type: string, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(body.length + 12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, body.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(body, 8);
  view.setUint32(body.length + 8, crc32(bytes.subarray(4, body.length + 8)));
  return bytes;
}

/** Renders an SVG of `drawSvg` to PNG, `size` pixels wide and high. */
export function renderPng(svg: string, options: { size: number }): Uint8Array {
  return encodePng(renderPixels(svg, options));
}

/** How many pixels of two pictures of one size differ by more than a quarter of the range, what an eye sees at a glance; counting stops at `most`. */
export function differingPixels(first: Pixels, second: Pixels, most = Number.POSITIVE_INFINITY): number {
  if (first.width !== second.width || first.height !== second.height) throw new RangeError("pictures of different size cannot be compared pixel by pixel");
  const count = first.width * first.height;
  const { data: one, channels: oneStep } = first;
  const { data: two, channels: twoStep } = second;
  let differing = 0;
  for (let index = 0; index < count && differing < most; index += 1) {
    const difference = (one[index * oneStep] as number) - (two[index * twoStep] as number);
    if (difference > 64 || difference < -64) differing += 1;
  }
  return differing;
}
