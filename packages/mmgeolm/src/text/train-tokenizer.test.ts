import { assert, property, string } from "fast-check";
import { describe, expect, it } from "vitest";
import { chatFormat, chatTemplate } from "./chat.js";
import { textTokenizer } from "./tokenizer.js";
import { reservedTokens, trainTokenizer } from "./train-tokenizer.js";

const texts = ["Points A, B and C lie on circle O. How long is AB?", "AB is 12.5. The angle ABC is 60 degrees.", "How long is CD? The angle is 30 degrees."];
const files = trainTokenizer({ texts, vocabularySize: 300, chatTemplate });
const tokenizer = textTokenizer(files, { file: "tokenizer.json" });

describe("trainTokenizer", () => {
  it("encodes every text so that it decodes to itself", () => {
    assert(
      property(string({ unit: "grapheme", maxLength: 60 }), (text) => {
        if (Object.values(reservedTokens).some((token) => text.includes(token))) return;
        expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
      }),
    );
  });

  it("makes words of frequent letters, and never joins labels or digits", () => {
    expect(tokenizer.encode(" angle").length).toBeLessThan(6);
    expect(tokenizer.encode("ABC")).toHaveLength(3);
    expect(tokenizer.encode("12.5")).toHaveLength(4);
    expect(tokenizer.encode("AB")[0]).toBe(tokenizer.encode("A")[0]);
  });

  it("reserves tokens with the first ids", () => {
    expect(Object.values(reservedTokens).map((token) => tokenizer.idOf(token))).toEqual([0, 1, 2, 3]);
    expect(tokenizer.encode("<image>")).toEqual([3]);
    expect(tokenizer.decode([1, 2])).toBe("");
    expect(tokenizer.decode([1], { special: true })).toBe("<|im_start|>");
  });

  it("learns the same from the same texts, and no more than asked for", () => {
    expect(trainTokenizer({ texts, vocabularySize: 300, chatTemplate })).toEqual(files);
    expect(tokenizer.size).toBeLessThanOrEqual(300);
    expect(textTokenizer(trainTokenizer({ texts, vocabularySize: 270, chatTemplate }), { file: "tokenizer.json" }).size).toBe(270);
    expect(() => trainTokenizer({ texts, vocabularySize: 100, chatTemplate })).toThrow(/at least 260/);
  });
});

describe("chatFormat", () => {
  const messages = [{ role: "user" as const, text: "<image>\nWhat?" }, { role: "assistant" as const, text: "This." }];

  it("writes ChatML", () => {
    const chat = chatFormat({ template: chatTemplate, file: "chat_template.jinja" });
    expect(chat.render(messages.slice(0, 1), { generate: true })).toBe("<|im_start|>user\n<image>\nWhat?<|im_end|>\n<|im_start|>assistant\n");
    expect(chat.render(messages, { generate: false })).toBe("<|im_start|>user\n<image>\nWhat?<|im_end|>\n<|im_start|>assistant\nThis.<|im_end|>\n");
  });

  it("gives templates of text models a string, and falls back to LLaVA 1.5's layout", () => {
    const plain = chatFormat({ template: "{% for message in messages %}[{{ message.role }}] {{ message.content | trim }}{% endfor %}", file: "chat_template.jinja" });
    expect(plain.render(messages, { generate: false })).toBe("[user] <image>\nWhat?[assistant] This.");
    expect(chatFormat({ template: null, specialTokens: { eos_token: "</s>" }, file: "" }).render(messages, { generate: false })).toBe("USER: <image>\nWhat? ASSISTANT: This.</s>");
  });

  it("passes on what a template refuses", () => {
    const strict = chatFormat({ template: "{{ raise_exception('roles must alternate') }}", file: "chat_template.jinja" });
    expect(() => strict.render(messages, { generate: true })).toThrow(/roles must alternate/);
  });
});
