import { InputError } from "@mmgeo/dataset";
import { expect, test } from "vitest";
import { configFileOf, parseModelConfig } from "./model-config.js";
import { patchGrid } from "./tower-config.js";

test("absent fields take transformers' defaults", () => {
  const siglip = parseModelConfig({ model_type: "siglip", text_config: { hidden_size: 1152, num_attention_heads: 16 }, vision_config: { image_size: 384, patch_size: 14 } });
  expect(siglip.text_config).toMatchObject({ model_type: "siglip_text_model", vocab_size: 32_000, projection_size: 1152, hidden_act: "gelu_pytorch_tanh" });
  expect(siglip.vision_config).toMatchObject({ model_type: "siglip_vision_model", hidden_size: 768, num_channels: 3, layer_norm_eps: 1e-6 });
  const clip = parseModelConfig({ model_type: "clip" });
  expect(clip).toMatchObject({ projection_dim: 512, text_config: { vocab_size: 49_408, hidden_act: "quick_gelu" }, vision_config: { patch_size: 32 } });
});

test("older files' text_config_dict wins, its defaults included, as in transformers", () => {
  const config = parseModelConfig({ model_type: "clip", text_config: { hidden_size: 64, num_attention_heads: 4, vocab_size: 99 }, text_config_dict: { hidden_size: 32, num_attention_heads: 2 }, vision_config_dict: null });
  expect(config.text_config).toMatchObject({ hidden_size: 32, num_attention_heads: 2, vocab_size: 49_408 });
});

test("a ViT's pictures and patches need not be square, and are written back as they were", () => {
  const config = parseModelConfig({ model_type: "vision-text-dual-encoder", vision_config: { image_size: [32, 48], patch_size: [8, 16] } });
  expect(patchGrid(config.vision_config)).toEqual({ height: 32, width: 48, patchHeight: 8, patchWidth: 16, rows: 4, columns: 3 });
  expect(configFileOf(config)["vision_config"]).toMatchObject({ image_size: [32, 48], patch_size: [8, 16] });
  expect(configFileOf(config)["vision_config"]).not.toHaveProperty("image_width");
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
  [{ model_type: "clip", text_config: { hidden_act: "prelu" } }, "text_config.hidden_act"],
])("%j is refused with the field's name", (value, message) => {
  expect(() => parseModelConfig(value, { file: "config.json" })).toThrow(message);
  expect(() => parseModelConfig(value)).toThrow(InputError);
});
