import { mkdtemp, readdir, readFile, rm, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadImage, type DiagramRecord, readRecords } from "@mmgeo/dataset";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sampleProblems } from "../sources/sample.js";
import { problemOfProgram } from "../sources/programs.js";
import { buildDataset } from "./build-dataset.js";
import { buildRecord } from "./build-record.js";
import { checkDataset, checkRecord, type DatasetCheck } from "./check-dataset.js";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mmgeo-build-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function firstRecord(): Promise<DiagramRecord> {
  for await (const record of readRecords(join(folder, "whole"))) return record;
  throw new Error("no record");
}

const problems = sampleProblems({ count: 36, seed: 2 });
const settings = { negatives: 4, seed: 3, size: 96 };

test("a dataset is built, proven, and the same after a stop at any point", async () => {
  const whole = join(folder, "whole");
  const report = await buildDataset({ problems, folder: whole, ...settings });
  expect(report).toMatchObject({ read: 36, built: 36, proven: 36, failed: [] });
  expect(report.answers).toMatchObject({ measured: 36, comparable: 36 });
  expect(report.negatives).toMatchObject({ made: 144, complete: 36 });
  const check = await checkDataset(whole);
  expect(check.wrong).toEqual([]);
  expect(check.images).toBe(36 * 5);

  const stopped = join(folder, "stopped");
  const controller = new AbortController();
  await buildDataset({ problems, folder: stopped, ...settings, signal: controller.signal, onProgress: (done) => done === 12 && controller.abort() });
  // As if killed within a line.
  const file = join(stopped, "records.jsonl");
  await truncate(file, (await readFile(file)).length - 100);
  await truncate(join(stopped, "build-log.jsonl"), (await readFile(join(stopped, "build-log.jsonl"))).length - 60);
  await buildDataset({ problems, folder: stopped, ...settings });
  for (const name of ["records.jsonl", "build-report.json", "build-log.jsonl"]) expect(await readFile(join(stopped, name), "utf8"), name).toBe(await readFile(join(whole, name), "utf8"));
  expect((await readdir(join(stopped, "images"))).sort()).toEqual((await readdir(join(whole, "images"))).sort());
});

test("a folder with another build is left alone", async () => {
  const other = join(folder, "other");
  await buildDataset({ problems: problems.slice(0, 1), folder: other, ...settings });
  await expect(buildDataset({ problems: problems.slice(0, 1), folder: other, ...settings, seed: 9 })).rejects.toThrow(/other options/);
});

test("the picture is a PNG of the size asked for, black on white", async () => {
  const record = await firstRecord();
  const image = await loadImage(join(folder, "whole", record.image), { size: 96 });
  expect([image.width, image.height]).toEqual([96, 96]);
});

test("what cannot be built says why and at which stage", () => {
  const build = (text: string): unknown => buildRecord({ problem: problemOfProgram(text, { id: "p" }), seed: 1, negatives: 0 });
  expect(build("Shape(AB,BC,CA)\nEqual(LengthOfLine(AB),1)\nEqual(LengthOfLine(BC),2)\nEqual(LengthOfLine(CA),9)")).toMatchObject({ ok: false, stage: "solve" });
  expect(build("Equal(x,3)")).toMatchObject({ ok: false, stage: "read" });
});

test("a program's own marks are drawn, its goal is kept", () => {
  const problem = problemOfProgram("Shape(AB,BC,CA)\nRightTriangle(ABC)\nEqual(LengthOfLine(AB),3)\nMark(Equal(LengthOfLine(AB),3))\nMark(LengthOfLine(AC))\nEqual(LengthOfLine(BC),4)\nValue(LengthOfLine(AC))", { id: "right" });
  const result = buildRecord({ problem, seed: 1, negatives: 3, marks: "image" });
  if (!result.ok) throw new Error(result.reason);
  expect(result.record.program.split("\n").filter((line) => line.startsWith("Mark("))).toEqual(["Mark(Equal(LengthOfLine(AB),3))", "Mark(LengthOfLine(AC))"]);
  expect(result.record.question?.goal).toBe("Value(LengthOfLine(AC))");
  const bare = buildRecord({ problem: problemOfProgram("Square(ABCD)", { id: "square" }), seed: 1, negatives: 2 });
  expect(bare).toMatchObject({ ok: true });
  const check: DatasetCheck = { records: 0, images: 0, claims: 0, falseClaims: 0, wrong: [] };
  checkRecord(result.record, check);
  expect(check.wrong).toEqual([]);
});

test("a negative of which nothing is proven false is found", async () => {
  const record = await firstRecord();
  const check: DatasetCheck = { records: 0, images: 0, claims: 0, falseClaims: 0, wrong: [] };
  checkRecord({ ...record, negatives: [{ kind: "retrieval", caption: "AD is 4.", from: "other", similarity: 0.5, falseClaims: [] }] }, check);
  expect(check.wrong).toEqual([{ id: record.id, negative: 1, statement: "AD is 4.", problem: "has no claim that is false of the picture" }]);
});

test("a wrong claim is found", async () => {
  const record = await firstRecord();
  const check: DatasetCheck = { records: 0, images: 0, claims: 0, falseClaims: 0, wrong: [] };
  checkRecord({ ...record, claims: [...record.claims, "Equal(LengthOfLine(ZZ),1)", "Square(ABCD)"] }, check);
  expect(check.wrong).toHaveLength(2);
});

test("a record says where the numbers of its problem crowd the figure", () => {
  const record = (width: number): DiagramRecord | null => {
    const result = buildRecord({ problem: problemOfProgram(`Shape(AB,BC,CD,DA)\nRectangle(ABCD)\nEqual(LengthOfLine(AB),100)\nEqual(LengthOfLine(BC),${width})`, { id: "thin" }), seed: 1, negatives: 0 });
    return result.ok ? result.record : null;
  };
  expect(record(2)?.provenance.notes?.[0]).toMatch(/^crowded: .* 2\.0 % of the figure apart/);
  expect(record(60)?.provenance.notes).toBeUndefined();
});
