import { InputError } from "@mmgeo/dataset";
import type { LanguageConfig } from "./language-config.js";

/** Shapes of every parameter of a causal language model under its transformers name; linear weights are `[out, in]`. */
export function languageParameterShapes(config: LanguageConfig): Record<string, number[]> {
  const { hiddenSize, intermediateSize, headSize } = config;
  const queries = config.heads * headSize;
  const keys = config.keyValueHeads * headSize;
  const shapes: Record<string, number[]> = { "model.embed_tokens.weight": [config.vocabularySize, hiddenSize] };
  for (let layer = 0; layer < config.layers; layer += 1) {
    const prefix = `model.layers.${layer}`;
    shapes[`${prefix}.input_layernorm.weight`] = [hiddenSize];
    shapes[`${prefix}.self_attn.q_proj.weight`] = [queries, hiddenSize];
    shapes[`${prefix}.self_attn.k_proj.weight`] = [keys, hiddenSize];
    shapes[`${prefix}.self_attn.v_proj.weight`] = [keys, hiddenSize];
    shapes[`${prefix}.self_attn.o_proj.weight`] = [hiddenSize, queries];
    if (config.queryKeyValueBias) {
      shapes[`${prefix}.self_attn.q_proj.bias`] = [queries];
      shapes[`${prefix}.self_attn.k_proj.bias`] = [keys];
      shapes[`${prefix}.self_attn.v_proj.bias`] = [keys];
    }
    if (config.outputBias) shapes[`${prefix}.self_attn.o_proj.bias`] = [hiddenSize];
    shapes[`${prefix}.post_attention_layernorm.weight`] = [hiddenSize];
    for (const [name, out, input] of [["gate_proj", intermediateSize, hiddenSize], ["up_proj", intermediateSize, hiddenSize], ["down_proj", hiddenSize, intermediateSize]] as const) {
      shapes[`${prefix}.mlp.${name}.weight`] = [out, input];
      if (config.feedForwardBias) shapes[`${prefix}.mlp.${name}.bias`] = [out];
    }
  }
  shapes["model.norm.weight"] = [hiddenSize];
  if (!config.tiedHead) shapes["lm_head.weight"] = [config.vocabularySize, hiddenSize];
  return shapes;
}

/** Buffers that old checkpoints carry and no model needs. */
const ignoredNames = [/rotary_emb\.inv_freq$/, /\.position_ids$/];

export function isIgnoredParameter(name: string): boolean {
  return ignoredNames.some((pattern) => pattern.test(name));
}

/**
 * Checks that a checkpoint carries exactly the parameters its configuration asks for.
 *
 * @throws InputError that names the first parameter that is missing, surplus or of another shape
 */
export function checkParameters({ found, expected, folder }: { found: Record<string, readonly number[]>; expected: Record<string, readonly number[]>; folder: string }): void {
  for (const [name, shape] of Object.entries(expected)) {
    const actual = found[name];
    if (actual === undefined) throw new InputError({ message: `the checkpoint has no parameter ${name}; config.json asks for it`, file: folder, field: name });
    if (actual.length !== shape.length || actual.some((size, axis) => size !== shape[axis])) {
      throw new InputError({ message: `has shape [${actual.join(", ")}] where config.json asks for [${shape.join(", ")}]`, file: folder, field: name });
    }
  }
  for (const name of Object.keys(found)) {
    if (!(name in expected)) throw new InputError({ message: "is in the checkpoint but not in the model that config.json describes", file: folder, field: name });
  }
}
