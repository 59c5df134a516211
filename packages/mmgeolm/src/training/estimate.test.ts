import { describe, expect, it } from "vitest";
import { parseModelConfig } from "../model/multimodal-config.js";
import { estimateStage } from "./estimate.js";

/** The paper's model: SigLIP so400m at 384 pixels and Qwen2.5-7B-Instruct. */
const paper = parseModelConfig(
  {
    model_type: "llava",
    image_token_index: 151_655,
    vision_feature_select_strategy: "full",
    vision_config: { model_type: "siglip_vision_model", hidden_size: 1152, intermediate_size: 4304, num_hidden_layers: 27, num_attention_heads: 16, image_size: 384, patch_size: 14 },
    text_config: { model_type: "qwen2", vocab_size: 152_064, hidden_size: 3584, intermediate_size: 18_944, num_hidden_layers: 28, num_attention_heads: 28, num_key_value_heads: 4 },
  },
  { file: "config.json" },
);

describe("estimateStage", () => {
  it("counts the paper's parameters without making them", () => {
    const { parameters, memory } = estimateStage({ config: paper, stage: 3, samples: 434_000, tokens: 2048, answerTokens: 500, batchSize: 2, accumulate: 4 });
    expect(parameters.language).toBe(7_615_616_512);
    expect(parameters.projector).toBe(1152 * 3584 + 3584 + 3584 * 3584 + 3584);
    expect(parameters.vision / 1e6).toBeCloseTo(428, 0);
    expect(parameters.trained).toBe(parameters.language + parameters.projector + parameters.vision);
    // 16 bytes a parameter for weights, gradients and two moments.
    expect(memory.weights + memory.gradients + memory.optimizer).toBe(16 * parameters.trained);
  });

  it("knows what need not be kept: attention weights of long samples, and layers that are computed again", () => {
    const activations = (tokens: number, recompute: boolean) => estimateStage({ config: paper, stage: 3, samples: 100, tokens, answerTokens: 100, batchSize: 1, recompute, learningRateScale: { vision: 0 } }).memory.activations;
    expect(activations(2048, false)).toBeLessThan(2.5 * activations(1024, false));
    expect(activations(2048, true)).toBeLessThan(activations(2048, false) / 5);
  });

  it("knows that stage 2 and adapters train little", () => {
    const stage2 = estimateStage({ config: paper, stage: 2, samples: 67_000, tokens: 1024, answerTokens: 100, batchSize: 24, epochs: 3 });
    expect(stage2.parameters.trained).toBe(stage2.parameters.projector);
    expect(stage2.steps).toBe(3 * Math.floor(67_000 / 24));
    const lora = estimateStage({ config: paper, stage: 3, samples: 100, tokens: 1024, answerTokens: 100, batchSize: 1, lora: { rank: 8, modules: ["q_proj"] }, learningRateScale: { vision: 0, projector: 0 } });
    expect(lora.parameters.trained).toBe(28 * 8 * (3584 + 3584));
  });
});
