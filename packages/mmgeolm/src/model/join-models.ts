import { InputError } from "@mmgeo/dataset";
import { tf } from "@mmgeo/engine";
import { randomFrom } from "../data/random.js";
import { chatFormat, imagePlaceholder } from "../text/chat.js";
import { textTokenizer } from "../text/tokenizer.js";
import { freshProjector, multimodalConfigFile, type Tower } from "./create.js";
import type { Parameters } from "./language.js";
import type { Model } from "./model.js";
import { parseModelConfig } from "./multimodal-config.js";
import { projectorParameterShapes } from "./multimodal.js";
import { withPrefix } from "./names.js";

/**
 * A multimodal model of a vision tower and a language model that both exist, with a fresh projector between: where stage 2
 * begins. Where the tokenizer has no `<image>`, it gets one, in an unused row of the embedding table or a new one.
 *
 * @param tower and `language`, whose tensors the model takes over
 */
export function joinModels({ tower, language, seed }: { tower: Tower; language: Model; seed: number }): Model {
  const { tokenizer } = language;
  if (language.config.multimodal !== null) throw new InputError({ message: "is multimodal already; train it on, or give a plain language model", field: "language" });
  if (tokenizer === null) throw new InputError({ message: "has no tokenizer.json; copy the tokenizer of the checkpoint into its folder", field: "language" });
  const known = tokenizer.idOf(imagePlaceholder);
  const imageToken = known ?? tokenizer.size;
  const rows = Math.max(language.config.language.vocabularySize, imageToken + 1);
  const text = { ...language.configFile, vocab_size: rows };
  const configFile = multimodalConfigFile({ tower: tower.config, text, imageToken, tied: language.config.language.tiedHead });
  const config = parseModelConfig(configFile, { file: "config.json" });
  if (config.multimodal === null) throw new Error("a joined model is multimodal");
  const parameters: Parameters = {};
  for (const [name, tensor] of Object.entries(tower.parameters)) parameters[`vision_tower.${name}`] = tensor;
  Object.assign(parameters, freshProjector(projectorParameterShapes(config.multimodal), randomFrom(seed)));
  const own = Object.fromEntries(Object.entries(language.parameters).map(([name, tensor]) => [name, name === "model.embed_tokens.weight" || name === "lm_head.weight" ? withRows(tensor as tf.Tensor2D, rows) : tensor]));
  Object.assign(parameters, withPrefix(own, "language_model."));
  const files = known === null ? withToken(tokenizer.files, imageToken) : tokenizer.files;
  const joined = textTokenizer(files, { file: "tokenizer.json" });
  return {
    config,
    configFile,
    parameters,
    fileNames: Object.fromEntries(Object.keys(parameters).map((name) => [name, name])),
    tokenizer: joined,
    chat: chatFormat({ template: language.chat.template, specialTokens: joined.specialTokens, file: "chat_template.jinja" }),
    imageProcessor: tower.imageProcessor,
    endTokens: language.endTokens,
  };
}

/** New rows start as the mean of the others, which disturbs the softmax least. */
function withRows(table: tf.Tensor2D, rows: number): tf.Tensor2D {
  const missing = rows - table.shape[0];
  if (missing === 0) return table;
  const larger = tf.tidy(() => tf.concat([table, tf.tile(tf.mean(table, 0, true), [missing, 1])], 0) as tf.Tensor2D);
  table.dispose();
  return larger;
}

function withToken(files: { tokenizer: Record<string, unknown>; config: Record<string, unknown> }, id: number): { tokenizer: Record<string, unknown>; config: Record<string, unknown> } {
  const token = { content: imagePlaceholder, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
  const added = Array.isArray(files.tokenizer["added_tokens"]) ? (files.tokenizer["added_tokens"] as unknown[]) : [];
  const decoder = files.config["added_tokens_decoder"];
  return {
    tokenizer: { ...files.tokenizer, added_tokens: [...added, { id, ...token }] },
    config: { ...files.config, ...(typeof decoder === "object" && decoder !== null ? { added_tokens_decoder: { ...decoder, [String(id)]: token } } : {}) },
  };
}
