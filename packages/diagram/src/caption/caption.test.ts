import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseStatement } from "../language/parse.js";
import { vocabulary } from "../language/vocabulary.js";
import { captionOf } from "./caption.js";

const claims = ["Collinear(ADB)", "Collinear(AEC)", "ParallelBetweenLine(DE,BC)", "Equal(LengthOfLine(AD),2)", "Equal(MeasureOfAngle(ABC),2*x-35)", "Equal(Div(LengthOfLine(AD),LengthOfLine(DB)),1/2)"].map((text) => parseStatement(text));

test("says every claim at its span", () => {
  const { text, sentences } = captionOf({ claims, seed: 3 });
  expect(sentences).toHaveLength(claims.length);
  for (const { span } of sentences) expect(text.slice(...span).trim()).not.toBe("");
  expect(text.endsWith(".")).toBe(true);
  expect(text).toMatch(/DE.*BC/);
  expect(text).toMatch(/\(2x - 35\)°/);
});

test("an edited claim changes its own sentence and no other", () => {
  fc.assert(
    fc.property(fc.integer(), fc.nat(claims.length - 1), (seed, index) => {
      const before = captionOf({ claims, seed });
      const after = captionOf({ claims: claims.with(index, parseStatement("Square(ABCD)")), seed });
      for (const [place, { span }] of before.sentences.entries()) {
        const other = after.sentences[place]?.span ?? [0, 0];
        if (place !== index) expect(after.text.slice(...other)).toBe(before.text.slice(...span));
      }
    }),
    { numRuns: 200 },
  );
});

test("every predicate of the vocabulary has phrases of its own that name all its letters", () => {
  for (const predicate of vocabulary.values()) {
    if (predicate.pattern === null || predicate.kind === "attribution") continue;
    const claim = parseStatement(`${predicate.name}(${predicate.pattern.join(",")})`);
    for (let seed = 0; seed < 24; seed += 1) {
      const { text } = captionOf({ claims: [claim], seed, language: seed % 2 === 0 ? "en" : "zh" });
      expect(text).not.toContain("holds of");
      for (const letter of predicate.pattern.join("")) expect(text, `${predicate.name}: ${text}`).toContain(letter);
    }
  }
});

test("several seeds say a claim in several ways", () => {
  const texts = new Set(Array.from({ length: 40 }, (_, seed) => captionOf({ claims: [parseStatement("Equal(LengthOfLine(AB),5)")], seed }).text));
  expect(texts.size).toBeGreaterThanOrEqual(4);
});

test("says it in Chinese", () => {
  const { text, sentences } = captionOf({ claims, seed: 3, language: "zh" });
  expect(text).toMatch(/^[^a-wyz]*。$/u);
  expect(text).toContain("∠ABC");
  expect(sentences).toHaveLength(claims.length);
});
