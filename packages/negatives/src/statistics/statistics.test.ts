import { expect, it } from "vitest";
import { statistics } from "./statistics.js";
import { statisticsTable } from "./table.js";

it("counts by kind, class, number of edits and likeness", async () => {
  const counted = await statistics([
    {
      id: "1",
      caption: "AB=5, CD=6.",
      negatives: [
        { kind: "rule", caption: "AB=7, CD=6.", edits: [{ class: "number" }], falseClaims: ["Equal(LengthOfLine(AB),7)"] },
        { kind: "rule", caption: "CD=5, CD=9.", edits: [{ class: "order" }, { class: "number" }] },
        { kind: "retrieval", caption: "Circle O has radius 3." },
      ],
    },
    { id: "2", caption: "AB=5.", negatives: [] },
  ]);
  expect(counted).toMatchObject({ captions: 2, negatives: 3, without: 1, perCaption: [{ negatives: 0, captions: 1 }, { negatives: 3, captions: 1 }] });
  expect(counted.kinds.rule).toMatchObject({ negatives: 2, classes: { order: 1, shape: 0, relation: 0, number: 2 }, edits: [0, 1, 1], proven: 1 });
  expect(counted.kinds.rule!.similarity.reduce((sum, count) => sum + count, 0)).toBe(2);
  expect(counted.kinds.retrieval).toMatchObject({ negatives: 1, edits: [1], meanSimilarity: 0 });
  expect(statisticsTable(counted)).toContain("rule: 2 negatives");
});
