import { InputError } from "@mmgeo/dataset";
import { tf } from "@mmgeo/engine";
import { randomFrom, seedOf } from "../data/random.js";
import type { Parameters } from "../model/language.js";

/** Low-rank adaptation (LoRA, arXiv 2106.09685): of chosen linear layers only a product of two narrow matrices is trained. */
export interface LoraOptions {
  /** width of the narrow matrices @default 16 */
  rank?: number;
  /** the product is scaled by `alpha / rank` @default 2 * rank */
  alpha?: number;
  /** linear layers of the language model, by the last part of their names @default all seven of a layer */
  modules?: readonly string[];
}

export const loraModules = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"] as const;

/** Trainable matrices stand beside the model's parameters under these names. */
const prefix = "lora.";

export function isAdapter(name: string): boolean {
  return name.startsWith(prefix);
}

/** The language model's weights that are adapted. @throws InputError when a module is unknown or has no weight */
export function adaptedWeights(parameters: Parameters, { modules = loraModules }: LoraOptions): string[] {
  for (const module of modules) {
    const weights = Object.keys(parameters).filter((name) => name.endsWith(`.${module}.weight`) && !name.startsWith("vision_tower."));
    if (weights.length === 0) throw new InputError({ message: `the language model has no linear layer ${module}; choose among ${loraModules.join(", ")}`, field: "lora.modules" });
  }
  return Object.keys(parameters).filter((name) => !name.startsWith("vision_tower.") && modules.some((module) => name.endsWith(`.${module}.weight`)));
}

/** Fresh adapters: `A` small and random, `B` zero, so that the adapted model begins as the model. */
export function createAdapters({ parameters, options, seed }: { parameters: Parameters; options: LoraOptions; seed: number }): Parameters {
  const { rank = 16 } = options;
  const random = randomFrom(seedOf(seed, "lora"));
  const adapters: Parameters = {};
  for (const name of adaptedWeights(parameters, options)) {
    const [out, input] = (parameters[name] as tf.Tensor2D).shape;
    const bound = 1 / Math.sqrt(input);
    adapters[`${prefix}${name}.A`] = tf.tensor2d(Float32Array.from({ length: rank * input }, () => (2 * random.uniform() - 1) * bound), [rank, input]);
    adapters[`${prefix}${name}.B`] = tf.zeros([out, rank]);
  }
  return adapters;
}

/** The model's parameters with the adapters added to the weights they belong to; the adapters themselves are left out. */
export function withAdapters(parameters: Parameters, { rank = 16, alpha = 2 * rank }: LoraOptions): Parameters {
  return Object.fromEntries(
    Object.entries(parameters).flatMap(([name, weight]) => {
      if (isAdapter(name)) return [];
      const a = parameters[`${prefix}${name}.A`];
      const b = parameters[`${prefix}${name}.B`];
      return [[name, a === undefined || b === undefined ? weight : weight.add(tf.matMul(b as tf.Tensor2D, a as tf.Tensor2D).mul(alpha / rank))]];
    }),
  );
}
