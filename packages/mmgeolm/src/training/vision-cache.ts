import { createHash } from "node:crypto";
import { mkdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { InputError } from "@mmgeo/dataset";
import { compile, type HostTensor, tf } from "@mmgeo/engine";
import { PixelStore } from "@mmgeo/mmclip";
import type { Parameters } from "../model/language.js";
import type { Model } from "../model/model.js";
import { tokensPerImage } from "../model/multimodal-config.js";
import { visionFeatures } from "../model/multimodal.js";

/** Pictures in one pass of the tower: enough to fill the cores, few enough for small machines. */
const imagesInPass = 32;

export function pixelStoreOf(model: Model): PixelStore | null {
  return model.imageProcessor === null ? null : new PixelStore({ processor: model.imageProcessor });
}

/** The features that a tower which does not change gives of pictures. */
export interface FeatureStore {
  /** `[images, tokens, width]` */
  features(images: readonly string[]): Promise<HostTensor>;
  /** pictures the tower was run on, and those whose features lay on disk already */
  counts: { computed: number; found: number };
}

/**
 * Runs the tower over every picture once. Features are kept in memory, or, with a folder, on disk by the content of the picture and of the
 * tower: another stage, another run or a resumed one finds them there.
 */
export async function featureStore({ model, images, pixels, folder = null, onProgress }: { model: Model; images: readonly string[]; pixels: PixelStore; folder?: string | null; onProgress?: (done: number, total: number) => void }): Promise<FeatureStore> {
  const { multimodal } = model.config;
  if (multimodal === null) throw new InputError({ message: "a plain language model has no vision tower", field: "model" });
  const tokens = tokensPerImage(multimodal);
  const width = multimodal.vision.hidden_size * multimodal.featureLayers.length;
  const size = tokens * width;
  const parameters = Object.fromEntries(Object.entries(model.parameters).filter(([name]) => name.startsWith("vision_tower.")));
  const inMemory = new Map<string, Float32Array>();
  const files = new Map<string, string>();
  const unique = [...new Set(images)];
  let missing = unique;
  if (folder !== null) {
    const place = join(folder, await towerKey(model, parameters));
    await mkdir(place, { recursive: true });
    missing = [];
    for (const image of unique) {
      const file = join(place, `${await contentKey(image)}.f32`);
      files.set(image, file);
      const known = await stat(file).catch(() => null);
      if (known?.size !== size * Float32Array.BYTES_PER_ELEMENT) missing.push(image);
    }
  }
  const tower = compile((values: Parameters, input: tf.Tensor) => visionFeatures({ parameters: values, config: multimodal, pixels: input }));
  try {
    for (let start = 0; start < missing.length; start += imagesInPass) {
      const paths = missing.slice(start, start + imagesInPass);
      const { data, shape } = await pixels.pixels(paths);
      const input = tf.tensor(data, shape);
      const output = tower(parameters, input);
      const values = (await output.data()) as Float32Array;
      tf.dispose([input, output]);
      for (const [index, path] of paths.entries()) {
        const own = values.slice(index * size, (index + 1) * size);
        const file = files.get(path);
        if (file === undefined) inMemory.set(path, own);
        else await publish(file, own);
      }
      onProgress?.(Math.min(start + imagesInPass, missing.length), missing.length);
    }
  } finally {
    tower.dispose();
  }
  return {
    counts: { computed: missing.length, found: unique.length - missing.length },
    features: async (paths) => {
      const data = new Float32Array(paths.length * size);
      for (const [index, path] of paths.entries()) data.set(inMemory.get(path) ?? (await stored(files.get(path) as string, size)), index * size);
      return { shape: [paths.length, tokens, width], data };
    },
  };
}

/** Half a file would be taken for features, so it is renamed into its place once it is whole. */
async function publish(file: string, values: Float32Array): Promise<void> {
  const partial = `${file}.${process.pid}.partial`;
  await writeFile(partial, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  await rename(partial, file);
}

async function stored(file: string, size: number): Promise<Float32Array> {
  const bytes = await readFile(file);
  if (bytes.length !== size * Float32Array.BYTES_PER_ELEMENT) throw new InputError({ message: "does not hold one picture's features; remove it and start again", file });
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

async function contentKey(image: string): Promise<string> {
  const bytes = await readFile(image).catch((error: NodeJS.ErrnoException) => {
    throw new InputError({ message: `cannot be read (${error.code ?? error.message}); check the path`, file: image });
  });
  return createHash("sha256").update(bytes).digest("hex").slice(0, 32);
}

/** Everything that shapes the features besides the picture. */
async function towerKey({ config, imageProcessor }: Model, parameters: Parameters): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify([config.multimodal?.vision, config.multimodal?.featureLayers, config.multimodal?.featureSelection, imageProcessor]));
  for (const name of Object.keys(parameters).sort()) {
    const values = (await parameters[name]?.data()) as Float32Array;
    hash.update(name).update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }
  return hash.digest("hex").slice(0, 32);
}
