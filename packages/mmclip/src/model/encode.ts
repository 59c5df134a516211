import { InputError } from "@mmgeo/dataset";
import { compile, tf } from "@mmgeo/engine";
import type { ModelConfig } from "../config/model-config.js";
import { PixelStore } from "../images/pixel-store.js";
import type { TokenBatch } from "../text/caption-tokenizer.js";
import { imageEmbeddings, imageFeatures, textEmbeddings, textFeatures } from "./embeddings.js";
import { type ClipModel, maximumTokensOf } from "./model.js";
import type { ParameterMap } from "./parameters.js";

export type Precision = "float32" | "bfloat16";

/** Embeddings of unit length, row by row. */
export interface EmbeddingMatrix {
  /** `count * size` values. */
  data: Float32Array;
  count: number;
  size: number;
}

/** SigLIP attends to its padding, so every text has its full length; elsewhere padding changes nothing and is kept short. */
export function paddingBelongsToModel(config: ModelConfig): boolean {
  return config.model_type === "siglip";
}

/** CLIP's text tower is causal and reads the end of the text, so what stands behind it needs no mask; BERT's and XLM-RoBERTa's do. */
export function needsMask(config: ModelConfig): boolean {
  return config.model_type === "altclip" || config.model_type === "vision-text-dual-encoder";
}

/** The ids and, where the model needs it, the mask of a batch as tensors. */
export function textTensors(config: ModelConfig, { ids, mask, texts, tokens }: TokenBatch): { ids: tf.Tensor; attentionMask?: tf.Tensor } {
  const tensor = { ids: tf.tensor(ids, [texts, tokens], "int32") };
  return needsMask(config) ? { ...tensor, attentionMask: tf.tensor(mask, [texts, tokens], "int32") } : tensor;
}

/** A length that texts of about this length share, so that few shapes are captured. */
export function sharedLength({ tokens, config, multiple = 8 }: { tokens: number; config: ModelConfig; multiple?: number }): number {
  const maximum = maximumTokensOf(config);
  return paddingBelongsToModel(config) ? maximum : Math.min(maximum, Math.ceil(tokens / multiple) * multiple);
}

/** Runs `encode` over batches of one size; the last is filled up by repeating its first entry, and only real rows are kept. */
async function encodeInBatches({ count, batchSize, encode }: { count: number; batchSize: number; encode: (places: number[]) => Promise<tf.Tensor> | tf.Tensor }): Promise<EmbeddingMatrix> {
  let data = new Float32Array(0);
  let size = 0;
  for (let start = 0; start < count; start += batchSize) {
    const rows = Math.min(batchSize, count - start);
    const filled = Math.min(batchSize, count);
    const places = Array.from({ length: filled }, (_, index) => (index < rows ? start + index : start));
    const embedded = await encode(places);
    const values = await embedded.data<"float32">();
    size = embedded.shape[1] as number;
    embedded.dispose();
    if (start === 0) data = new Float32Array(count * size);
    data.set(values.subarray(0, rows * size), start * size);
  }
  return { data, count, size };
}

export interface EncodeOptions {
  model: ClipModel;
  /** @default 32 */
  batchSize?: number;
  /** Precision of the matrix products. @default "float32" */
  precision?: Precision;
  /** `features` are what a tower pools, before any projection and not of unit length. @default "embeddings" */
  kind?: "embeddings" | "features";
}

/** Embeddings of image files, in the order given. `store` keeps decoded images between calls. */
export async function encodeImages({ model, images, store, batchSize = 32, precision = "float32", kind = "embeddings" }: EncodeOptions & { images: readonly string[]; store?: PixelStore }): Promise<EmbeddingMatrix> {
  const { config, parameters, imageProcessor } = model;
  const pixelStore = store ?? new PixelStore({ processor: imageProcessor });
  const run = compile((tensors: { parameters: ParameterMap; pixels: tf.Tensor }) => (kind === "features" ? imageFeatures : imageEmbeddings)({ ...tensors, config }), { precision });
  try {
    return await encodeInBatches({
      count: images.length,
      batchSize,
      encode: async (places) => {
        const { data, shape } = await pixelStore.pixels(places.map((place) => images[place] as string));
        const pixels = tf.tensor(data, shape, "float32");
        try {
          return run({ parameters, pixels });
        } finally {
          pixels.dispose();
        }
      },
    });
  } finally {
    run.dispose();
  }
}

/** Embeddings of captions, in the order given. Captions of like length are encoded together where the model allows it. */
export async function encodeTexts({ model, texts, batchSize = 32, precision = "float32", kind = "embeddings" }: EncodeOptions & { texts: readonly string[] }): Promise<EmbeddingMatrix> {
  const { config, parameters, tokenizer } = model;
  if (tokenizer === null) throw new InputError({ message: "the model has no tokenizer.json; captions cannot be encoded without it", field: "tokenizer.json" });
  const order = texts.map((text, index) => ({ index, length: tokenizer.encode(text).length })).sort((left, right) => left.length - right.length || left.index - right.index);
  const run = compile((tensors: { parameters: ParameterMap; ids: tf.Tensor; attentionMask?: tf.Tensor }) => (kind === "features" ? textFeatures : textEmbeddings)({ ...tensors, config }), { precision });
  try {
    const sorted = await encodeInBatches({
      count: texts.length,
      batchSize,
      encode: (places) => {
        const captions = places.map((place) => texts[(order[place] as { index: number }).index] as string);
        const longest = Math.max(...places.map((place) => (order[place] as { length: number }).length));
        const tensors = textTensors(config, tokenizer.encodeBatch(captions, { tokens: sharedLength({ tokens: longest, config }) }));
        try {
          return run({ parameters, ...tensors });
        } finally {
          tf.dispose(tensors);
        }
      },
    });
    const data = new Float32Array(sorted.data.length);
    for (const [place, { index }] of order.entries()) data.set(sorted.data.subarray(place * sorted.size, (place + 1) * sorted.size), index * sorted.size);
    return { ...sorted, data };
  } finally {
    run.dispose();
  }
}
