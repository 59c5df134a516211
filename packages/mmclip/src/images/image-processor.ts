import { z } from "zod";
import { InputError } from "@mmgeo/dataset";
import type { ModelConfig } from "../config/model-config.js";
import { patchGrid } from "../config/tower-config.js";
import { resample, resamplingFilters, type RgbImage } from "./resample.js";

const length = z.number().int().positive().max(8192);
const pair = z.tuple([length, length]).transform(([height, width]) => ({ height, width }));
const square = length.transform((edge) => ({ height: edge, width: edge }));
/** Sizes as transformers writes them (`VALID_SIZE_DICT_KEYS`): exact, by the short edge with or without a bound on the long one, or the largest that fits. */
const sizeSchema = z.union([
  z.object({ height: length, width: length }),
  z.object({ max_height: length, max_width: length }),
  z.object({ shortest_edge: length, longest_edge: length.optional() }),
  pair,
]);
const channels = z.union([z.array(z.number()).length(3), z.number().transform((value) => [value, value, value])]);

/** `preprocessor_config.json` with everything written out. */
export const imageProcessorSchema = z.looseObject({
  do_resize: z.boolean(),
  size: sizeSchema,
  resample: z.number().int().min(0).max(5),
  do_center_crop: z.boolean(),
  crop_size: z.union([z.object({ height: length, width: length }), pair, square]).nullish(),
  do_rescale: z.boolean(),
  rescale_factor: z.number().positive(),
  do_normalize: z.boolean(),
  image_mean: channels,
  image_std: channels,
  /** Ours, ignored by transformers: pad to a square with this colour first, as LLaVA's `image_aspect_ratio: pad` does. */
  pad_to_square: z.array(z.number().int().min(0).max(255)).length(3).nullish(),
});

export type ImageProcessor = z.infer<typeof imageProcessorSchema>;

const half = [0.5, 0.5, 0.5];
const common = { do_resize: true, do_center_crop: false, do_rescale: true, rescale_factor: 1 / 255, do_normalize: true, crop_size: null };
/** What transformers' classes take where a file says nothing, by how the class is called. A single number as `size` is a square for ViT only. */
const families = [
  { prefix: "CLIP", square: false, defaults: { ...common, size: { shortest_edge: 224 }, resample: resamplingFilters.bicubic, do_center_crop: true, crop_size: { height: 224, width: 224 }, image_mean: [0.48145466, 0.4578275, 0.40821073], image_std: [0.26862954, 0.26130258, 0.27577711] } },
  { prefix: "Siglip", square: false, defaults: { ...common, size: { height: 224, width: 224 }, resample: resamplingFilters.bicubic, image_mean: half, image_std: half } },
  { prefix: "ViT", square: true, defaults: { ...common, size: { height: 224, width: 224 }, resample: resamplingFilters.bilinear, image_mean: half, image_std: half } },
] as const;

/**
 * Checks a `preprocessor_config.json` and fills in the defaults of the class that it names. A file that names none is taken for
 * CLIP's, save that it crops only if it says so.
 */
export function parseImageProcessor(value: unknown, { file = null }: { file?: string | null } = {}): ImageProcessor {
  if (typeof value !== "object" || value === null) throw new InputError({ message: "is not an image processor configuration", file });
  // transformers takes a member that is null for one that is absent.
  const given = Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null));
  const kind = String(given["image_processor_type"] ?? given["feature_extractor_type"] ?? "");
  const family = families.find(({ prefix }) => kind.startsWith(prefix)) ?? { square: false, defaults: { ...families[0].defaults, do_center_crop: false } };
  if (typeof given["size"] === "number") given["size"] = family.square ? { height: given["size"], width: given["size"] } : { shortest_edge: given["size"] };
  const parsed = imageProcessorSchema.safeParse({ ...family.defaults, ...given });
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new InputError({ message: issue?.message ?? "is not an image processor configuration", file, field: issue?.path.join(".") ?? null });
  }
  if (parsed.data.do_center_crop && !parsed.data.crop_size) throw new InputError({ message: "is missing, and do_center_crop is true", file, field: "crop_size" });
  return parsed.data;
}

/** The processor that a new model is saved with: the whole picture, padded to a square with white, scaled to -1 to 1. */
export function defaultImageProcessor(config: ModelConfig): ImageProcessor {
  const { height, width } = patchGrid(config.vision_config);
  return parseImageProcessor({
    image_processor_type: config.model_type === "siglip" ? "SiglipImageProcessor" : "CLIPImageProcessor",
    do_convert_rgb: true,
    do_resize: true,
    size: { height, width },
    resample: resamplingFilters.bicubic,
    do_center_crop: false,
    do_rescale: true,
    rescale_factor: 1 / 255,
    do_normalize: true,
    image_mean: [0.5, 0.5, 0.5],
    image_std: [0.5, 0.5, 0.5],
    pad_to_square: [255, 255, 255],
  });
}

