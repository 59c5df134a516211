import { checkStatement, parseStatement } from "@mmgeo/diagram";
import { describe, expect, it } from "vitest";
import { changedSpan } from "./changed-span.js";
import { ruleNegatives } from "./rule-negatives.js";
import { rightTriangleRecord as record } from "./testing.js";

describe("ruleNegatives", () => {
  it("makes negatives whose edited claims are false of the scene, and no other claim is touched", () => {
    const positive = record();
    const { negatives } = ruleNegatives({ record: positive, count: 40, seed: 1 });
    expect(negatives).toHaveLength(40);
    expect(new Set(negatives.map(({ caption }) => caption)).size).toBe(40);
    for (const negative of negatives) {
      expect(negative.edits.length).toBeGreaterThanOrEqual(1);
      expect(negative.edits.length).toBeLessThanOrEqual(4);
      for (const claim of negative.falseClaims) expect(checkStatement(parseStatement(claim), positive.scene, { reading: "english" }).verdict).toBe("false");
      const changed = negative.claims.filter((claim, index) => claim !== positive.claims[index]);
      expect(new Set(changed)).toEqual(new Set(negative.edits.map(({ to }) => to)));
      for (const edit of negative.edits) expect(positive.claims).toContain(edit.from);
    }
    expect(new Set(negatives.flatMap(({ edits }) => edits.map((edit) => edit.class)))).toEqual(new Set(["order", "shape", "relation", "number"]));
  });

  it("words the negative as the positive, apart from the edits, and says where those are", () => {
    const positive = record();
    for (const { caption, edits } of ruleNegatives({ record: positive, count: 40, seed: 2 }).negatives) {
      for (const { span } of edits) expect(caption.slice(span![0], span![1]).trim()).not.toBe("");
      if (edits.length === 1 && edits[0]!.class === "number") {
        const [start, end] = edits[0]!.span!;
        expect(positive.caption.startsWith(caption.slice(0, start))).toBe(true);
        expect(positive.caption.endsWith(caption.slice(end))).toBe(true);
      }
    }
  });

  it("changes no term whose symbol nothing else binds", () => {
    const { negatives, reasons } = ruleNegatives({ record: record(), count: 200, seed: 1 });
    for (const { edits } of negatives) for (const { to } of edits) expect(to).not.toContain("x");
    expect(reasons["edit of a symbol that nothing else binds"]).toBeGreaterThan(0);
  });

  it("is the same for the same seed", () => {
    expect(ruleNegatives({ record: record(), count: 10, seed: 5 })).toEqual(ruleNegatives({ record: record(), count: 10, seed: 5 }));
    expect(ruleNegatives({ record: record(), count: 10, seed: 5 }).negatives).not.toEqual(ruleNegatives({ record: record(), count: 10, seed: 6 }).negatives);
  });

  it("gives nothing, with the reason, where nothing can be proven", () => {
    expect(ruleNegatives({ record: record({ claims: [] }), count: 3, seed: 1 })).toEqual({ negatives: [], reasons: { "no claims": 1 } });
    expect(ruleNegatives({ record: { ...record(), caption: "Somebody wrote this." }, count: 3, seed: 1 }).reasons).toEqual({ "caption is not that of its claims": 1 });
    expect(() => ruleNegatives({ record: record({ claims: ["Equal(LengthOfLine(AD),2)"] }), count: 3, seed: 1 })).not.toThrow();
    expect(() => ruleNegatives({ record: { ...record(), claims: ["Nonsense("] }, count: 3, seed: 1 })).toThrow(/no statement/);
  });
});

describe("changedSpan", () => {
  it.each([
    ["AB is 5", "AB is 7", "7"],
    ["AB is 5.5", "AB is 5.7", "5.7"],
    ["DE is parallel to BC", "DE is perpendicular to BC", "perpendicular"],
    ["ABCD is a square", "ACBD is a square", "ACBD"],
    ["AB is twice CD", "AB is CD", "is"],
    ["AB = CD", "AB = 2 × CD", "2 ×"],
  ])("%s / %s", (before, after, changed) => {
    const [start, end] = changedSpan(before, after);
    expect(after.slice(start, end).trim()).toBe(changed);
  });
});
