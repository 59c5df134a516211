import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { InputError } from "@mmgeo/dataset";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadRunConfig } from "./config.js";
import { presets } from "./presets.js";

describe("loadRunConfig", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "mmgeo-config-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("is the quick preset without more", async () => {
    expect(await loadRunConfig({})).toEqual(presets.quick);
  });

  it("lays the file over the preset and the flag over both", async () => {
    const file = join(folder, "mmgeo.config.ts");
    await writeFile(file, "export default { seed: 7 as number, problems: { count: 12, folder: 'elsewhere' } };\n");
    const config = await loadRunConfig({ file, problems: "here" });
    expect(config).toEqual({ ...presets.quick, seed: 7, problems: { count: 12, folder: resolve("here") } });
  });

  it("names the file and the member that is wrong", async () => {
    const file = join(folder, "mmgeo.config.json");
    await writeFile(file, JSON.stringify({ problems: { count: "many" } }));
    await expect(loadRunConfig({ file })).rejects.toSatisfy((error) => InputError.isInstance(error) && error.file === file && error.field === "problems.count");
    const misspelt = join(folder, "misspelt.config.json");
    await writeFile(misspelt, JSON.stringify({ sede: 3 }));
    await expect(loadRunConfig({ file: misspelt })).rejects.toThrow(/sede/);
    await expect(loadRunConfig({ preset: "huge" })).rejects.toThrow(/quick/);
    await expect(loadRunConfig({ file: join(folder, "none.ts") })).rejects.toThrow(/no such configuration/);
  });
});
