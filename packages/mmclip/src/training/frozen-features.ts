import { createHash } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder, type HostTensor, readSafetensors, writeSafetensors } from "@mmgeo/engine";
import type { PixelStore } from "../images/pixel-store.js";
import { encodeImages, encodeTexts } from "../model/encode.js";
import type { ClipModel } from "../model/model.js";

type Tower = "vision" | "text";

/** What a tower makes of an input depends on these and nothing else. */
async function digestOfTower(model: ClipModel, tower: Tower): Promise<string> {
  const hash = createHash("sha256");
  const { config, imageProcessor, tokenizer } = model;
  hash.update(JSON.stringify(tower === "vision" ? [config.vision_config, imageProcessor] : [config.text_config, tokenizer?.files ?? null]));
  for (const name of Object.keys(model.parameters).sort()) {
    if (!name.startsWith(`${tower}_model.`)) continue;
    const data = await (model.parameters[name] as { data(): Promise<Float32Array | Int32Array | Uint8Array> }).data();
    hash.update(name).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest("hex").slice(0, 32);
}

const digestOf = (content: string | Uint8Array): string => createHash("sha256").update(content).digest("hex").slice(0, 32);

/** What a frozen tower pools of pictures or captions, each encoded once. */
export class FrozenFeatures {
  readonly #rows: ReadonlyMap<string, Float32Array>;
  readonly #width: number;
  /** Inputs that had to be encoded; the others were on disk. */
  readonly encoded: number;

  constructor({ rows, width, encoded }: { rows: ReadonlyMap<string, Float32Array>; width: number; encoded: number }) {
    this.#rows = rows;
    this.#width = width;
    this.encoded = encoded;
  }

  /**
   * Encodes `items` (paths of pictures, or captions) that are not yet in the cache of this tower, `<folder>/<digest of the tower>.safetensors`: one
   * tensor an input, named by the digest of its content.
   *
   * @param folder default is `features` in the per-user cache
   */
  static async prepare({ model, tower, items, store, folder = join(cacheFolder(), "features") }: { model: ClipModel; tower: Tower; items: Iterable<string>; store: PixelStore; folder?: string }): Promise<FrozenFeatures> {
    const distinct = [...new Set(items)];
    const digests = new Map<string, string>();
    for (const item of distinct) digests.set(item, digestOf(tower === "vision" ? await readFile(item).catch(() => item) : item));
    await mkdir(folder, { recursive: true });
    const file = join(folder, `${await digestOfTower(model, tower)}.safetensors`);
    const wanted = new Set(digests.values());
    // A damaged cache is made anew.
    const kept: Record<string, HostTensor> = await readSafetensors(file).catch(() => ({}));
    const missing = distinct.filter((item) => kept[digests.get(item) as string] === undefined);
    const encoded = tower === "vision" ? await encodeImages({ model, images: missing, store, kind: "features" }) : await encodeTexts({ model, texts: missing, kind: "features" });
    for (const [index, item] of missing.entries()) kept[digests.get(item) as string] = { shape: [encoded.size], data: encoded.data.slice(index * encoded.size, (index + 1) * encoded.size) };
    if (missing.length > 0) await writeSafetensors(file, kept);
    const rows = new Map<string, Float32Array>();
    for (const [item, digest] of digests) if (wanted.has(digest)) rows.set(item, (kept[digest] as HostTensor).data as Float32Array);
    return new FrozenFeatures({ rows, width: rows.values().next().value?.length ?? 0, encoded: missing.length });
  }

  /** `[items, width]`. */
  rows(items: readonly string[]): HostTensor {
    const data = new Float32Array(items.length * this.#width);
    for (const [index, item] of items.entries()) data.set(this.#rows.get(item) as Float32Array, index * this.#width);
    return { data, shape: [items.length, this.#width] };
  }
}
