import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { InputError } from "@mmgeo/dataset";
import { type HostTensor, readSafetensors, type TensorToWrite, tf, toTensor, writeSafetensors } from "@mmgeo/engine";
import { imageEmbeddings, textEmbeddings } from "../model/embeddings.js";
import type { Precision } from "../model/encode.js";
import type { ClipModel } from "../model/model.js";
import type { LossKind } from "../losses/candidate-loss.js";
import { type GroupForm, lossAndGradients, type ModelInputs } from "../losses/group-loss.js";

function tensorOf({ tensors, name, file, rank, integer }: { tensors: Record<string, HostTensor>; name: string; file: string; rank: number; integer: boolean }): tf.Tensor | null {
  const tensor = tensors[name];
  if (tensor === undefined) return null;
  if (tensor.shape.length !== rank) throw new InputError({ message: `has shape [${tensor.shape.join(", ")}]; it has to have ${rank} dimensions`, file, field: name });
  const whole = tensor.data instanceof Float32Array ? Array.prototype.every.call(tensor.data, Number.isInteger) : true;
  if (integer && !whole) throw new InputError({ message: "holds numbers that are not whole", file, field: name });
  if (integer) return tf.tensor(Int32Array.from(tensor.data), [...tensor.shape], "int32");
  return toTensor(tensor.data instanceof Float32Array ? tensor : { ...tensor, data: Float32Array.from(tensor.data) });
}

/** Token ids outside the embedding table would read other memory or zeros, depending on the device. */
function checkIds({ tensors, model, file }: { tensors: Record<string, HostTensor>; model: ClipModel; file: string }): void {
  const vocabulary = model.config.text_config.vocab_size;
  for (const id of tensors["input_ids"]?.data ?? []) {
    if (!(id >= 0 && id < vocabulary)) throw new InputError({ message: `holds the id ${id}, outside the vocabulary of ${vocabulary}`, file, field: "input_ids" });
  }
}

/** Reads `pixel_values`, `input_ids` and `attention_mask` of a safetensors file; what is not there is null. */
async function readInputs(file: string, model: ClipModel): Promise<{ pixels: tf.Tensor | null; ids: tf.Tensor | null; attentionMask: tf.Tensor | null }> {
  const tensors = await readSafetensors(file);
  checkIds({ tensors, model, file });
  return {
    pixels: tensorOf({ tensors, name: "pixel_values", file, rank: 4, integer: false }),
    ids: tensorOf({ tensors, name: "input_ids", file, rank: 2, integer: true }),
    attentionMask: tensorOf({ tensors, name: "attention_mask", file, rank: 2, integer: true }),
  };
}

async function writeTensors(file: string, tensors: Record<string, tf.Tensor>): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const arrays: Record<string, TensorToWrite> = {};
  for (const [name, tensor] of Object.entries(tensors)) arrays[name] = { data: await tensor.data<"float32">(), shape: tensor.shape };
  await writeSafetensors(file, arrays);
}

/** `mmgeo mmclip embed --tensors`: `pixel_values` to `image_embeds`, `input_ids` to `text_embeds`, both of unit length. */
export async function embedTensorFile({ model, input, output }: { model: ClipModel; input: string; output: string }): Promise<{ images: number; texts: number; size: number }> {
  const { pixels, ids, attentionMask } = await readInputs(input, model);
  if (pixels === null && ids === null) throw new InputError({ message: "has neither pixel_values nor input_ids; give at least one", file: input });
  const { config, parameters } = model;
  const results: Record<string, tf.Tensor> = {};
  if (pixels !== null) results["image_embeds"] = tf.tidy(() => imageEmbeddings({ parameters, config, pixels }));
  if (ids !== null) results["text_embeds"] = tf.tidy(() => textEmbeddings({ parameters, config, ids, attentionMask: attentionMask ?? undefined }));
  await writeTensors(output, results);
  const counts = { images: pixels?.shape[0] ?? 0, texts: ids?.shape[0] ?? 0, size: Object.values(results)[0]?.shape[1] ?? 0 };
  tf.dispose([results, ...[pixels, ids, attentionMask].filter((tensor) => tensor !== null)]);
  return counts;
}

export interface LossTensorFileOptions {
  model: ClipModel;
  input: string;
  output: string;
  form: GroupForm;
  kind: LossKind;
  groups: number;
  gradients?: boolean;
  precision?: Precision;
}

/** `mmgeo mmclip loss`: `loss`, and `grad.<name in the checkpoint>` of every parameter if asked for. */
export async function lossTensorFile({ model, input, output, form, kind, groups, gradients = false, precision }: LossTensorFileOptions): Promise<{ loss: number }> {
  if (!Number.isInteger(groups) || groups < 1) throw new InputError({ message: `is ${groups}; give the number of samples`, field: "groups" });
  const { pixels, ids, attentionMask } = await readInputs(input, model);
  if (pixels === null || ids === null) throw new InputError({ message: "is missing; a loss needs pixel_values and input_ids", file: input, field: pixels === null ? "pixel_values" : "input_ids" });
  const inputs: ModelInputs = { pixels, ids, ...(attentionMask === null ? {} : { attentionMask }) };
  const result = lossAndGradients({ model, inputs, form, kind, groups, gradients, precision });
  const tensors: Record<string, tf.Tensor> = { loss: tf.scalar(result.loss) };
  for (const [name, gradient] of Object.entries(result.gradients ?? {})) tensors[`grad.${model.fileNames[name] ?? name}`] = gradient;
  await writeTensors(output, tensors);
  tf.dispose([tensors, { ...inputs }]);
  return { loss: result.loss };
}
