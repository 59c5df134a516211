import { InputError } from "@mmgeo/dataset";
import { attribute, linear, singleOperation, tf } from "@mmgeo/engine";
import { randomFrom, seedOf } from "../data/random.js";
import type { Adapt, Parameters } from "../model/language.js";

/** Low-rank adaptation (LoRA, arXiv 2106.09685): of chosen linear layers only a product of two narrow matrices is trained. */
export interface LoraOptions {
  /** width of the narrow matrices @default 16 */
  rank?: number;
  /** the product is scaled by `alpha / rank` @default 2 * rank */
  alpha?: number;
  /** linear layers of the language model, by the last part of their names @default all seven of a layer */
  modules?: readonly string[];
  /** share of the inputs of the narrow matrices that is left out in each step, the others raised to match @default 0 */
  dropout?: number;
}

export const loraModules = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"] as const;

/** Trainable matrices stand beside the weight they adapt, named as PEFT names them. */
const narrowIn = ".lora_A.weight";
const narrowOut = ".lora_B.weight";

const stemOf = (weight: string): string => weight.slice(0, -".weight".length);

export function isAdapter(name: string): boolean {
  return name.endsWith(narrowIn) || name.endsWith(narrowOut);
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
  const { rank = 16, dropout = 0 } = options;
  if (!(dropout >= 0 && dropout < 1)) throw new InputError({ message: "has to be from 0 to below 1", field: "lora.dropout" });
  const random = randomFrom(seedOf(seed, "lora"));
  const adapters: Parameters = {};
  for (const name of adaptedWeights(parameters, options)) {
    const [out, input] = (parameters[name] as tf.Tensor2D).shape;
    const bound = 1 / Math.sqrt(input);
    adapters[`${stemOf(name)}${narrowIn}`] = tf.tensor2d(Float32Array.from({ length: rank * input }, () => (2 * random.uniform() - 1) * bound), [rank, input]);
    adapters[`${stemOf(name)}${narrowOut}`] = tf.zeros([out, rank]);
  }
  return adapters;
}

/** The model's parameters with the adapters added to the weights they belong to; the adapters themselves are left out. */
export function withAdapters(parameters: Parameters, { rank = 16, alpha = 2 * rank }: LoraOptions): Parameters {
  return Object.fromEntries(
    Object.entries(parameters).flatMap(([name, weight]) => {
      if (isAdapter(name)) return [];
      const a = parameters[`${stemOf(name)}${narrowIn}`];
      const b = parameters[`${stemOf(name)}${narrowOut}`];
      return [[name, a === undefined || b === undefined ? weight : weight.add(tf.matMul(b as tf.Tensor2D, a as tf.Tensor2D).mul(alpha / rank))]];
    }),
  );
}

/**
 * What adapters add to the linear layers of the language model while they train: `B A x`, of a part of x alone where there is dropout. The
 * wide weights get no gradient.
 *
 * @param dropoutSeed int32 `[2]`, another one in every step
 */
export function adapterOf({ options: { rank = 16, alpha = 2 * rank, dropout = 0 }, dropoutSeed }: { options: LoraOptions; dropoutSeed: tf.Tensor | null }): Adapt {
  return ({ name, x, y, parameters }) => {
    const a = parameters[`${name}${narrowIn}`];
    const b = parameters[`${name}${narrowOut}`];
    if (a === undefined || b === undefined) return y;
    // By name, so that a layer that is computed again leaves out the same.
    const input = dropout === 0 || dropoutSeed === null ? x : x.mul(dropoutMask({ shape: x.shape, seed: dropoutSeed.add(tf.tensor1d([0, seedOf(0, name)], "int32")), dropout }));
    return y.add(linear(linear(input, a), b).mul(alpha / rank));
  };
}

/** 0 for what is left out, 1 / (1 - dropout) for the rest; the same seed gives the same mask. */
function dropoutMask({ shape, seed, dropout }: { shape: readonly number[]; seed: tf.Tensor; dropout: number }): tf.Tensor {
  const uniform = singleOperation("StatelessRandomUniform", [tf.tensor1d([...shape], "int32"), seed], [attribute.type("dtype", 1), attribute.type("T", 3), attribute.type("Tseed", 3)]);
  return tf.cast(tf.greaterEqual(uniform, dropout), "float32").div(1 - dropout);
}
