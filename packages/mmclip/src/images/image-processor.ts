import { z } from "zod";
import { InputError } from "@mmgeo/dataset";
import type { ModelConfig } from "../config/model-config.js";
import { patchGrid } from "../config/tower-config.js";
import { resample, resamplingFilters, type RgbImage } from "./resample.js";

const length = z.number().int().positive().max(8192);
const sizeSchema = z.union([z.object({ height: length, width: length }), z.object({ shortest_edge: length }), length.transform((edge) => ({ shortest_edge: edge }))]);
const channels = z.union([z.array(z.number()).length(3), z.number().transform((value) => [value, value, value])]);

/** `preprocessor_config.json` of CLIP's, SigLIP's and ViT's image processors; absent fields take CLIP's defaults. */
export const imageProcessorSchema = z.looseObject({
  do_resize: z.boolean().default(true),
  size: sizeSchema.default({ shortest_edge: 224 }),
  resample: z.number().int().min(0).max(5).default(resamplingFilters.bicubic),
  do_center_crop: z.boolean().nullish().transform((value) => value ?? false),
  crop_size: z.union([z.object({ height: length, width: length }), length.transform((edge) => ({ height: edge, width: edge }))]).nullish(),
  do_rescale: z.boolean().default(true),
  rescale_factor: z.number().positive().default(1 / 255),
  do_normalize: z.boolean().default(true),
  image_mean: channels.default([0.48145466, 0.4578275, 0.40821073]),
  image_std: channels.default([0.26862954, 0.26130258, 0.27577711]),
  /** Ours, ignored by transformers: pad to a square with this colour first, as LLaVA's `image_aspect_ratio: pad` does. */
  pad_to_square: z.array(z.number().int().min(0).max(255)).length(3).nullish(),
});

export type ImageProcessor = z.infer<typeof imageProcessorSchema>;

/** Checks a `preprocessor_config.json`. CLIP's processor crops unless told otherwise; SigLIP's and ViT's never do. */
export function parseImageProcessor(value: unknown, { file = null }: { file?: string | null } = {}): ImageProcessor {
  const given = typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  const kind = String(given["image_processor_type"] ?? given["feature_extractor_type"] ?? "");
  const crops = kind.startsWith("CLIP") && given["do_center_crop"] === undefined ? { do_center_crop: true, crop_size: given["crop_size"] ?? 224 } : {};
  const parsed = imageProcessorSchema.safeParse({ ...given, ...crops });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new InputError({ message: issue?.message ?? "is not an image processor configuration", file, field: issue?.path.join(".") ?? null });
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

function resizedTo(image: RgbImage, size: ImageProcessor["size"]): { width: number; height: number } {
  if ("height" in size) return size;
  // transformers keeps the proportions: the short side becomes the edge, the long one is cut to a whole pixel.
  const edge = size.shortest_edge;
  return image.width <= image.height ? { width: edge, height: Math.trunc((edge * image.height) / image.width) } : { width: Math.trunc((edge * image.width) / image.height), height: edge };
}

/** Cuts the middle out; what would lie outside is black, as transformers' center_crop pads with zeros. */
function centerCrop(image: RgbImage, { width, height }: { width: number; height: number }): RgbImage {
  if (image.width === width && image.height === height) return image;
  const top = Math.floor((image.height - height) / 2);
  const left = Math.floor((image.width - width) / 2);
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
  return processor.do_center_crop && processor.crop_size ? centerCrop(result, processor.crop_size) : result;
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
  for (let channel = 0; channel < 3; channel++) {
    const mean = processor.do_normalize ? (processor.image_mean[channel] as number) : 0;
    const deviation = processor.do_normalize ? (processor.image_std[channel] as number) : 1;
    // Only 256 values can occur, so each is computed once.
    const values = Float32Array.from({ length: 256 }, (_, byte) => (byte * factor - mean) / deviation);
    const base = offset + channel * plane;
    for (let index = 0; index < plane; index++) pixels[base + index] = values[data[index * 3 + channel] as number] as number;
  }
  return { pixels, width, height };
}
