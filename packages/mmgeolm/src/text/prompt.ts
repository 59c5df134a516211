import { InputError } from "@mmgeo/dataset";
import type { Model } from "../model/model.js";
import { tokensPerImage } from "../model/multimodal-config.js";
import { imagePlaceholder, type Message } from "./chat.js";
import type { TextTokenizer } from "./tokenizer.js";

/** A text as token ids, each picture expanded to its number of tokens; -100 in `labels` where nothing is to be learnt. */
export interface EncodedSample {
  ids: number[];
  labels: number[];
}

export function tokenizerOf(model: Model): TextTokenizer {
  if (model.tokenizer === null) throw new InputError({ message: "the model's folder has no tokenizer.json, so it reads no text; copy the tokenizer of the checkpoint into it", file: "tokenizer.json" });
  return model.tokenizer;
}

/** Ids of a text in which `<image>` stands for pictures. */
export function encodeText(model: Model, text: string): number[] {
  const tokenizer = tokenizerOf(model);
  const { multimodal } = model.config;
  if (multimodal === null) return tokenizer.encode(text);
  const picture = Array.from({ length: tokensPerImage(multimodal) }, () => multimodal.imageToken);
  return text.split(imagePlaceholder).flatMap((piece, index) => (index === 0 ? tokenizer.encode(piece) : [...picture, ...tokenizer.encode(piece)]));
}

/** Adds placeholders, before the first question, for the pictures that the text does not place. */
export function withPlaceholders(messages: readonly Message[], images: number): Message[] {
  const placed = messages.reduce((sum, { text }) => sum + text.split(imagePlaceholder).length - 1, 0);
  if (placed > images) throw new InputError({ message: `the text has ${placed} ${imagePlaceholder} for ${images} pictures; give as many pictures`, field: "images" });
  if (placed === images) return [...messages];
  const first = messages.findIndex(({ role }) => role === "user");
  if (first < 0) throw new InputError({ message: "pictures need a question to stand in", field: "messages" });
  return messages.map((message, index) => (index === first ? { ...message, text: `${imagePlaceholder}\n`.repeat(images - placed) + message.text } : message));
}

/** Ids of a conversation up to where the model answers. */
export function encodePrompt(model: Model, messages: readonly Message[], images: number): number[] {
  if (images > 0 && model.config.multimodal === null) throw new InputError({ message: "this is a plain language model and takes no pictures; use a multimodal one", field: "images" });
  return encodeText(model, model.chat.render(withPlaceholders(messages, images), { generate: true }));
}

/**
 * Ids of a whole conversation with labels on the assistant's answers alone, the token that ends each included. What the
 * template writes around the turns is found by rendering up to each answer and past it.
 */
export function encodeConversation(model: Model, turns: readonly Message[], images: number): EncodedSample {
  const messages = withPlaceholders(turns, images);
  const ids: number[] = [];
  const labels: number[] = [];
  const add = (text: string, learnt: boolean) => {
    const piece = encodeText(model, text);
    ids.push(...piece);
    labels.push(...(learnt ? piece : piece.map(() => -100)));
  };
  let rendered = "";
  for (const [index, message] of messages.entries()) {
    if (message.role !== "assistant") continue;
    const before = model.chat.render(messages.slice(0, index), { generate: true });
    const after = model.chat.render(messages.slice(0, index + 1), { generate: false });
    if (!before.startsWith(rendered) || !after.startsWith(before)) throw new InputError({ message: "the chat template does not write an answer after its prompt, so it cannot be trained on; use another template", field: "chat_template" });
    const answer = after.slice(before.length).trimEnd();
    add(before.slice(rendered.length), false);
    add(answer, true);
    rendered = before + answer;
  }
  return { ids, labels };
}
