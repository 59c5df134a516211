import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { onTestFinished } from "vitest";
import type { DiagramRecord } from "./record.js";

/** A folder of the running test's own, removed when it is done. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "mmgeo-dataset-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** A record with one negative of each kind. */
export function sampleRecord(id = "sample-1"): DiagramRecord {
  const scene = { points: { A: [0, 0], B: [4, 0], C: [0, 3] } satisfies DiagramRecord["scene"]["points"], circles: { O: { center: [2, 1.5] as [number, number], radius: 2.5 } }, symbols: { x: 12.5 } };
  return {
    id,
    image: `images/${id}.png`,
    caption: "ABC is a triangle. AB is 4.",
    claims: ["Polygon(ABC)", "Equal(LengthOfLine(AB),4)"],
    program: "Shape(AB,BC,CA)\nEqual(LengthOfLine(AB),4)",
    scene,
    question: { text: "Find BC — ∠A = 90°.", choices: null, answer: "5", goal: "Value(LengthOfLine(BC))" },
    negatives: [
      {
        kind: "image",
        image: `images/${id}-1.png`,
        program: "Shape(AB,BC,CA)\nEqual(LengthOfLine(AB),5)",
        scene,
        edits: [{ class: "number", from: "Equal(LengthOfLine(AB),4)", to: "Equal(LengthOfLine(AB),5)" }],
        caption: "ABC is a triangle. AB is 5.",
        claims: ["Equal(LengthOfLine(AB),5)"],
        falseClaims: ["Equal(LengthOfLine(AB),4)"],
      },
      { kind: "rule", caption: "ABC is a triangle. AB is 7.", claims: ["Equal(LengthOfLine(AB),7)"], falseClaims: ["Equal(LengthOfLine(AB),7)"], edits: [{ class: "number", from: "4", to: "7", span: [25, 26] }] },
      { kind: "retrieval", caption: "DE is parallel to BC.", from: "sample-2", similarity: 0.83, falseClaims: [] },
    ],
    provenance: { source: "tests", licence: "MIT", seed: 7, generator: "@mmgeo/dataset@0.1.0", model: null },
  };
}

/** Records with any text in them, and numbers that JSON can hold. */
export function arbitraryRecord(): fc.Arbitrary<DiagramRecord> {
  const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
  const text = fc.string({ unit: "binary", maxLength: 40 });
  return fc
    .record({ id: text.filter((id) => id !== ""), caption: text, claims: fc.array(text, { maxLength: 3 }), x: number, radius: fc.double({ min: 1e-9, max: 1e9, noNaN: true }), withQuestion: fc.boolean(), keep: fc.integer({ min: 0, max: 3 }) })
    .map(({ id, caption, claims, x, radius, withQuestion, keep }) => {
      const base = sampleRecord();
      const scene = { points: { A: [x, 0] as [number, number] }, circles: { O: { center: [0, x] as [number, number], radius } }, symbols: {} };
      return { ...base, id, caption, claims, scene, question: withQuestion ? base.question : null, negatives: base.negatives.slice(0, keep) };
    });
}
