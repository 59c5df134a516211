import { createModel as createEncoder } from "@mmgeo/mmclip";
import type { Conversation } from "./data/conversation.js";
import { asked } from "./data/conversation.js";
import { createModel, type Tower } from "./model/create.js";
import type { Model } from "./model/model.js";

/** A tower of a few hundred parameters, for pictures of 16 pixels: four image tokens. */
export function tinyTower(seed = 1): Tower {
  const encoder = createEncoder({
    config: {
      model_type: "siglip",
      text_config: { hidden_size: 16, intermediate_size: 16, num_hidden_layers: 1, num_attention_heads: 2, vocab_size: 64, max_position_embeddings: 8 },
      vision_config: { hidden_size: 16, intermediate_size: 24, num_hidden_layers: 2, num_attention_heads: 2, image_size: 16, patch_size: 8 },
    },
    seed,
  });
  const parameters: Tower["parameters"] = {};
  for (const [name, tensor] of Object.entries(encoder.parameters)) {
    if (name.startsWith("vision_model.")) parameters[name] = tensor;
    else tensor.dispose();
  }
  return { config: encoder.config.vision_config, parameters, imageProcessor: encoder.imageProcessor };
}

/** Is the picture black or white: learnable only by looking. */
export function tinyConversations({ black, white, count }: { black: string; white: string; count: number }): Conversation[] {
  return Array.from({ length: count }, (_, index) => {
    const isBlack = index % 2 === 0;
    return asked({ id: `tiny-${index}`, kind: "color", image: isBlack ? black : white, text: "Which color?", choices: ["black", "white"], answer: isBlack ? "A" : "B", reasoning: isBlack ? "black." : "white." });
  });
}

export async function tinyModel(conversations: readonly Conversation[]): Promise<Model> {
  return createModel({
    tower: tinyTower(),
    language: { hiddenSize: 32, layers: 2, heads: 4, keyValueHeads: 2, vocabularySize: 300 },
    texts: conversations.flatMap(({ turns }) => turns.map(({ text }) => text)),
    seed: 1,
  });
}
