import { describe, expect, it } from "vitest";
import { ruleNegativesOfText } from "../text/rule-negatives-of-text.js";
import { balanceNegatives } from "./balance.js";
import { blindCheck } from "./blind-check.js";
import { trainLengthThreshold } from "./classifier.js";

const captionAt = (index: number): string => `AB = ${3 + (index % 17)}, ∠ABC = ${20 + (index % 11) * 10}°, AC is ${["parallel", "perpendicular"][index % 2]} to DE.`;
const records = (negativeOf: (caption: string, index: number) => string) =>
  Array.from({ length: 300 }, (_, index) => ({ id: `c${index}`, caption: captionAt(index), negatives: [{ kind: "rule" as const, caption: negativeOf(captionAt(index), index), edits: [{ class: "number" as const }] }] }));

describe("blindCheck", () => {
  it("finds what gives negatives away", async () => {
    const word = await blindCheck(records((caption) => caption.replace("AC", "never AC")));
    expect(word.all!.words).toBeGreaterThan(0.95);
    const long = await blindCheck(records((caption) => `${caption} ${"AB = 3. ".repeat(8)}`));
    expect(long.all!.length).toBeGreaterThan(0.95);
    expect(word.classes.number!.captions).toBe(600);
  });

  it("is near chance where negatives read like positives", async () => {
    const { all } = await blindCheck(records((_, index) => captionAt(index * 7 + 3)));
    expect(Math.abs(all!.words - 0.5)).toBeLessThan(0.2);
    expect(Math.abs(all!.length - 0.5)).toBeLessThan(0.2);
  });

  it("says nothing of a handful", async () => {
    expect(await blindCheck(records((caption) => caption).slice(0, 3))).toEqual({ all: null, kinds: {}, classes: {} });
  });
});

it("balanceNegatives keeps the candidates that read like positives", () => {
  const captions = Array.from({ length: 200 }, (_, index) => captionAt(index));
  const candidates = captions.map((caption, index) => [{ caption: caption.replace("AC", "never AC") }, { caption: captionAt(index * 7 + 3) }]);
  const kept = balanceNegatives({ captions, candidates, count: 1, seed: 1 });
  expect(kept.every((list) => list.length === 1)).toBe(true);
  expect(kept.filter(([negative]) => negative!.caption.includes("never")).length).toBeLessThan(10);
  const few = captions.slice(0, 2).map((caption, index) => ruleNegativesOfText({ id: String(index), caption }, { count: 3, seed: 1 }).negatives);
  expect(balanceNegatives({ captions: captions.slice(0, 2), candidates: few, count: 5, seed: 1 })).toEqual(few);
});

it("trainLengthThreshold finds either direction", () => {
  const longer = trainLengthThreshold([{ length: 5, label: 0 }, { length: 6, label: 0 }, { length: 9, label: 1 }]);
  expect([longer(5), longer(9)]).toEqual([0, 1]);
  const shorter = trainLengthThreshold([{ length: 5, label: 1 }, { length: 9, label: 0 }, { length: 10, label: 0 }]);
  expect([shorter(5), shorter(9)]).toEqual([1, 0]);
});
