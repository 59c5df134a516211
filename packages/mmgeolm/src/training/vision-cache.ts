import { compile, tf } from "@mmgeo/engine";
import { PixelStore } from "@mmgeo/mmclip";
import type { Parameters } from "../model/language.js";
import type { Model } from "../model/model.js";
import { tokensPerImage } from "../model/multimodal-config.js";
import { visionFeatures } from "../model/multimodal.js";

/** Pictures in one pass of the tower: enough to fill the cores, few enough for small machines. */
const imagesInPass = 32;

/** The tower's features of pictures, each computed once, `[tokens, width]` row-major. */
export type FeatureCache = Map<string, Float32Array>;

export function pixelStoreOf(model: Model): PixelStore | null {
  return model.imageProcessor === null ? null : new PixelStore({ processor: model.imageProcessor });
}

/** Computes the tower's features of every picture, for a tower that does not change: stage 2 runs it no more. */
export async function cacheFeatures({ model, images, pixels, onProgress }: { model: Model; images: readonly string[]; pixels: PixelStore; onProgress?: (done: number, total: number) => void }): Promise<FeatureCache> {
  const { multimodal } = model.config;
  const cache: FeatureCache = new Map();
  if (multimodal === null) return cache;
  const unique = [...new Set(images)];
  const tower = compile((parameters: Parameters, values: tf.Tensor) => visionFeatures({ parameters, config: multimodal, pixels: values }));
  const parameters = Object.fromEntries(Object.entries(model.parameters).filter(([name]) => name.startsWith("vision_tower.")));
  const size = tokensPerImage(multimodal) * multimodal.vision.hidden_size * multimodal.featureLayers.length;
  try {
    for (let start = 0; start < unique.length; start += imagesInPass) {
      const paths = unique.slice(start, start + imagesInPass);
      const { data, shape } = await pixels.pixels(paths);
      const input = tf.tensor(data, shape);
      const output = tower(parameters, input);
      const values = (await output.data()) as Float32Array;
      tf.dispose([input, output]);
      for (const [index, path] of paths.entries()) cache.set(path, values.slice(index * size, (index + 1) * size));
      onProgress?.(Math.min(start + imagesInPass, unique.length), unique.length);
    }
  } finally {
    tower.dispose();
  }
  return cache;
}
