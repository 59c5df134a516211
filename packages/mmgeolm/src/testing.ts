import { deflateSync } from "node:zlib";
import { createModel as createEncoder } from "@mmgeo/mmclip";
import { asked, type Conversation } from "./data/conversation.js";
import { createModel, type Tower } from "./model/create.js";
import type { Model } from "./model/model.js";

/** An encoder of a few hundred parameters, for pictures of 16 pixels. */
export const tinyEncoderConfig = {
  model_type: "siglip",
  text_config: { hidden_size: 16, intermediate_size: 16, num_hidden_layers: 1, num_attention_heads: 2, vocab_size: 64, max_position_embeddings: 8 },
  vision_config: { hidden_size: 16, intermediate_size: 24, num_hidden_layers: 2, num_attention_heads: 2, image_size: 16, patch_size: 8 },
};

/** Its tower: four image tokens. */
export function tinyTower(seed = 1): Tower {
  const encoder = createEncoder({ config: tinyEncoderConfig, seed });
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

/** A picture of 16 x 16 pixels of one grey, as PNG (RFC 2083). */
export function greyPng(value: number): Buffer {
  const table = Array.from({ length: 256 }, (_, byte) => {
    let code = byte;
    for (let bit = 0; bit < 8; bit += 1) code = code & 1 ? 0xedb88320 ^ (code >>> 1) : code >>> 1;
    return code >>> 0;
  });
  const checksum = (data: Buffer) => (data.reduce((code, byte) => ((table[(code ^ byte) & 255] as number) ^ (code >>> 8)) >>> 0, 0xffffffff) ^ 0xffffffff) >>> 0;
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const ends = Buffer.alloc(8);
    ends.writeUInt32BE(data.length, 0);
    ends.writeUInt32BE(checksum(body), 4);
    return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
  };
  const header = Buffer.from([0, 0, 0, 16, 0, 0, 0, 16, 8, 0, 0, 0, 0]);
  const rows = Buffer.concat(Array.from({ length: 16 }, () => Buffer.from([0, ...Array.from({ length: 16 }, () => value)])));
  return Buffer.concat([Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), chunk("IHDR", header), chunk("IDAT", deflateSync(rows)), chunk("IEND", Buffer.alloc(0))]);
}
