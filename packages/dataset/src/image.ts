import { availableParallelism } from "node:os";
import { readFile, stat } from "node:fs/promises";
import sharp from "sharp";
import { InputError } from "./input-error.js";

/** The most pixels an image may decode to: 64 million, 200 MB as RGB. A small file can claim far more. */
export const maximumInputPixels = 64_000_000;
/** The largest image file that is read. */
export const maximumImageBytes = 256 * 1024 * 1024;
/** Raster formats that are decoded. SVG is left out: it can refer to other files. */
const formats = ["png", "jpeg", "webp", "gif", "tiff", "heif"];

export interface LoadImageOptions {
  /** Width and height of the result in pixels, one number for a square; the image's own size when left out. */
  size?: number | { width: number; height: number };
  /**
   * How an image of another shape becomes `size`: "pad" keeps all of it in proportion and fills the rest with `background`,
   * "crop" fills the frame and cuts what is outside, "stretch" changes the proportions.
   * @default "pad"
   */
  fit?: "pad" | "crop" | "stretch";
  /** 3 for RGB, 1 for grey. @default 3 */
  channels?: 1 | 3;
  /** The colour, 0 to 255, of padding and of transparent places. @default white */
  background?: { red: number; green: number; blue: number };
  /** The resampling kernel; "cubic" is what the image processors of CLIP and SigLIP use. @default "cubic" */
  kernel?: "nearest" | "linear" | "cubic" | "lanczos3";
}

/** Pixels row by row, `channels` values each: `data[(y * width + x) * channels + channel]`. */
export interface LoadedImage<Data extends Uint8Array | Float32Array = Uint8Array> {
  data: Data;
  width: number;
  height: number;
  channels: 1 | 3;
}

/** The bytes of an image, with the errors that name its file. */
export async function readSource(source: string | Uint8Array): Promise<Uint8Array> {
  if (typeof source !== "string") return source;
  const information = await stat(source).catch((error: NodeJS.ErrnoException) => {
    throw new InputError({ message: error.code === "ENOENT" ? "there is no such image; check the path" : `cannot be read (${error.code ?? error.message})`, file: source });
  });
  if (!information.isFile()) throw new InputError({ message: "is not a file; give the path of an image", file: source });
  if (information.size > maximumImageBytes) throw new InputError({ message: `is larger than ${maximumImageBytes} bytes; give a smaller image`, file: source });
  return readFile(source);
}

/** The `InputError` of an image that does not decode. */
export function imageError(error: unknown, source: string | Uint8Array): InputError {
  const reason = (error instanceof Error ? error.message : String(error)).replace(/\s+/g, " ").trim();
  return new InputError({ message: `does not decode as an image (${reason}); replace it`, file: typeof source === "string" ? source : null, cause: error });
}

/**
 * Decodes an image file, or the bytes of one (PNG, JPEG, WebP, GIF, TIFF, AVIF), to RGB or grey bytes of a given size.
 * Turned as its EXIF orientation says; of an animation the first frame.
 *
 * @throws {InputError} where there is no image, it does not decode, or it has more than `maximumInputPixels` pixels
 */
export async function loadImage(source: string | Uint8Array, options: LoadImageOptions & { as: "float32" }): Promise<LoadedImage<Float32Array>>;
export async function loadImage(source: string | Uint8Array, options?: LoadImageOptions & { as?: "uint8" }): Promise<LoadedImage>;
export async function loadImage(
  source: string | Uint8Array,
  { size, fit = "pad", channels = 3, background = { red: 255, green: 255, blue: 255 }, kernel = "cubic", as = "uint8" }: LoadImageOptions & { as?: "uint8" | "float32" } = {},
): Promise<LoadedImage<Uint8Array | Float32Array>> {
  const bytes = await readSource(source);
  const color = { r: background.red, g: background.green, b: background.blue };
  try {
    const image = sharp(bytes, { limitInputPixels: maximumInputPixels, failOn: "warning" });
    const { format } = await image.metadata();
    if (format === undefined || !formats.includes(format)) throw new Error(`the format ${format ?? "unknown"} is not one of ${formats.join(", ")}`);
    let pipeline = image.autoOrient().flatten({ background: color });
    if (size !== undefined) {
      const { width, height } = typeof size === "number" ? { width: size, height: size } : size;
      const sharpFit = { pad: "contain", crop: "cover", stretch: "fill" } as const;
      pipeline = pipeline.resize({ width, height, fit: sharpFit[fit], background: color, kernel, fastShrinkOnLoad: false });
    }
    pipeline = channels === 1 ? pipeline.greyscale() : pipeline.toColourspace("srgb");
    const { data, info } = await pipeline.raw().toBuffer({ resolveWithObject: true });
    if (info.channels !== channels) throw new Error(`decodes to ${info.channels} channels`);
    // A copy of its own length: the decoder's buffer may be part of a larger one.
    return { data: as === "float32" ? Float32Array.from(data, (value) => value / 255) : new Uint8Array(data), width: info.width, height: info.height, channels };
  } catch (error) {
    throw imageError(error, source);
  }
}

/** Loads many images of one size, several at a time, in the order given. */
export async function loadImages(sources: readonly (string | Uint8Array)[], options: LoadImageOptions & { size: number | { width: number; height: number } }): Promise<LoadedImage[]> {
  const images: LoadedImage[] = Array.from({ length: sources.length });
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < sources.length; index = next++) images[index] = await loadImage(sources[index] as string | Uint8Array, options);
  };
  await Promise.all(Array.from({ length: Math.min(sources.length, availableParallelism() * 2) }, worker));
  return images;
}
