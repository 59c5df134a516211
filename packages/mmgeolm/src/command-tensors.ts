import { InputError } from "@mmgeo/dataset";
import { type HostTensor, readSafetensors, tf, writeSafetensors } from "@mmgeo/engine";
import { generateIds } from "./generation/generate.js";
import { computeLogits, type TokenBatch } from "./model/logits.js";
import type { Model } from "./model/model.js";
import { moduleName } from "./model/names.js";

const known = new Set(["input_ids", "pixel_values", "labels", "attention_mask"]);

/** Reads `input_ids`, and where present `pixel_values` and `labels`, from a safetensors file. */
async function readInputs(file: string): Promise<{ batch: TokenBatch; pixels: tf.Tensor4D | null; labels: Int32Array | null }> {
  const tensors = await readSafetensors(file);
  for (const name of Object.keys(tensors)) if (!known.has(name)) throw new InputError({ message: `is not one of ${[...known].join(", ")}`, file, field: name });
  const ids = tensors["input_ids"];
  if (ids === undefined) throw new InputError({ message: "is missing; give token ids [batch, tokens]", file, field: "input_ids" });
  const shape = ids.shape.length === 1 ? [1, ...ids.shape] : ids.shape;
  const [batch = 0, tokens = 0] = shape;
  if (shape.length !== 2 || batch === 0 || tokens === 0 || !(ids.data instanceof Int32Array)) throw new InputError({ message: `has shape [${ids.shape.join(", ")}]; token ids are whole numbers [batch, tokens]`, file, field: "input_ids" });
  const { labels, pixel_values: pixels, attention_mask: mask } = tensors;
  if (labels !== undefined && (labels.data.length !== ids.data.length || !(labels.data instanceof Int32Array))) throw new InputError({ message: "has to have one whole number for each token, -100 where nothing is learnt", file, field: "labels" });
  if (pixels !== undefined && pixels.shape.length !== 4) throw new InputError({ message: `has shape [${pixels.shape.join(", ")}]; it is [images, 3, side, side]`, file, field: "pixel_values" });
  if (mask !== undefined && Array.from(mask.data).some((value) => Number(value) !== 1)) throw new InputError({ message: "has zeros; give rows of one length without padding", file, field: "attention_mask" });
  return { batch: { ids: ids.data, batch, tokens }, pixels: pixels === undefined ? null : pixelTensor(pixels), labels: (labels?.data as Int32Array | undefined) ?? null };
}

function pixelTensor({ shape, data }: HostTensor): tf.Tensor4D {
  return tf.tensor4d(Float32Array.from(data), shape as [number, number, number, number]);
}

/**
 * `mmgeo mmgeolm logits`: writes `logits` and, with labels, `loss`; with `gradients` also `grad.<parameter>` for every parameter,
 * under the checkpoint's name and, for LLaVA, under the name transformers' modules have as well.
 */
export async function logitsOfFile({ model, input, output, gradients }: { model: Model; input: string; output: string; gradients: boolean }): Promise<{ shape: number[]; loss: number | null; gradients: number }> {
  const { batch, pixels, labels } = await readInputs(input);
  const result = computeLogits({ model, batch, pixels, labels, gradients, where: input });
  const written: Record<string, HostTensor> = { logits: await host(result.logits) };
  if (result.loss !== null) written["loss"] = await host(tf.reshape(result.loss, [1]));
  for (const [name, gradient] of Object.entries(result.gradients ?? {})) {
    const values = await host(gradient);
    const names = model.config.multimodal === null ? [name] : [model.fileNames[name] ?? name, moduleName(name)];
    for (const spelling of names) written[`grad.${spelling}`] = values;
  }
  await writeSafetensors(output, written);
  return { shape: result.logits.shape, loss: written["loss"] === undefined ? null : (written["loss"].data[0] as number), gradients: Object.keys(result.gradients ?? {}).length };
}

/** `mmgeo mmgeolm generate --tensors`: greedy, the first row only; `generated` holds the prompt and the new ids. */
export async function generateOfFile({ model, input, output, maxNewTokens, ignoreEnd }: { model: Model; input: string; output: string; maxNewTokens: number; ignoreEnd: boolean }): Promise<{ generated: number[] }> {
  const { batch, pixels } = await readInputs(input);
  const prompt = Array.from(batch.ids.subarray(0, batch.tokens));
  const perRow = pixels === null ? 0 : pixels.shape[0] / batch.batch;
  const first = pixels === null ? null : (tf.slice(pixels, [0, 0, 0, 0], [Math.ceil(perRow), ...pixels.shape.slice(1)]) as tf.Tensor4D);
  const [result] = await generateIds({ model, prompts: [prompt], pixels: first, maxNewTokens, endTokens: ignoreEnd ? [] : model.endTokens });
  const generated = [...prompt, ...(result?.ids ?? [])];
  await writeSafetensors(output, { generated: { shape: [1, generated.length], data: Int32Array.from(generated) } });
  return { generated };
}

async function host(tensor: tf.Tensor): Promise<HostTensor> {
  return { shape: tensor.shape, data: (await tensor.data()) as Float32Array };
}
