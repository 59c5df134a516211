import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RunConfig } from "./config.js";
import type { Executor } from "./executor/executor.js";
import { presets } from "./presets.js";
import { runStages } from "./run.js";
import type { Stage } from "./stage.js";

describe("runStages", () => {
  let out: string;
  let ran: string[];
  beforeEach(async () => {
    out = await mkdtemp(join(tmpdir(), "mmgeo-run-"));
    ran = [];
  });
  afterEach(() => rm(out, { recursive: true }));

  const stage = (name: string, inputs: string[], parameters: Stage["parameters"], write: (read: string) => string): Stage => ({
    name,
    title: name,
    inputs,
    packages: [],
    parameters,
    async run(context) {
      ran.push(name);
      const read = await Promise.all(inputs.map((input) => readFile(join(context.inputs[input]!, "value"), "utf8")));
      await writeFile(join(context.folder, "value"), write(read.join()));
    },
  });
  const stages = () => [
    stage("first", [], (config) => config.seed, () => "1"),
    stage("second", ["first"], (config) => config.heldOut, (read) => `${read}2`),
    stage("third", ["first", "second"], () => null, (read) => `${read}3`),
  ];
  const config: RunConfig = presets.quick;

  it("hands published folders on and does nothing twice", async () => {
    const [, , third] = await runStages({ stages: stages(), config, out });
    expect(await readFile(join(third!.folder, "value"), "utf8")).toBe("1,123");
    expect(ran).toEqual(["first", "second", "third"]);
    const again = await runStages({ stages: stages(), config, out });
    expect(ran).toHaveLength(3);
    expect(again.every(({ reused }) => reused)).toBe(true);
  });

  it("does again only what a parameter shapes, and what follows only if the result differs", async () => {
    await runStages({ stages: stages(), config, out });
    ran.length = 0;
    await runStages({ stages: stages(), config: { ...config, heldOut: 0.5 }, out });
    expect(ran).toEqual(["second"]);
    ran.length = 0;
    // The first stage is done again with another seed and gives the same bytes, so nothing after it is.
    await runStages({ stages: stages(), config: { ...config, seed: 99 }, out });
    expect(ran).toEqual(["first"]);
  });

  it("goes on in the folder of a stage that was stopped, and publishes nothing of it before", async () => {
    let attempt = 0;
    const faltering: Stage = {
      ...stage("faltering", [], () => null, () => ""),
      async run({ folder }) {
        attempt += 1;
        await writeFile(join(folder, `attempt-${attempt}`), "");
        if (attempt === 1) throw new Error("stopped");
      },
    };
    await expect(runStages({ stages: [faltering], config, out })).rejects.toThrow("stopped");
    const left = await readdir(join(out, "store"));
    expect(left).toHaveLength(1);
    expect(left[0]).toMatch(/\.partial$/);
    const [published] = await runStages({ stages: [faltering], config, out });
    expect((await readdir(published!.folder)).sort()).toEqual(["attempt-1", "attempt-2", "stage.json"]);
  });

  it("goes on when a task was set aside, and says so", async () => {
    const executor: Executor = { run: async ({ requests }) => [{ request: requests[1]!, error: "poisoned" }], close: async () => undefined };
    const cut: Stage = {
      ...stage("cut", [], () => null, () => ""),
      async run({ folder, runTasks }) {
        const outcomes = await runTasks({ kind: "draw", payloads: [1, 2, 3] });
        await writeFile(join(folder, "value"), outcomes.map((outcome) => ("error" in outcome ? outcome.error : "done")).join());
      },
    };
    const [published] = await runStages({ stages: [cut], config, out, executor });
    expect(published!.setAside).toEqual(["poisoned"]);
    expect(await readFile(join(published!.folder, "value"), "utf8")).toBe("done,poisoned,done");
  });
});
