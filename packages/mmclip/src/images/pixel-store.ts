import { availableParallelism } from "node:os";
import { imageVariant, type ImageVariant, loadImage } from "@mmgeo/dataset";
import { geometryOf, type ImageProcessor, preprocessImage } from "./image-processor.js";
import { readPicture } from "./read-picture.js";
import type { RgbImage } from "./resample.js";

/** The picture moved to the right and down by whole pixels. */
function shiftImage({ data, width, height }: RgbImage, [right, down]: readonly [number, number]): RgbImage {
  const moved = new Uint8Array(data.length).fill(255);
  const [from, to] = [Math.max(0, -right), Math.min(width, width - right)];
  for (let y = Math.max(0, -down); y < Math.min(height, height - down); y++) {
    moved.set(data.subarray((y * width + from) * 3, (y * width + to) * 3), ((y + down) * width + from + right) * 3);
  }
  return { data: moved, width, height };
}

/** Images ready for the model, as bytes: `3 * side * side` each, so 1,000 pictures of 96 pixels take 28 MB. */
export class PixelStore {
  readonly #processor: ImageProcessor;
  /** What is left to do once the geometry is done. */
  readonly #arithmetic: ImageProcessor;
  readonly #images = new Map<string, RgbImage>();
  readonly #maximumBytes: number;
  #bytes = 0;

  readonly #variant: ImageVariant | null;

  /**
   * Beyond `maximumBytes` the images used longest ago are decoded again (2 GiB if not given). With `variant` every picture is changed so first: turned, halved.
   */
  constructor({ processor, maximumBytes = 2 ** 31, variant = null }: { processor: ImageProcessor; maximumBytes?: number; variant?: ImageVariant | null }) {
    this.#variant = variant;
    this.#processor = processor;
    this.#arithmetic = { ...processor, do_resize: false, do_center_crop: false, pad_to_square: null };
    this.#maximumBytes = maximumBytes;
  }

  async #read(path: string): Promise<RgbImage> {
    return this.#variant === null ? readPicture(path) : loadImage(await imageVariant(path, this.#variant));
  }

  async #load(path: string): Promise<RgbImage> {
    const kept = this.#images.get(path);
    if (kept !== undefined) {
      // Moves it to the end of the map's order: the most recently used.
      this.#images.delete(path);
      this.#images.set(path, kept);
      return kept;
    }
    const image = geometryOf(await this.#read(path), this.#processor);
    this.#images.set(path, image);
    this.#bytes += image.data.length;
    for (const [oldest, { data: bytes }] of this.#images) {
      if (this.#bytes <= this.#maximumBytes || oldest === path) break;
      this.#images.delete(oldest);
      this.#bytes -= bytes.length;
    }
    return image;
  }

  /**
   * `pixel_values` of the given images, `[count, 3, side, side]` as one array; `shifts` moves each by whole pixels to the right
   * and down, what comes in being white. Throws an InputError for an image that does not decode.
   */
  async pixels(paths: readonly string[], { shifts }: { shifts?: readonly [number, number][] } = {}): Promise<{ data: Float32Array; shape: [number, number, number, number] }> {
    const images: RgbImage[] = Array.from({ length: paths.length });
    let next = 0;
    const worker = async (): Promise<void> => {
      while (next < paths.length) {
        const index = next++;
        images[index] = await this.#load(paths[index] as string);
      }
    };
    await Promise.all(Array.from({ length: Math.min(paths.length, availableParallelism()) }, worker));
    const { width, height } = images[0] as RgbImage;
    const size = 3 * width * height;
    const data = new Float32Array(paths.length * size);
    for (const [index, image] of images.entries()) {
      const shift = shifts?.[index];
      preprocessImage({ image: shift === undefined ? image : shiftImage(image, shift), processor: this.#arithmetic, target: data, offset: index * size });
    }
    return { data, shape: [paths.length, 3, height, width] };
  }
}
