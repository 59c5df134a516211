import { InputError } from "@mmgeo/dataset";
import { describe, expect, it } from "vitest";
import { completeConfig, runConfigSchema } from "./config.js";
import { presets } from "./presets.js";
import { lineOf, nearestName, validateConfig } from "./config-problem.js";

const problemOf = (value: unknown, text: string): InputError => {
  try {
    validateConfig({ schema: runConfigSchema, value, file: "mmgeo.config.ts", text });
  } catch (error) {
    if (InputError.isInstance(error)) return error;
  }
  throw new Error("nothing was wrong");
};

describe("a configuration that is wrong", () => {
  it("names the line and the nearest setting", () => {
    const text = "export default {\n  seed: 2,\n  problems: {\n    cuont: 12,\n  },\n};\n";
    const error = problemOf({ ...presets.quick, problems: { ...presets.quick.problems, cuont: 12 } }, text);
    expect(error.message).toBe('mmgeo.config.ts, line 4, field problems.cuont: there is no such setting; did you mean "count"?');
  });

  it("lists the settings where none is near", () => {
    expect(problemOf({ ...presets.quick, encoder: { ...presets.quick.encoder, colour: 1 } }, "").message).toContain("take one of from, size, steps");
  });

  it("looks into the encoder's recipe too", () => {
    expect(() => completeConfig({ preset: "quick", over: { encoder: { recipe: { batchsize: 4 } } } })).toThrow('field encoder.recipe.batchsize: there is no such setting; did you mean "batchSize"?');
    expect(completeConfig({ preset: "quick", over: { encoder: { recipe: { forms: { text: 1 } } } } }).encoder.recipe).toEqual({ forms: { text: 1 } });
    expect(() => completeConfig({ preset: "qiuck", over: {} })).toThrow('did you mean "quick"?');
  });

  it("names the line of a wrong type", () => {
    const error = problemOf({ ...presets.quick, heldOut: "half" }, '{\n  "seed": 1,\n  "heldOut": "half"\n}');
    expect(error).toMatchObject({ line: 3, field: "heldOut" });
  });

  it("finds lines by the whole path", () => {
    const text = "problems:\n  count: 3\ndiagrams:\n  size: 1\nlast: 2\n";
    expect([lineOf(text, ["problems", "count"]), lineOf(text, ["diagrams", "size"]), lineOf(text, ["last"]), lineOf(text, ["none"])]).toEqual([2, 4, 5, null]);
    expect(nearestName("heldout", ["heldOut", "seed"])).toBe("heldOut");
    expect(nearestName("x", ["heldOut", "seed"])).toBeNull();
  });
});
