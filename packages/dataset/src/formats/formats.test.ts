import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../input-error.js";
import { arbitraryRecord, collect, sampleRecord, temporaryFolder } from "../testing.js";
import { imagesOf } from "../records.js";
import type { DiagramRecord } from "../record.js";
import { jsonStyleOf, type JsonStyle } from "./json-list.js";
import { isTextSample, paperCaption, paperImageSampleOf, paperTextSampleOf, readPaperSamples, writePaperSamples } from "./paper.js";
import { readParquet, writeParquet } from "./parquet.js";
import { readSamples, writeSamples, type RecordSample } from "./sample.js";
import { readWebDataset, writeWebDataset } from "./web-dataset.js";

const withImages = (record: DiagramRecord): RecordSample => ({ record, images: imagesOf(record).map((path, index) => ({ path, data: Uint8Array.from([index, 0, 255, 10, ...Buffer.from(path)]) })) });
const samples = ["a", "b", "c.d"].map((id) => withImages(sampleRecord(id)));
const plain = (all: RecordSample[]) => all.map(({ record, images }) => ({ record, images: images.map(({ path, data }) => ({ path, data: [...data] })) }));

describe("samples", () => {
  it("go through a folder, tar files and Parquet and come back the same", async () => {
    const folder = temporaryFolder();
    expect(await writeSamples(join(folder, "first"), samples)).toBe(3);
    const shards = await writeWebDataset({ folder: join(folder, "tar"), samples: readSamples(join(folder, "first")), samplesPerShard: 2 });
    expect(shards).toHaveLength(2);
    const files = await writeParquet({ folder: join(folder, "parquet"), samples: readWebDataset(join(folder, "tar")), samplesPerFile: 2 });
    expect(files).toHaveLength(2);
    expect(plain(await collect(readParquet(join(folder, "parquet"))))).toEqual(plain(samples));
    expect(plain(await collect(readWebDataset(shards[1] as string)))).toEqual(plain(samples.slice(2)));
  });

  it("are written as the same bytes each time", async () => {
    const folder = temporaryFolder();
    for (const write of [writeWebDataset, writeParquet]) {
      const [first] = await write({ folder: join(folder, "1"), samples });
      const [second] = await write({ folder: join(folder, "2"), samples });
      expect(readFileSync(first as string).equals(readFileSync(second as string))).toBe(true);
    }
  });

  it("survive any text", async () => {
    const folder = temporaryFolder();
    await fc.assert(
      fc.asyncProperty(fc.array(arbitraryRecord(), { maxLength: 3 }), async (records) => {
        const all = records.map(withImages);
        const expected = JSON.parse(JSON.stringify(records));
        const [tar] = await writeWebDataset({ folder, samples: all });
        expect((await collect(readWebDataset(tar as string))).map(({ record }) => record)).toEqual(expected);
        const [parquet] = await writeParquet({ folder, samples: all });
        expect((await collect(readParquet(parquet as string))).map(({ record }) => record)).toEqual(expected);
      }),
      { numRuns: 25 },
    );
  });

  it("names what is wrong with a file", async () => {
    const folder = temporaryFolder();
    const [tar] = await writeWebDataset({ folder, samples });
    const [parquet] = await writeParquet({ folder, samples });
    for (const [file, read] of [[tar as string, readWebDataset], [parquet as string, readParquet]] as const) {
      const whole = readFileSync(file);
      for (const content of [whole.subarray(0, whole.length / 3), Buffer.from("nonsense ".repeat(200)), Buffer.alloc(0)]) {
        writeFileSync(file, content);
        if (content.length === 0 && read === readWebDataset) continue;
        await expect(collect<RecordSample>(read(file))).rejects.toSatisfy(InputError.isInstance);
      }
      await expect(collect<RecordSample>(read(join(folder, "missing")))).rejects.toSatisfy(InputError.isInstance);
    }
    await writeSamples(folder, [{ record: sampleRecord("lost"), images: [] }]);
    await expect(collect(readSamples(folder))).rejects.toSatisfy(InputError.isInstance);
    await expect(writeWebDataset({ folder, samples: [{ record: sampleRecord("lost"), images: [] }] })).rejects.toSatisfy(InputError.isInstance);
  });
});

