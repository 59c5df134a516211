import { InputError } from "@mmgeo/dataset";
import { hasDecodingKernels, packMatrices, type tf, type WeightType } from "@mmgeo/engine";
import type { DecodingWeights } from "../model/decoding-weights.js";
import { languageParameters, type Model } from "../model/model.js";

export const weightTypes = ["float32", "bfloat16", "int8"] as const satisfies readonly WeightType[];

/**
 * The same model with copies of the language model's matrices for decoding: `bfloat16` takes half the memory's traffic of `float32`, and so
 * half the time, `int8` a quarter. Prompts are read with the model's own weights, in bfloat16 products where the processor has them. What is
 * lost is in the README. The model given shares its tensors with the result.
 *
 * @throws InputError for another type
 */
export async function withDecodingWeights(model: Model, type: WeightType): Promise<Model> {
  if (!weightTypes.includes(type)) throw new InputError({ message: `has to be one of ${weightTypes.join(", ")}`, field: "weights" });
  const { decodingWeights: old, ...rest } = model;
  if (type === "float32" || !hasDecodingKernels()) return rest;
  if (old?.type === type) return model;
  const own = languageParameters(model, model.parameters);
  const { layers: count, tiedHead } = model.config.language;
  const pack = (...names: string[]) => packMatrices(names.map((name) => own[`${name}.weight`] as tf.Tensor), type);
  const layers: DecodingWeights["layers"] = [];
  for (let layer = 0; layer < count; layer += 1) {
    const attention = `model.layers.${layer}.self_attn`;
    const feedForward = `model.layers.${layer}.mlp`;
    layers.push({
      queryKeyValue: await pack(`${attention}.q_proj`, `${attention}.k_proj`, `${attention}.v_proj`),
      output: await pack(`${attention}.o_proj`),
      gateUp: await pack(`${feedForward}.gate_proj`, `${feedForward}.up_proj`),
      down: await pack(`${feedForward}.down_proj`),
    });
  }
  return { ...rest, decodingWeights: { type, layers, head: await pack(tiedHead ? "model.embed_tokens" : "lm_head") } };
}
