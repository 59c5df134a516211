import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type DiagramRecord, writeRecords } from "@mmgeo/dataset";

const scene = { points: { A: [0, 0] as [number, number] }, circles: {}, symbols: {} };
const white = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAQAAAAECAAAAACMmsGiAAAADklEQVR4nGP4DwUMuBkAGoAf4XDo2k0AAAAASUVORK5CYII=", "base64");

/** A dataset folder of records with one negative of each kind; captions say what they are. */
export async function tinyDataset({ folder, count }: { folder: string; count: number }): Promise<void> {
  await mkdir(join(folder, "images"), { recursive: true });
  const records = Array.from({ length: count }, (_, index): DiagramRecord => ({
    id: `r${index}`,
    image: `images/r${index}.png`,
    caption: `true ${index}`,
    claims: ["Equal(LengthOfLine(AB),2)"],
    program: "",
    scene,
    question: null,
    negatives: [
      { kind: "image", image: `images/r${index}-1.png`, program: "", scene, edits: [{ class: "number", from: "a", to: "b" }], caption: "of the redrawn", claims: [], falseClaims: ["Equal(LengthOfLine(AB),2)"] },
      { kind: "rule", caption: `edited ${index}`, claims: [], falseClaims: ["Equal(LengthOfLine(AB),3)"], edits: [{ class: "number", from: "2", to: "3" }] },
      { kind: "retrieval", caption: `similar ${index}`, from: "r0", similarity: 0.5, falseClaims: [] },
    ],
    provenance: { source: "test", licence: null, seed: 1, generator: "test", model: null },
  }));
  await writeRecords(folder, records);
  for (const { image } of records) for (const file of [image, image.replace(".png", "-1.png")]) await writeFile(join(folder, file), white);
}
