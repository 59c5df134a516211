import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { InputError, parseJson } from "@mmgeo/dataset";

/** The sizes in `config.json` of checkpoints that presets name, so that a plan needs no download. */
const configs: Record<string, Record<string, unknown>> = {
  "siglip-so400m-patch14-384": {
    model_type: "siglip",
    vision_config: { hidden_size: 1152, intermediate_size: 4304, num_hidden_layers: 27, num_attention_heads: 16, image_size: 384, patch_size: 14 },
    text_config: { hidden_size: 1152, intermediate_size: 4304, num_hidden_layers: 27, num_attention_heads: 16, vocab_size: 32_000, max_position_embeddings: 64 },
  },
  "Qwen2.5-7B-Instruct": {
    model_type: "qwen2",
    hidden_size: 3584,
    intermediate_size: 18_944,
    num_hidden_layers: 28,
    num_attention_heads: 28,
    num_key_value_heads: 4,
    vocab_size: 152_064,
    max_position_embeddings: 32_768,
    rope_theta: 1_000_000,
    rms_norm_eps: 1e-6,
    tie_word_embeddings: false,
  },
};

/** @throws {InputError} for a folder that is not there and whose name says nothing */
export async function checkpointConfig(folder: string): Promise<Record<string, unknown>> {
  const file = join(folder, "config.json");
  if (existsSync(file)) return parseJson(await readFile(file, "utf8"), { file }) as Record<string, unknown>;
  const known = configs[basename(folder)];
  if (known === undefined) throw new InputError({ message: `there is no such checkpoint, and its sizes are not known; fetch it with \`mmgeo models pull\`, or take one of ${Object.keys(configs).join(", ")}`, file });
  return known;
}
