import type { ParameterGroup } from "@mmgeo/engine";
import type { ModelConfig } from "../config/model-config.js";
import type { CompleteRecipe } from "./recipe.js";
import { isAdapter } from "./lora.js";

type Tower = "vision" | "text";

/** Which tower a parameter is part of; null for projections and the scale. */
function towerOf(name: string): Tower | null {
  if (name.startsWith("vision_model.")) return "vision";
  return name.startsWith("text_model.") ? "text" : null;
}

/** Place of a parameter in its tower: 0 for embeddings, `n + 1` for layer n, `layers + 1` for what follows them. */
function depthOf(name: string, layers: number): number {
  const layer = /\.layers?\.(\d+)\./u.exec(name);
  if (layer !== null) return Number(layer[1]) + 1;
  return /\.embeddings\.|\.pre_layrnorm\./u.test(name) ? 0 : layers + 1;
}

function layersOf(config: ModelConfig, tower: Tower): number {
  return tower === "vision" ? config.vision_config.num_hidden_layers : config.text_config.num_hidden_layers;
}

/** Whether a tower has nothing that learns, so that what it makes of an input never changes. */
export function isFrozen({ recipe, tower }: { recipe: Pick<CompleteRecipe, "freeze" | "unfreezeLast" | "lora">; tower: Tower }): boolean {
  return recipe.freeze === tower && recipe.unfreezeLast === 0;
}

/**
 * Which parameters learn and how fast. `freeze` locks a tower but for its last `unfreezeLast` layers and what follows them; `layerDecay` gives
 * each layer that share of the rate of the one above it; with adapters (LoRA) they and the scale of the similarities learn, nothing else.
 */
export function parameterPolicy({ config, recipe }: { config: ModelConfig; recipe: CompleteRecipe }): { trainable: (name: string) => boolean; group: (name: string) => ParameterGroup } {
  const { freeze, unfreezeLast, layerDecay, lora } = recipe;
  const isLocked = (name: string): boolean => {
    const tower = towerOf(name);
    return tower !== null && tower === freeze && (unfreezeLast === 0 || depthOf(name, layersOf(config, tower)) <= layersOf(config, tower) - unfreezeLast);
  };
  return {
    trainable: (name) => (lora === undefined ? !isLocked(name) : isAdapter(name) || towerOf(name) === null && !name.endsWith("_projection.weight")),
    group: (name) => {
      const tower = towerOf(name);
      if (tower === null || layerDecay === 1) return {};
      const layers = layersOf(config, tower);
      return { learningRateScale: layerDecay ** (layers + 1 - depthOf(name, layers)) };
    },
  };
}
