import { InputError } from "@mmgeo/dataset";
import { expect, test } from "vitest";
import { parseModelConfig } from "./model-config.js";

test("absent fields take transformers' defaults", () => {
  const siglip = parseModelConfig({ model_type: "siglip", text_config: { hidden_size: 1152, num_attention_heads: 16 }, vision_config: { image_size: 384, patch_size: 14 } });
  expect(siglip.text_config).toMatchObject({ model_type: "siglip_text_model", vocab_size: 32_000, projection_size: 1152, hidden_act: "gelu_pytorch_tanh" });
  expect(siglip.vision_config).toMatchObject({ model_type: "siglip_vision_model", hidden_size: 768, num_channels: 3, layer_norm_eps: 1e-6 });
  const clip = parseModelConfig({ model_type: "clip" });
  expect(clip).toMatchObject({ projection_dim: 512, text_config: { vocab_size: 49_408, hidden_act: "quick_gelu" }, vision_config: { patch_size: 32 } });
});

test("fields we do not use are kept", () => {
  const config = parseModelConfig({ model_type: "clip", initializer_factor: 1, text_config: { dropout: 0.1 } });
  expect(config).toMatchObject({ initializer_factor: 1, text_config: { dropout: 0.1 } });
});

test.each([
  [{ model_type: "blip" }, "model_type: unknown model type \"blip\""],
  [null, "unknown model type null"],
  [{ model_type: "clip", vision_config: { hidden_size: -1 } }, "vision_config.hidden_size"],
  [{ model_type: "clip", vision_config: { hidden_size: 1e9 } }, "vision_config.hidden_size"],
  [{ model_type: "clip", text_config: { hidden_size: 10, num_attention_heads: 3 } }, "text_config.num_attention_heads: hidden size 10"],
  [{ model_type: "clip", text_config: { hidden_act: "relu6" } }, "text_config.hidden_act"],
])("%j is refused with the field's name", (value, message) => {
  expect(() => parseModelConfig(value, { file: "config.json" })).toThrow(message);
  expect(() => parseModelConfig(value)).toThrow(InputError);
});
