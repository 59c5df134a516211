import { expect, test } from "vitest";
import { randomOf } from "../random.js";
import { batchOf } from "./batch.js";
import { groupOf, randomPairs } from "./group.js";
import type { Sample } from "./sample.js";

function sampleWith({ id, rule, retrieval, images }: { id: string; rule: number; retrieval: number; images: number }): Sample {
  const captions = (kind: "rule" | "retrieval", count: number) => Array.from({ length: count }, (_, index) => ({ kind, caption: `${id} ${kind} ${index}`, classes: [] }));
  return {
    id,
    image: `${id}.png`,
    caption: id,
    textNegatives: [...captions("rule", rule), ...captions("retrieval", retrieval)],
    imageNegatives: Array.from({ length: images }, (_, index) => ({ image: `${id}-${index}.png`, caption: `${id} image ${index}`, classes: [] })),
  };
}

const none = { random: 0, retrieval: 0, rule: 0, image: 0 };
const all = { text: 1, image: 1, group: 1, batch: 1 };

test("each image and each text of a sample occurs once, whatever the number of forms", () => {
  const sample = sampleWith({ id: "a", rule: 6, retrieval: 6, images: 3 });
  const group = groupOf({ sample, options: { negatives: { random: 0, rule: 2, retrieval: 2, image: 2 }, forms: all }, random: randomOf(1) });
  expect(group.images).toHaveLength(3);
  // The caption, two rule and two retrieval negatives, and the captions of two negative images.
  expect(group.texts).toHaveLength(7);
  expect(new Set(group.texts).size).toBe(7);
  expect(group.texts.filter((text) => text.includes("rule"))).toHaveLength(2);
  const text = group.anchors.find(({ form }) => form === "text");
  expect(text).toMatchObject({ side: "image", anchor: 0, positive: 0, candidates: [0, 1, 2, 3, 4] });
  expect(group.anchors.filter(({ form }) => form === "group")).toHaveLength(6);
});

test("a kind of negative that runs out gives way to the other, and one of weight 0 is never drawn", () => {
  const drawn = (counts: { rule: number; retrieval: number }, sample: Sample): string[] => groupOf({ sample, options: { negatives: { ...none, ...counts }, forms: { text: 1 } }, random: randomOf(2) }).texts.slice(1);
  expect(drawn({ rule: 2, retrieval: 2 }, sampleWith({ id: "a", rule: 1, retrieval: 9, images: 0 }))).toHaveLength(4);
  expect(drawn({ rule: 0, retrieval: 4 }, sampleWith({ id: "a", rule: 9, retrieval: 2, images: 0 })).every((text) => text.includes("retrieval"))).toBe(true);
});

test("random negatives are captions of other samples, each once, and few captions end the drawing", () => {
  const sample = sampleWith({ id: "a", rule: 2, retrieval: 0, images: 0 });
  const drawn = (captions: string[], count: number): string[] => groupOf({ sample, options: { negatives: { ...none, rule: 2, random: count }, forms: { text: 1 } }, random: randomOf(3), captions }).texts;
  const captions = ["a", "a rule 0", ...Array.from({ length: 20 }, (_, index) => `other ${index}`)];
  const texts = drawn(captions, 4);
  expect(texts).toHaveLength(7);
  expect(new Set(texts).size).toBe(7);
  expect(texts.slice(3).every((text) => text.startsWith("other"))).toBe(true);
  expect(drawn(["a", "b"], 4)).toHaveLength(4);
});

test("a caption that is true of two images is no negative of either", () => {
  const sample = sampleWith({ id: "a", rule: 0, retrieval: 0, images: 2 });
  for (const negative of sample.imageNegatives) negative.caption = "the same";
  const group = groupOf({ sample, options: { negatives: { ...none, image: 2 }, forms: { group: 1 } }, random: randomOf(1) });
  expect(group.texts).toEqual(["a", "the same"]);
  expect(group.anchors.every(({ candidates }) => candidates.length === 2)).toBe(true);
});

test("samples with different numbers of candidates share a batch without seeing each other's", () => {
  const groups = [sampleWith({ id: "a", rule: 2, retrieval: 0, images: 1 }), sampleWith({ id: "b", rule: 5, retrieval: 0, images: 0 })].map((sample) =>
    groupOf({ sample, options: { negatives: { ...none, rule: 5, image: 5 }, forms: { text: 1, batch: 1 } }, random: randomOf(1) }),
  );
  const { images, texts, views } = batchOf({ groups, weights: { text: 1, batch: 1 } });
  expect(images).toHaveLength(4);
  expect(texts).toHaveLength(16);
  const [text, batchImage, batchText] = views;
  const rows = (matrix: Float32Array, columns: number): number[][] => Array.from({ length: matrix.length / columns }, (_, row) => Array.from(matrix.subarray(row * columns, (row + 1) * columns)).flatMap((value, column) => (value === 1 ? [column] : [])));
  expect(rows(text?.membership as Float32Array, 16)).toEqual([[0, 1, 2], [], [4, 5, 6, 7, 8, 9], []]);
  expect(rows(text?.positive as Float32Array, 16)).toEqual([[0], [], [4], []]);
  // Two pairs of the first sample, one of the second; the pair of a negative image is in everyone's batch.
  expect(rows(batchImage?.membership as Float32Array, 16)).toEqual([[0, 3, 4], [0, 3, 4], [0, 3, 4], []]);
  expect(rows(batchImage?.positive as Float32Array, 16)).toEqual([[0], [3], [4], []]);
  expect(batchText).toMatchObject({ form: "batch", side: "text", weight: 0.5 });
});

test("random pairs come from different samples, and the caption is true of the image", () => {
  const samples = Array.from({ length: 12 }, (_, index) => sampleWith({ id: `s${index}`, rule: 2, retrieval: 0, images: 3 }));
  const groups = randomPairs({ samples, indices: [3, 5], count: 8, random: randomOf(4) });
  expect(groups).toHaveLength(8);
  const idOf = (image: string): string => image.replace(/(-\d+)?\.png$/u, "");
  expect(new Set(groups.map(({ images }) => idOf(images[0] as string))).size).toBe(8);
  expect(groups.slice(0, 2).map(({ images }) => idOf(images[0] as string))).toEqual(["s3", "s5"]);
  for (const { images, texts } of groups) {
    const negative = /-(\d+)\.png$/u.exec(images[0] as string);
    expect(texts).toEqual([negative === null ? idOf(images[0] as string) : `${idOf(images[0] as string)} image ${negative[1]}`]);
  }
});