function padToSquare(image: RgbImage, color: readonly number[]): RgbImage {
  const side = Math.max(image.width, image.height);
  if (image.width === image.height) return image;
  const data = new Uint8Array(side * side * 3);
  for (let index = 0; index < data.length; index++) data[index] = color[index % 3] as number;
  const left = Math.floor((side - image.width) / 2);
  const top = Math.floor((side - image.height) / 2);
  for (let y = 0; y < image.height; y++) data.set(image.data.subarray(y * image.width * 3, (y + 1) * image.width * 3), ((y + top) * side + left) * 3);
  return { data, width: side, height: side };
}

/** Python's `round`: halves go to the even neighbour. */
function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** The size that transformers resizes to: proportions are kept, and a side that follows from the other is cut to a whole pixel. */
function resizedTo({ width, height }: RgbImage, size: ImageProcessor["size"]): { width: number; height: number } {
  if ("height" in size) return size;
  if ("max_height" in size) {
    const scale = Math.min(size.max_height / height, size.max_width / width);
    return { width: Math.max(1, Math.trunc(width * scale)), height: Math.max(1, Math.trunc(height * scale)) };
  }
  let [edge, exact] = [size.shortest_edge, size.shortest_edge];
  const [short, long] = [Math.min(width, height), Math.max(width, height)];
  if (size.longest_edge !== undefined && (long / short) * edge > size.longest_edge) {
    exact = (size.longest_edge * short) / long;
    edge = Math.max(1, roundHalfToEven(exact));
  }
  if (size.longest_edge !== undefined && short === edge) return { width, height };
  return width <= height ? { width: edge, height: Math.trunc((exact * height) / width) } : { width: Math.trunc((exact * width) / height), height: edge };
}

/** Cuts the middle out; what would lie outside is black, as transformers' center_crop pads with zeros. */
function centerCrop(image: RgbImage, { width, height }: { width: number; height: number }, half: (value: number) => number): RgbImage {
  if (image.width === width && image.height === height) return image;
  const top = half((image.height - height) / 2);
  const left = half((image.width - width) / 2);
  const data = new Uint8Array(width * height * 3);
  for (let y = Math.max(0, -top); y < height && y + top < image.height; y++) {
    const from = Math.max(0, left);
    const to = Math.min(image.width, left + width);
    data.set(image.data.subarray(((y + top) * image.width + from) * 3, ((y + top) * image.width + to) * 3), (y * width + from - left) * 3);
  }
  return { data, width, height };
}

/** Whether `image` already has the size it would be brought to, so that only arithmetic is left. */
export function geometryOf(image: RgbImage, processor: ImageProcessor): RgbImage {
  let result = processor.pad_to_square ? padToSquare(image, processor.pad_to_square) : image;
  if (processor.do_resize) result = resample({ image: result, ...resizedTo(result, processor.size), filter: processor.resample });
  // Where an odd number of pixels is added, transformers' torchvision backend puts the larger part after the picture and its Pillow
  // backend, the only one that has these two filters, before it.
  const half = processor.resample === resamplingFilters.box || processor.resample === resamplingFilters.hamming ? Math.floor : Math.trunc;
  return processor.do_center_crop && processor.crop_size ? centerCrop(result, processor.crop_size, half) : result;
}

/**
 * One image as the model takes it: `pixel_values` without the batch, `[3, height, width]`, written to `target` from `offset`
 * if given. Steps and order are those of transformers' image processors: resize, crop, rescale, normalise.
 */
export function preprocessImage({ image, processor, target, offset = 0 }: { image: RgbImage; processor: ImageProcessor; target?: Float32Array; offset?: number }): { pixels: Float32Array; width: number; height: number } {
  const { data, width, height } = geometryOf(image, processor);
  const plane = width * height;
  const pixels = target ?? new Float32Array(3 * plane);
  const factor = processor.do_rescale ? processor.rescale_factor : 1;
  // Only 256 values can occur in a channel, so each is computed once.
  const values = new Float32Array(3 * 256);
  for (let index = 0; index < values.length; index++) {
    const mean = processor.do_normalize ? (processor.image_mean[index >> 8] as number) : 0;
    const deviation = processor.do_normalize ? (processor.image_std[index >> 8] as number) : 1;
    values[index] = ((index & 255) * factor - mean) / deviation;
  }
  for (let index = 0, from = 0; index < plane; index++, from += 3) {
    const place = offset + index;
    pixels[place] = values[data[from] as number] as number;
    pixels[place + plane] = values[256 + (data[from + 1] as number)] as number;
    pixels[place + 2 * plane] = values[512 + (data[from + 2] as number)] as number;
  }
  return { pixels, width, height };
}
