import { Tokenizer } from "@huggingface/tokenizers";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { CaptionTokenizer } from "./caption-tokenizer.js";
import { piecesOf, specialTokenIds, tokenizerConfig, trainTokenizer } from "./train-tokenizer.js";

const captions = ["Points D and E lie on AB and AC, and DE is parallel to BC.", "AD is 2.5, DB is 14 and ∠ABC is 60°.", "Circle O has radius 3."];

function tokenizerOf(options: { begin?: boolean; maximumTokens?: number } = {}): CaptionTokenizer {
  const { begin = true, maximumTokens = 48 } = options;
  return new CaptionTokenizer({ tokenizer: trainTokenizer({ captions, begin }), config: tokenizerConfig({ maximumTokens, begin }), maximumTokens });
}

test("labels are split into letters and numbers into digits, words stay whole", () => {
  expect(piecesOf("In △ABC, AD is 14.")).toEqual(["In", "△", "A", "B", "C", ",", "A", "D", "is", "1", "4", "."]);
  const tokenizer = new Tokenizer(trainTokenizer({ captions }), tokenizerConfig({ maximumTokens: 64 }));
  expect(tokenizer.tokenize("Points D and E lie on AB, ∠ABC is 60°.")).toEqual(["Points", "D", "and", "E", "lie", "on", "A", "B", ",", "∠", "A", "B", "C", "is", "6", "0", "°", "."]);
});

test("a word that was never seen is spelled, not lost", () => {
  const tokenizer = tokenizerOf();
  const ids = tokenizer.encode("tangent to O");
  expect(ids).not.toContain(specialTokenIds.unknown);
  expect(tokenizer.decode(ids)).toBe("tangent to O");
});

test("a text starts and ends as the model family wants it", () => {
  expect(tokenizerOf().encode("AB")[0]).toBe(specialTokenIds.begin);
  expect(tokenizerOf().encode("AB").at(-1)).toBe(specialTokenIds.end);
  expect(tokenizerOf({ begin: false }).encode("AB")).toHaveLength(3);
});

test("a text that is too long is cut, keeps its end token and is counted", () => {
  const tokenizer = tokenizerOf({ maximumTokens: 6 });
  const ids = tokenizer.encode(captions[0] as string);
  expect(ids).toHaveLength(6);
  expect(ids.at(-1)).toBe(specialTokenIds.end);
  expect(tokenizer.truncated).toBe(1);
});

test("a batch is padded to its longest text or to a given length", () => {
  const tokenizer = tokenizerOf();
  const batch = tokenizer.encodeBatch(["AB", "ABC"]);
  expect(batch.tokens).toBe(5);
  expect([...batch.mask]).toEqual([1, 1, 1, 1, 0, 1, 1, 1, 1, 1]);
  expect(batch.ids[4]).toBe(specialTokenIds.padding);
  expect(tokenizer.encodeBatch(["AB"], { tokens: 16 }).ids).toHaveLength(16);
});

test("the same captions in another order make the same tokenizer", () => {
  expect(trainTokenizer({ captions: captions.toReversed() })).toEqual(trainTokenizer({ captions }));
});

test("any text has ids inside the vocabulary", () => {
  const tokenizer = tokenizerOf();
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 40 }), (text) => {
      const ids = tokenizer.encode(text);
      return ids.length <= 48 && ids.every((id) => Number.isInteger(id) && id >= 0 && id < tokenizer.vocabularySize);
    }),
    { numRuns: 200 },
  );
});
