import { describe, expect, it } from "vitest";
import { parseModelConfig } from "../config/model-config.js";
import { modelSpecifications } from "../model/specifications.js";
import { estimateTraining } from "./estimate.js";
import { paperRecipe } from "./recipe.js";

describe("estimateTraining", () => {
  it("answers for a model that is not loaded, from its configuration alone", () => {
    const tower = { hidden_size: 1152, intermediate_size: 4304, num_hidden_layers: 27, num_attention_heads: 16 };
    const config = parseModelConfig({ model_type: "siglip", vision_config: { ...tower, image_size: 384, patch_size: 14 }, text_config: { ...tower, vocab_size: 32_000, max_position_embeddings: 64 } });
    const parameters = Object.fromEntries(Object.entries(modelSpecifications(config)).map(([name, { shape }]) => [name, { size: shape.reduce((product, length) => product * length, 1) }]));
    const estimate = estimateTraining({ model: { config, parameters }, samples: 1000, recipe: paperRecipe, meanTokens: 60 });
    // google/siglip-so400m-patch14-384 has 0.88 billion.
    expect(estimate.parameters / 1e9).toBeCloseTo(0.88, 2);
    expect(estimate.trainable).toBe(estimate.parameters);
    expect(estimate).toMatchObject({ steps: 200, images: 50, texts: 30 });
    expect(estimate.memoryBytes).toBeGreaterThan(16 * estimate.parameters);
  });
});
