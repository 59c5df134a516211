import { expect, it } from "vitest";
import { largestCosines, questionSimilarity } from "./question-similarity.js";

it("takes each negative's largest cosine to any question", async () => {
  const largest = await largestCosines({ vectors: Float32Array.from([2, 0, 1, 1, 0, -1]), questions: Float32Array.from([1, 0, 0, 3]), width: 2 });
  expect([...largest].map((value) => Number(value.toFixed(3)))).toEqual([1, Number(Math.SQRT1_2.toFixed(3)), 0]);
  expect(questionSimilarity(largest, 2)).toMatchObject({ negatives: 3, questions: 2, above90: 1 / 3, above85: 1 / 3 });
  expect(questionSimilarity(new Float32Array(), 0)).toEqual({ negatives: 0, questions: 0, above90: 0, above85: 0, mean: 0 });
});
