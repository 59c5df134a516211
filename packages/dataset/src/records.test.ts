import { appendFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "./input-error.js";
import { appendRecords, imageFileOf, imagesOf, readRecords, writeRecords } from "./records.js";
import { arbitraryRecord, collect, sampleRecord, temporaryFolder } from "./testing.js";

describe("records", () => {
  it("are read back as they were written, from the folder or the file", async () => {
    const folder = temporaryFolder();
    const records = [sampleRecord("a"), sampleRecord("b")];
    expect(await writeRecords(folder, records)).toBe(2);
    expect(await collect(readRecords(folder))).toEqual(records);
    expect(await collect(readRecords(join(folder, "records.jsonl")))).toEqual(records);
    expect(readdirSync(folder)).toEqual(["records.jsonl"]);
  });

  it("survive any text and any number", async () => {
    const folder = temporaryFolder();
    const records = fc.uniqueArray(arbitraryRecord(), { selector: (record) => record.id, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(records, async (records) => {
        await writeRecords(folder, records);
        // JSON has no negative zero.
        expect(await collect(readRecords(folder))).toEqual(JSON.parse(JSON.stringify(records)));
      }),
      { numRuns: 60 },
    );
  });

  it("names file, line and field of what is wrong", async () => {
    const folder = temporaryFolder();
    const file = join(folder, "records.jsonl");
    const wrong = { ...sampleRecord("b"), negatives: [{ ...sampleRecord().negatives[0], falseClaims: [] }] };
    writeFileSync(file, `${JSON.stringify(sampleRecord("a"))}\n${JSON.stringify(wrong)}\n`);
    const error = await collect(readRecords(folder)).catch((error: unknown) => error);
    expect(InputError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ file, line: 2, field: "negatives.0.falseClaims" });
  });

  it.each([
    ["not JSON", "{nonsense\n", 1],
    ["a doubled id", `${JSON.stringify(sampleRecord("a"))}\n${JSON.stringify(sampleRecord("a"))}\n`, 2],
    ["a cut last line", `${JSON.stringify(sampleRecord("a"))}\n{"id":"b","ima`, 2],
    ["bytes that are no text", Buffer.from([0xff, 0xfe, 0x0a]), 1],
  ])("rejects %s", async (_name, content, line) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "records.jsonl"), content);
    const error = await collect(readRecords(folder)).catch((error: unknown) => error);
    expect(InputError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ line });
  });

  it("reads what is whole while another program is writing", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "records.jsonl"), `${JSON.stringify(sampleRecord("a"))}\n{"id":"b","ima`);
    expect(await collect(readRecords(folder, { cutLastLine: "ignore" }))).toEqual([sampleRecord("a")]);
  });

  it("rejects a path where nothing is", async () => {
    await expect(collect(readRecords(join(temporaryFolder(), "none")))).rejects.toSatisfy(InputError.isInstance);
    await expect(collect(readRecords(temporaryFolder()))).rejects.toSatisfy(InputError.isInstance);
  });

  it("leaves the old file alone when a record cannot be written", async () => {
    const folder = temporaryFolder();
    await writeRecords(folder, [sampleRecord("a")]);
    await expect(writeRecords(folder, [sampleRecord("b"), { ...sampleRecord("c"), id: "" }])).rejects.toSatisfy(InputError.isInstance);
    expect((await collect(readRecords(folder))).map(({ id }) => id)).toEqual(["a"]);
    expect(readdirSync(folder)).toEqual(["records.jsonl"]);
  });
});

describe("appendRecords", () => {
  it("goes on after a torn last line, wherever it was torn", async () => {
    const folder = temporaryFolder();
    const file = join(folder, "records.jsonl");
    await writeRecords(folder, [sampleRecord("a"), sampleRecord("b")]);
    const whole = readFileSync(file);
    const first = whole.indexOf(10) + 1;
    for (const length of [0, 1, first - 2, first, first + 1, whole.length - 2, whole.length - 1, whole.length]) {
      writeFileSync(file, whole.subarray(0, length));
      const appender = await appendRecords(folder);
      for (const id of ["a", "b", "c"]) if (!appender.existing.has(id)) await appender.append(sampleRecord(id));
      await appender.close();
      expect((await collect(readRecords(folder))).map(({ id }) => id)).toEqual(["a", "b", "c"]);
    }
  });

  it("keeps the order of calls that do not wait, and refuses an id twice", async () => {
    const folder = temporaryFolder();
    const appender = await appendRecords(folder);
    const ids = Array.from({ length: 50 }, (_, index) => `record-${index}`);
    await Promise.all(ids.map((id) => appender.append(sampleRecord(id))));
    await expect(appender.append(sampleRecord("record-3"))).rejects.toSatisfy(InputError.isInstance);
    await appender.close();
    expect((await collect(readRecords(folder))).map(({ id }) => id)).toEqual(ids);
  });

  it("does not touch a file that is not JSON Lines", async () => {
    const folder = temporaryFolder();
    const file = join(folder, "records.jsonl");
    writeFileSync(file, "not json\n");
    await expect(appendRecords(folder)).rejects.toSatisfy(InputError.isInstance);
    appendFileSync(file, "");
    expect(readFileSync(file, "utf8")).toBe("not json\n");
  });
});

describe("image paths", () => {
  it("stay inside the dataset folder", () => {
    expect(imageFileOf("data", "images/a.png")).toBe(join("data", "images/a.png"));
    for (const path of ["../a.png", "images/../../a.png", "/etc/passwd", "", "a\0.png", ".."]) expect(() => imageFileOf("data", path)).toThrow(InputError);
  });

  it("are listed with the positive first", () => {
    expect(imagesOf(sampleRecord("a"))).toEqual(["images/a.png", "images/a-1.png"]);
  });
});
