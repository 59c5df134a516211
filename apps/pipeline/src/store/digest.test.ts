import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { canonicalJson, digestOfFolder, digestOfValue } from "./digest.js";

describe("digestOfValue", () => {
  it("does not depend on the order of keys", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        expect(digestOfValue(reversed)).toBe(digestOfValue(value));
      }),
    );
  });

  it("depends on values and on the order of lists", () => {
    expect(digestOfValue({ a: 1 })).not.toBe(digestOfValue({ a: 2 }));
    expect(digestOfValue([1, 2])).not.toBe(digestOfValue([2, 1]));
    expect(canonicalJson({ b: 1, a: [{ d: 1, c: 2 }] })).toBe('{"a":[{"c":2,"d":1}],"b":1}');
  });
});

describe("digestOfFolder", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "mmgeo-digest-"));
    await mkdir(join(folder, "images"));
    await writeFile(join(folder, "images", "a.png"), "a");
    await writeFile(join(folder, "records.jsonl"), "{}\n");
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("changes with a name and with a content, not with ignored files", async () => {
    const before = await digestOfFolder(folder);
    await writeFile(join(folder, "stage.json"), "now");
    expect(await digestOfFolder(folder, (file) => file === "stage.json")).toBe(before);
    expect(await digestOfFolder(folder)).not.toBe(before);
    await writeFile(join(folder, "images", "a.png"), "b");
    expect(await digestOfFolder(folder, (file) => file === "stage.json")).not.toBe(before);
  });
});
