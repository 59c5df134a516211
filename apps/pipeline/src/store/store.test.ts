import { existsSync } from "node:fs";
import { mkdtemp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RunConfig } from "../config.js";
import { presets } from "../presets.js";
import { runStages } from "../run.js";
import type { Stage } from "../stage.js";
import { pruneStore } from "./prune.js";
import { follow, traceFigure } from "./trace.js";
import { differencesOf } from "./why.js";

let out: string;
beforeEach(async () => {
  out = await mkdtemp(join(tmpdir(), "mmgeo-store-"));
});
afterEach(() => rm(out, { recursive: true }));

const stage = (name: string, inputs: string[], parameters: Stage["parameters"]): Stage => ({
  name,
  title: name,
  inputs,
  packages: [],
  parameters,
  run: async ({ folder, config }) => writeFile(join(folder, "value"), JSON.stringify(parameters(config))),
});
const stages = [stage("problems", [], ({ seed }) => ({ seed })), stage("diagrams", ["problems"], ({ diagrams }) => diagrams), stage("dataset", ["diagrams"], () => null)];

async function runWith(config: RunConfig): Promise<{ made: string[]; reasons: string[] }> {
  const reasons: string[] = [];
  const published = await runStages({ stages, config, out, explain: ({ name }, lines) => reasons.push(...lines.map((line) => `${name}: ${line}`)) });
  const report = { dataset: { records: 3, sets: [{ set: "image", hit: 0.5 }, { set: "rule", hit: 0.25 }] }, provenance: published.map(({ stage, key, digest }) => ({ stage, key, digest })) };
  await writeFile(join(out, "report.json"), JSON.stringify(report));
  return { made: published.filter(({ reused }) => !reused).map(({ stage }) => stage), reasons };
}

describe("a store", () => {
  it("says why a stage is made again", async () => {
    expect((await runWith(presets.quick)).reasons).toEqual(["problems: it was not made before", "diagrams: it was not made before", "dataset: it was not made before"]);
    const { made, reasons } = await runWith({ ...presets.quick, diagrams: { ...presets.quick.diagrams, size: 64 } });
    expect(made).toEqual(["diagrams", "dataset"]);
    expect(reasons).toEqual(["diagrams: size was 112, is 64", "dataset: what diagrams published changed"]);
    expect((await runWith(presets.quick)).reasons).toEqual([]);
    expect(differencesOf({ a: { b: 1, c: [1] } }, { a: { b: 2, c: [1], d: null } })).toEqual(["a.b was 1, is 2", "a.d was nothing, is null"]);
  });

  it("is pruned of what no report is made of, and of nothing else", async () => {
    await runWith(presets.quick);
    await runWith({ ...presets.quick, diagrams: { ...presets.quick.diagrams, size: 64 } });
    await mkdir(join(out, "store", "encoder-0.partial"));
    const before = await readdir(join(out, "store"));
    expect((await pruneStore({ out, dryRun: true })).removed).toHaveLength(3);
    expect(await readdir(join(out, "store"))).toEqual(before);
    const { kept, removed } = await pruneStore({ out });
    expect(removed.map(({ name }) => name.split("-")[0])).toEqual(["dataset", "diagrams", "encoder"]);
    expect((await readdir(join(out, "store"))).toSorted()).toEqual(kept);
    expect((await runWith({ ...presets.quick, diagrams: { ...presets.quick.diagrams, size: 64 } })).made).toEqual([]);
    await rm(join(out, "report.json"));
    await expect(pruneStore({ out })).rejects.toThrow(/finish the run first/);
  });

  it("makes a stage again whose account of itself is damaged", async () => {
    await runWith(presets.quick);
    const name = (await readdir(join(out, "store"))).find((name) => name.startsWith("diagrams"))!;
    await writeFile(join(out, "store", name, "stage.json"), "{");
    expect((await runWith(presets.quick)).made).toEqual(["diagrams"]);
  });

  it("names everything behind a figure, in the order it was made", async () => {
    await runWith(presets.quick);
    const { value, stages } = await traceFigure(`${join(out, "report.json")}#dataset.sets.image.hit`);
    expect(value).toBe(0.5);
    expect(stages.map(({ stage, parameters }) => [stage, parameters])).toEqual([["problems", { seed: 1 }], ["diagrams", presets.quick.diagrams], ["dataset", null]]);
    for (const { folder } of stages) expect(existsSync(folder)).toBe(true);
    expect(JSON.parse(await readFile(join(stages[0]!.folder, "value"), "utf8"))).toEqual({ seed: 1 });
    await expect(traceFigure(`${join(out, "report.json")}#dataset.colour`)).rejects.toThrow(/"colour" is not in the report; there is records, sets/);
    await expect(traceFigure(join(out, "report.json"))).rejects.toThrow(/#encoder.sets.image/);
  });

  it("narrows lists down by the values of their elements", () => {
    const figures = [{ variant: "a", set: "x", accuracy: 1 }, { variant: "a", set: "y", accuracy: 2 }, { variant: "b", set: "y", accuracy: 3 }];
    expect(follow({ figures }, "figures.a.y.accuracy")).toBe(2);
    expect(follow({ figures }, "figures.2.variant")).toBe("b");
    expect(follow({ figures }, "figures.b")).toEqual(figures[2]);
  });
});
