import { describe, expect, it } from "vitest";
import { agreementOf, cohenKappa, fleissKappa } from "./agreement.js";
import type { ReviewItem } from "./items.js";

const times = <Value>(count: number, value: Value): Value[] => Array.from({ length: count }, () => value);

describe("Cohen's kappa", () => {
  it("is that of a table worked out by hand", () => {
    // Agreement 0.7; each says yes to half or to six of ten: 0.5 by chance.
    const { observed, kappa } = cohenKappa([...times(20, [true, true] as const), ...times(5, [true, false] as const), ...times(10, [false, true] as const), ...times(15, [false, false] as const)]);
    expect(observed).toBeCloseTo(0.7);
    expect(kappa).toBeCloseTo(0.4);
  });

  it("is 1 for full and negative for reversed agreement, and not defined where all say the same", () => {
    expect(cohenKappa([[true, true], [false, false]]).kappa).toBe(1);
    expect(cohenKappa([[true, false], [false, true]]).kappa).toBe(-1);
    expect(cohenKappa(times(3, [true, true] as const))).toEqual({ items: 3, observed: 1, kappa: null });
    expect(cohenKappa([])).toEqual({ items: 0, observed: 0, kappa: null });
  });
});

describe("Fleiss' kappa", () => {
  it("is that of judgements worked out by hand", () => {
    // Three of the items are of one mind and one agrees in a third of its pairs; eight of twelve say yes.
    const { observed, kappa } = fleissKappa([[true, true, true], [true, true, false], [false, false, false], [true, true, true]]);
    expect(observed).toBeCloseTo(5 / 6);
    expect(kappa).toBeCloseTo((5 / 6 - 5 / 9) / (4 / 9));
  });

  it("is not defined for one annotator, and for none", () => {
    expect(fleissKappa([[true], [false]]).kappa).toBeNull();
    expect(fleissKappa([]).kappa).toBeNull();
  });
});

describe("agreementOf", () => {
  const items = Array.from({ length: 4 }, (_, position): ReviewItem => ({ position, record: `r${position}`, kind: position < 2 ? "positive" : "rule", image: "", caption: "", fits: position < 2, falseClaims: [] }));
  const said = (annotator: string, ...fits: boolean[]) => fits.map((fits, position) => ({ annotator, position, fits }));

  it("counts what confirms the dataset by kind, and compares on the items that both judged", () => {
    const { annotators, confirmed, cohen, fleiss } = agreementOf({ items, judgements: [...said("b", true, true, false, true), ...said("a", true, false, false)] });
    expect(annotators.map(({ name, judged }) => [name, judged])).toEqual([["a", 3], ["b", 4]]);
    expect(confirmed.map(({ kind, judgements, confirmed }) => [kind, judgements, confirmed])).toEqual([["positive", 4, 3], ["rule", 3, 2]]);
    expect(cohen).toMatchObject([{ first: "a", second: "b", items: 3 }]);
    expect(cohen[0]!.observed).toBeCloseTo(2 / 3);
    expect(fleiss).toMatchObject({ items: 3 });
  });

  it("knows nothing where nobody judged", () => {
    expect(agreementOf({ items, judgements: [] })).toEqual({ items: 4, annotators: [], confirmed: [], cohen: [], fleiss: null });
  });
});
