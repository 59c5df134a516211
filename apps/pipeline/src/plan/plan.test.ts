import { InputError } from "@mmgeo/dataset";
import { describe, expect, it } from "vitest";
import { completeConfig } from "../config.js";
import { presets } from "../presets.js";
import { planRun } from "./plan.js";
import { planLines } from "./print-plan.js";

describe("a plan", () => {
  it("of the paper's run counts its steps, and says on which GPUs it fits and for how much", async () => {
    const plan = await planRun({ config: presets.paper, gpus: 4 });
    expect(plan.data).toMatchObject({ problems: 100_000, pictures: 1_100_000, negatives: 5_000_000 });
    expect(plan.trainings.map(({ part, steps }) => [part, steps])).toEqual([["encoder", 10_201], ["language model: projector", 2093], ["language model: everything", 162_750]]);
    const [encoder, projector, everything] = plan.trainings;
    expect(encoder!.parameters / 1e9).toBeCloseTo(0.88, 2);
    // 7.6 billion of Qwen2.5-7B, the tower's 0.43 and the projector.
    expect(projector!.parameters / 1e9).toBeCloseTo(8.06, 2);
    expect(projector!.trained).toBe(1152 * 3584 + 3584 + 3584 * 3584 + 3584);
    expect(everything!.trained).toBeGreaterThan(projector!.trained);
    const on = (name: string) => plan.byGpu.find(({ gpu }) => gpu === name)!;
    expect(on("RTX 4090")).toMatchObject({ totalHours: null, dollars: null });
    const { totalHours, dollars, dollarsPerHour, hours } = on("H200");
    expect(hours.reduce<number>((sum, value) => sum + value!, 0)).toBeCloseTo(totalHours!);
    expect(dollars).toBeCloseTo(totalHours! * 4 * dollarsPerHour);
    expect(totalHours!).toBeGreaterThan(1);
    const lines = planLines(plan).join("\n");
    expect(lines).toMatch(/encoder +878\.0 M +878\.0 M +10,201/);
    expect(lines).toMatch(/RTX 4090.*does not fit/);
  });

  it("answers for models from nothing too, and leaves out what is not trained", async () => {
    const plan = await planRun({ config: { ...presets.quick, encoder: { ...presets.quick.encoder, steps: 0 } }, gpus: 1 });
    expect(plan.trainings.map(({ part }) => part)).toEqual(["language model: text", "language model: projector", "language model: everything"]);
    expect(plan.byGpu.every(({ dollars }) => dollars !== null)).toBe(true);
  });

  it("says which checkpoint it does not know", async () => {
    await expect(planRun({ config: { ...presets.paper, encoder: { ...presets.paper.encoder, from: "models/nothing" } }, gpus: 1 })).rejects.toSatisfy((error) => InputError.isInstance(error) && /models pull/.test(error.message));
  });
});

describe("the recipes of a language model", () => {
  it("are checked as the rest is, by name and line", () => {
    const text = '{\n  "languageModel": {\n    "recipe": { "projector": {\n      "batchsize": 2\n    } }\n  }\n}';
    expect(() => completeConfig({ preset: "quick", over: JSON.parse(text) as Record<string, unknown>, file: "a.json", text })).toThrow(/line 4.*languageModel\.recipe\.projector\.batchsize.*did you mean "batchSize"/);
  });
});
