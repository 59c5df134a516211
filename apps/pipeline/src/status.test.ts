import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { presets } from "./presets.js";
import { type DisplayStages, runStages } from "./run.js";
import type { Stage } from "./stage.js";
import { readStatus, withStatus } from "./status.js";

describe("the status of a run", () => {
  let out: string;
  beforeEach(async () => {
    out = await mkdtemp(join(tmpdir(), "mmgeo-status-"));
  });
  afterEach(() => rm(out, { recursive: true }));

  const stage = (name: string, run: Stage["run"]): Stage => ({ name, title: name, inputs: [], packages: [], parameters: () => null, run });
  const oneAfterTheOther: DisplayStages = async ({ stages, work }) => {
    for (const stage of stages) await work(stage, () => undefined);
  };

  it("can be read while it goes on, and after it failed", async () => {
    let during: unknown;
    const stages = [
      stage("first", async () => undefined),
      stage("second", async ({ progress }) => {
        progress({ done: 1, total: 4, text: "steps" });
        during = await readStatus(out);
        throw new Error("stopped");
      }),
      stage("third", async () => undefined),
    ];
    await writeFile(join(out, "run.lock"), "");
    await expect(runStages({ stages, config: presets.quick, out, display: withStatus({ out, display: oneAfterTheOther }) })).rejects.toThrow("stopped");
    expect(during).toMatchObject({ running: true, stages: [{ stage: "first", state: "made" }, { stage: "second", state: "running" }, { stage: "third", state: "waiting" }] });
    await rm(join(out, "run.lock"));
    expect(await readStatus(out)).toMatchObject({ running: false, stages: [{}, { state: "failed", progress: { done: 1, total: 4 } }, {}] });
  });

  it("is not there before a run", async () => {
    await expect(readStatus(out)).rejects.toThrow(/no run has written/);
  });
});