const paperSamples = [
  { positive_image_path: "images/1.png", negative_captions: ["AB ⊥ CD.", "AB is 7."], conversations: [{ from: "human", value: "<image>\nDescribe." }, { from: "gpt", value: "AB ∥ CD — 4 “units” 𝑥" }], source: "MAVIS", weight: 0.5, more: { nested: [1, [], {}] } },
  { conversations: [{ from: "human", value: "q" }, { from: "gpt", value: "a" }], negative_image_path: ["n1.png"], positive_image_path: "p.png" },
];

describe("the paper's JSON", () => {
  const styles: JsonStyle[] = [
    { indent: null, spaced: true, ascii: true, finalNewline: false },
    { indent: null, spaced: false, ascii: false, finalNewline: true },
    { indent: 4, spaced: false, ascii: true, finalNewline: false },
    { indent: 2, spaced: false, ascii: false, finalNewline: true },
  ];
  it.each(styles)("is written back byte for byte: %j", async (style) => {
    const folder = temporaryFolder();
    const file = join(folder, "in.json");
    await writePaperSamples({ file, samples: paperSamples, style });
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(paperSamples);
    expect(await jsonStyleOf(file)).toEqual(style);
    await writePaperSamples({ file: join(folder, "out.json"), samples: readPaperSamples(file), style: await jsonStyleOf(file) });
    expect(readFileSync(join(folder, "out.json"), "utf8")).toBe(readFileSync(file, "utf8"));
  });

  it("is what Python's json.dump writes", async () => {
    const file = join(temporaryFolder(), "python.json");
    await writePaperSamples({ file, samples: paperSamples.slice(1) });
    expect(readFileSync(file, "utf8")).toBe('[{"conversations": [{"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}], "negative_image_path": ["n1.png"], "positive_image_path": "p.png"}]');
  });

  it("keeps any string wherever the blocks of the file end", async () => {
    const file = join(temporaryFolder(), "any.json");
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string({ unit: "binary" }), { maxLength: 4 }), fc.constantFrom(...styles), async (captions, style) => {
        const all = captions.map((caption) => ({ positive_image_path: "a", negative_captions: captions, conversations: [{ from: "human", value: "" }, { from: "gpt", value: caption }] }));
        await writePaperSamples({ file, samples: all, style });
        const read = await collect(readPaperSamples(file));
        expect(read).toEqual(all);
        expect(read.map(paperCaption)).toEqual(captions);
      }),
      { numRuns: 60 },
    );
    const large = Array.from({ length: 3000 }, (_, index) => ({ ...paperSamples[index % 2], index }));
    await writePaperSamples({ file, samples: large as never });
    expect(await collect(readPaperSamples(file))).toEqual(large);
  });

  it("names the sample and the field that is wrong", async () => {
    const folder = temporaryFolder();
    const file = join(folder, "wrong.json");
    const errorOf = async (content: string) => {
      writeFileSync(file, content);
      return collect(readPaperSamples(file)).catch((error: unknown) => error);
    };
    expect(await errorOf(JSON.stringify([paperSamples[0], { ...paperSamples[1], positive_image_path: 3 }]))).toMatchObject({ file, field: "1.positive_image_path" });
    expect(await errorOf(JSON.stringify([{ negative_captions: [], positive_image_path: "a", conversations: [] }]))).toMatchObject({ field: "0.conversations" });
    for (const content of ["", "{}", "[", '[{"a": 1}', "[1,]", "[nonsense]", "[] []", '[{"positive_image_path": "x"}]', "[null]", '["]"]']) expect(InputError.isInstance(await errorOf(content)), content).toBe(true);
    expect(await errorOf(" [ ] \n")).toEqual([]);
    mkdirSync(join(folder, "folder.json"));
    await expect(collect(readPaperSamples(join(folder, "folder.json")))).rejects.toSatisfy(InputError.isInstance);
  });

  it("is made from records", () => {
    const text = paperTextSampleOf(sampleRecord("a"));
    expect(text).toMatchObject({ positive_image_path: "images/a.png", negative_captions: ["ABC is a triangle. AB is 7.", "DE is parallel to BC."] });
    expect(text !== null && isTextSample(text) && paperCaption(text)).toBe(sampleRecord("a").caption);
    expect(paperImageSampleOf(sampleRecord("a"))).toMatchObject({ negative_image_path: ["images/a-1.png"] });
    expect(paperImageSampleOf({ ...sampleRecord("a"), negatives: [] })).toBeNull();
  });
});
