import { readFile } from "node:fs";
import { promisify } from "node:util";
import { loadImage } from "@mmgeo/dataset";
import { decodePng } from "./png.js";
import type { RgbImage } from "./resample.js";

// Of small files the handles of node:fs/promises take longer than the reading.
const readWhole = promisify(readFile);

/**
 * A picture file as RGB, transparency over white. PNG, what figures are kept in, goes a fast way; all else, and what is
 * damaged, through the general decoder, which says what is wrong.
 *
 * @throws {InputError} where there is no such file or it does not decode
 */
export async function readPicture(path: string): Promise<RgbImage> {
  if (path.toLowerCase().endsWith(".png")) {
    const bytes = await readWhole(path).catch(() => null);
    const picture = bytes === null ? null : decodePng(bytes);
    if (picture !== null) return picture;
  }
  const { data, width, height } = await loadImage(path, { channels: 3 });
  return { data, width, height };
}
