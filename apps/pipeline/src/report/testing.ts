import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { DiagramRecord } from "@mmgeo/dataset";
import type { Manifest } from "../store/store.js";
import { type Report, reportSchema } from "./report.js";

const losses = Array.from({ length: 20 }, (_, step) => ({ step, loss: 2 / (step + 1) }));

export const sampleReport: Report = reportSchema.parse({
  version: 1,
  preset: "quick",
  seed: 1,
  problems: { source: "A source", read: 3, taken: 3, built: 1, proven: 1, failed: [{ id: "b", stage: "solve", reason: "no drawing found: the worst is 3.5" }, { id: "c", stage: "solve", reason: "no drawing found: the worst is 4" }] },
  dataset: { records: 1, training: 0, heldOut: 1, negatives: { image: 1, rule: 1, retrieval: 0 }, edits: { order: 0, shape: 0, relation: 1, number: 1 }, claims: 1, falseClaims: 2, wrong: [], setAside: [] },
  encoder: {
    parameters: 1_234_567,
    losses,
    sets: [
      { set: "random", samples: 10, meanCandidates: 11, hitAt1: 0.5, interval: [0.3, 0.7], chance: 1 / 11, beatsChance: true, blindHitAt1: 0.2, meanReciprocalRank: 0.6, byClass: [] },
      { set: "image", samples: 10, meanCandidates: 11, hitAt1: 0.1, interval: [0.02, 0.3], chance: 1 / 11, beatsChance: false, blindHitAt1: 0.2, meanReciprocalRank: 0.3, byClass: [{ class: "number", samples: 8, hitAt1: 0.25, interval: [0.1, 0.5], chance: 0.5 }] },
    ],
  },
  languageModel: {
    parameters: 100,
    stages: [{ stage: "2", losses }, { stage: "3", losses }],
    score: { n: 1, answered: 1, unreadable: 0, accuracy: 1, interval: [0.2, 1], chance: 0.25, majority: 0.5 },
    answers: [{ id: "a", question: "How long is BC?", choices: ["5", "6"], gold: "B", response: "\\boxed{B}", extracted: "B", correct: true }],
  },
  provenance: [{ stage: "problems", key: "0123", digest: "4567" }],
});

const scene = { points: { A: [0, 0] as [number, number] }, circles: {}, symbols: {} };
export const sampleRecord: DiagramRecord = {
  id: "a",
  image: "a.png",
  caption: "DE ∥ BC & <b>AD</b> is 2.",
  claims: ["Equal(LengthOfLine(AD),2)"],
  program: "",
  scene,
  question: { text: "How long is BC?", choices: null, answer: "6", goal: null },
  negatives: [
    { kind: "image", image: "a-1.png", program: "", scene, edits: [{ class: "number", from: "Equal(LengthOfLine(AD),2)", to: "Equal(LengthOfLine(AD),3)" }], caption: "AD is 3.", claims: [], falseClaims: ["Equal(LengthOfLine(AD),2)"] },
    { kind: "rule", caption: "DE ⊥ BC.", claims: [], falseClaims: ["PerpendicularBetweenLine(DE,BC)"], edits: [{ class: "relation", from: "parallel", to: "perpendicular", span: [3, 4] }] },
  ],
  provenance: { source: "A source", licence: null, seed: 1, generator: "test", model: null },
};

export const sampleManifest: Manifest = { stage: "problems", key: "0123", digest: "4567", inputs: {}, parameters: { count: 3 }, code: { "@mmgeo/diagram": "89ab" }, seconds: 1 };

const white = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAQAAAAECAAAAACMmsGiAAAADklEQVR4nGP4DwUMuBkAGoAf4XDo2k0AAAAASUVORK5CYII=", "base64");

export async function writeSamplePictures(folder: string): Promise<void> {
  for (const image of ["a.png", "a-1.png"]) await writeFile(join(folder, image), white);
}
