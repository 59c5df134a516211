import { tf } from "@mmgeo/engine";
import type { ParameterMap } from "../model/parameters.js";
import { normalValues, randomOf, textSeed } from "../random.js";
import type { CompleteRecipe } from "./recipe.js";

type Adapters = NonNullable<CompleteRecipe["lora"]>;

const PREFIX = "lora.";

export function isAdapter(name: string): boolean {
  return name.startsWith(PREFIX);
}

/** The linear weights of the transformer layers of the towers that are not frozen. */
function adapted(parameters: ParameterMap, freeze: CompleteRecipe["freeze"]): string[] {
  return Object.keys(parameters).filter((name) => /^(vision|text)_model\..*\.layers?\.\d+\..*\.weight$/u.test(name) && parameters[name]?.rank === 2 && (freeze === undefined || !name.startsWith(`${freeze}_model.`)));
}

/**
 * Low-rank adapters (Hu et al. 2021): to every linear weight `W` of the layers belong `down` `[rank, in]` and `up` `[out, rank]`,
 * which starts at zero, so that training starts at the model it was given.
 */
export function adapterParameters({ parameters, lora, freeze, seed }: { parameters: ParameterMap; lora: Adapters; freeze: CompleteRecipe["freeze"]; seed: number }): ParameterMap {
  const adapters: ParameterMap = {};
  for (const name of adapted(parameters, freeze)) {
    const [outputs, inputs] = (parameters[name] as tf.Tensor).shape as [number, number];
    adapters[`${PREFIX}${name}.down`] = tf.tensor(normalValues({ count: lora.rank * inputs, deviation: 1 / Math.sqrt(inputs), random: randomOf(seed, textSeed(name)) }), [lora.rank, inputs]);
    adapters[`${PREFIX}${name}.up`] = tf.zeros([outputs, lora.rank]);
  }
  return adapters;
}

/** The model's parameters with the adapters added into the weights: `W + alpha / rank * up @ down`. Adapters themselves are left out. */
export function withAdapters(parameters: ParameterMap, lora: Adapters): ParameterMap {
  return Object.fromEntries(
    Object.entries(parameters).flatMap(([name, value]) => {
      if (isAdapter(name)) return [];
      const [down, up] = [parameters[`${PREFIX}${name}.down`], parameters[`${PREFIX}${name}.up`]];
      return [[name, down === undefined || up === undefined ? value : tf.add(value, tf.mul(tf.matMul(up as tf.Tensor2D, down as tf.Tensor2D), lora.alpha / lora.rank))]];
    }),
  );
}
