import { InputError } from "@mmgeo/dataset";
import { describe, expect, it } from "vitest";
import { retrievalNegatives, type RetrievalSource } from "./retrieval-negatives.js";

const captions = (...texts: string[]): RetrievalSource[] => texts.map((caption, index) => ({ id: `c${index}`, caption }));
const idsOf = async (records: RetrievalSource[], options: Partial<Parameters<typeof retrievalNegatives>[0]> = {}) => {
  const { negatives } = await retrievalNegatives({ records, count: 10, ...options });
  return negatives.map((list) => list.map(({ from }) => from));
};

describe("retrievalNegatives", () => {
  it("takes the most similar captions first", async () => {
    const records = captions("AB=5, BC=7, AB is parallel to CD.", "Circle O has radius 3.", "AB=5, BC=8, AB is parallel to CD.", "AB=5, ∠ABC=40°.");
    const { negatives, report } = await retrievalNegatives({ records, count: 2 });
    expect(negatives[0]!.map(({ from }) => from)).toEqual(["c2", "c3"]);
    expect(negatives[0]![0]!.similarity).toBeGreaterThan(negatives[0]![1]!.similarity);
    expect(report.captions).toBe(4);
    expect(report.negatives).toBe(negatives.flat().length);
  });

  it("leaves out duplicates, other wordings and captions that say less", async () => {
    const records = captions(
      "AB ∥ CD, ∠ABC = 50°, the center of ⊙O is O.",
      "AB is parallel to CD, angle CBA is 50 degrees, O is the center of circle O.",
      "ab ∥ cd,  ∠abc = 50°, the center of ⊙o is o.",
      "∠ABC=50.0°.",
      "AB ∥ CD, ∠ABC = 55°.",
    );
    const [first] = await idsOf(records);
    expect(first).toEqual(["c4"]);
    const { report } = await retrievalNegatives({ records, count: 4 });
    expect(report.dropped["says nothing new"]).toBeGreaterThan(0);
    expect(report.dropped.duplicate).toBeGreaterThan(0);
    expect(report.short.map(({ id }) => id)).toContain("c0");
  });

  it("keeps captions of one image apart", async () => {
    const records = captions("AB=5.", "AB=6.", "AB=7.").map((record, index) => ({ ...record, image: index < 2 ? "one.png" : "two.png" }));
    expect(await idsOf(records)).toEqual([["c2"], ["c2"], ["c0", "c1"]]);
  });

  it("proves what it can: a caption true of the figure is no negative", async () => {
    const scene = { points: { A: [0, 0], B: [5, 0], C: [0, 3] } as Record<string, [number, number]>, circles: {}, symbols: {} };
    const records: RetrievalSource[] = [
      { id: "positive", caption: "The figure shows △ABC. AB is 5.", claims: ["Equal(LengthOfLine(AB),5)"], scene },
      { id: "true", caption: "The figure shows △ABC. AC is 3.", claims: ["Equal(LengthOfLine(AC),3)"], scene },
      { id: "false", caption: "The figure shows △ABC. AC is 4.", claims: ["Equal(LengthOfLine(AC),4)"], scene },
      { id: "absent", caption: "The figure shows △ABC. AD is 4.", claims: ["Equal(LengthOfLine(AD),4)"], scene },
      { id: "close", caption: "The figure shows △ABC. AC is 3.001.", claims: ["Equal(LengthOfLine(AC),3.001)"], scene },
    ];
    const { negatives, report } = await retrievalNegatives({ records, count: 10 });
    expect(negatives[0]!.map(({ from, falseClaims }) => [from, falseClaims])).toEqual([["false", ["Equal(LengthOfLine(AC),4)"]]]);
    expect(report.dropped["names an absent point"]).toBeGreaterThan(0);
  });

  it("follows the selection controls", async () => {
    const records = captions("AB=5, BC=6, CD=7.", "AB=5, BC=6, CD=8.", "AB=5, BC=9, CD=8.", "AB=1, BC=9, CD=8.", "Circle O has radius 3.");
    const scores = (await retrievalNegatives({ records, count: 10 })).negatives[0]!;
    expect(scores.length).toBe(3);
    expect((await idsOf(records, { selection: { rangeMin: 1 } }))[0]).toEqual(["c2", "c3"]);
    expect((await idsOf(records, { selection: { rangeMax: 1 } }))[0]).toEqual(["c1"]);
    expect((await idsOf(records, { selection: { maxScore: scores[0]!.similarity - 1e-4 } }))[0]).toEqual(["c2", "c3"]);
    expect((await idsOf(records, { selection: { minScore: scores[1]!.similarity - 1e-4 } }))[0]).toEqual(["c1", "c2"]);
    expect((await idsOf(records, { selection: { absoluteMargin: 1 - scores[1]!.similarity - 1e-4 } }))[0]).toEqual(["c2", "c3"]);
    expect((await idsOf(records, { selection: { relativeMargin: 1 - scores[2]!.similarity - 1e-4 } }))[0]).toEqual(["c3"]);
    const random = await Promise.all([1, 2, 3, 4, 5, 6].map(async (seed) => (await idsOf(records, { count: 1, seed, selection: { sampling: "random" } }))[0]![0]));
    expect(new Set(random).size).toBeGreaterThan(1);
    expect(await idsOf(records, { count: 2, seed: 9, selection: { sampling: "simans", simansScale: 5 } })).toEqual(await idsOf(records, { count: 2, seed: 9, selection: { sampling: "simans", simansScale: 5 } }));
  });

  it("finds more where the first look was filtered away", async () => {
    const same = Array.from({ length: 200 }, (_, index) => ({ id: `s${index}`, caption: "AB=5, CD=6, EF=7.", image: "same.png" }));
    const records = [...same, { id: "other", caption: "AB=5, CD=9.", image: "other.png" }];
    const { negatives } = await retrievalNegatives({ records, count: 1 });
    expect(negatives[0]!.map(({ from }) => from)).toEqual(["other"]);
  });

  it("refuses controls that contradict each other", async () => {
    const refused = retrievalNegatives({ records: captions("AB=5."), count: 1, selection: { minScore: 0.9, maxScore: 0.1 } });
    await expect(refused).rejects.toSatisfy(InputError.isInstance);
    await expect(retrievalNegatives({ records: captions("AB=5."), count: 1, selection: { rangeMin: 3, rangeMax: 2 } })).rejects.toThrow(/rangeMax/);
  });

  it("does with no captions, one caption and empty ones", async () => {
    expect((await retrievalNegatives({ records: [], count: 3 })).report).toMatchObject({ captions: 0, negatives: 0, similarity: null });
    expect(await idsOf(captions("AB=5."))).toEqual([[]]);
    expect(await idsOf(captions("", "AB=5.", ""))).toEqual([[], [], []]);
  });
});
