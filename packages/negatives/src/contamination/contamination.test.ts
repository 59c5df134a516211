import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { drawSvg, parseStatement, renderPng } from "@mmgeo/diagram";
import { expect, it } from "vitest";
import { removeContaminated } from "../files/contamination-file.js";
import { findContamination } from "./contamination.js";

const sample = (id: string, text: string, image: string | null = null) => ({ id, text, image });

it("lists training texts that are a test text or nearly one", async () => {
  const found = await findContamination({
    train: [sample("a", "AB=5, find CD."), sample("b", "ab=5,  find cd."), sample("c", "Find CD, AB is 5."), sample("d", "AB=6, find CD."), sample("e", "")],
    test: [sample("t", "AB=5, find CD."), sample("u", "")],
    threshold: 0.98,
  });
  expect(found.map(({ id, test, kind }) => [id, test, kind])).toEqual([
    ["a", "t", "same text"],
    ["b", "t", "same text"],
    ["c", "t", "similar text"],
  ]);
});

it("finds more than it looked for at first", async () => {
  const train = Array.from({ length: 100 }, (_, index) => sample(`a${index}`, `Find CD, AB is 5${" ".repeat(index)} .`));
  expect(await findContamination({ train, test: [sample("t", "AB is 5 . Find CD")], threshold: 0.98 })).toHaveLength(100);
});

it("finds the same figure again, and writes what is clean", async () => {
  const folder = await mkdtemp(join(tmpdir(), "contamination-"));
  const scene = (x: number) => ({ points: { A: [0, 0], B: [x, 0], C: [1, 3] } as Record<string, [number, number]>, circles: {}, symbols: {} });
  const png = (x: number, size: number) => renderPng(drawSvg({ scene: scene(x), statements: [parseStatement("Shape(AB,BC,CA)")], seed: 1 }), { size });
  await writeFile(join(folder, "one.png"), png(4, 224));
  await writeFile(join(folder, "copy.png"), png(4, 224));
  await writeFile(join(folder, "scaled.png"), png(4, 200));
  await writeFile(join(folder, "other.png"), png(9, 224));
  const lines = (list: object[]) => list.map((line) => `${JSON.stringify(line)}\n`).join("");
  await writeFile(join(folder, "train.jsonl"), lines(["copy", "scaled", "other"].map((name) => ({ id: name, caption: `caption of ${name}`, image: `${name}.png` }))));
  await writeFile(join(folder, "test.jsonl"), lines([{ id: "t", caption: "AB=5.", image: "one.png" }]));
  const output = join(folder, "clean.jsonl");
  const report = await removeContaminated({ train: join(folder, "train.jsonl"), test: join(folder, "test.jsonl"), output });
  expect(report).toMatchObject({ train: 3, test: 1, removed: [{ id: "copy", kind: "same image" }, { id: "scaled", kind: "similar image" }] });
  expect((await readFile(output, "utf8")).trim().split("\n").map((line) => (JSON.parse(line) as { id: string }).id)).toEqual(["other"]);
});
