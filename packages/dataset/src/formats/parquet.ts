import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, type SchemaElement } from "hyparquet";
import { parquetWriteBuffer } from "hyparquet-writer";
import { z } from "zod";
import { InputError } from "../input-error.js";
import { recordSchema } from "../record.js";
import { imagesOf } from "../records.js";
import { parseJson, validate } from "../validate.js";
import { writeFileAtomic } from "../write-file-atomic.js";
import { imageIn, type RecordSample } from "./sample.js";

const text = (name: string): SchemaElement => ({ name, type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "REQUIRED" });
const imageFields: SchemaElement[] = [{ name: "bytes", type: "BYTE_ARRAY", repetition_type: "REQUIRED" }, text("path")];

/** An image is `{bytes, path}`, as Hugging Face's datasets stores one, so `load_dataset("parquet", …)` shows the pictures. */
const schema: SchemaElement[] = [
  { name: "root", num_children: 5 },
  text("id"),
  text("caption"),
  text("record"),
  { name: "image", repetition_type: "REQUIRED", num_children: 2 },
  ...imageFields,
  { name: "negative_images", repetition_type: "REQUIRED", converted_type: "LIST", num_children: 1 },
  { name: "list", repetition_type: "REPEATED", num_children: 1 },
  { name: "element", repetition_type: "REQUIRED", num_children: 2 },
  ...imageFields,
];

const features = {
  id: { dtype: "string", _type: "Value" },
  caption: { dtype: "string", _type: "Value" },
  record: { dtype: "string", _type: "Value" },
  image: { _type: "Image" },
  negative_images: { feature: { _type: "Image" }, _type: "List" },
};

const imageSchema = z.object({ bytes: z.instanceof(Uint8Array), path: z.string() });
const rowSchema = z.object({ record: z.string(), image: imageSchema, negative_images: z.array(imageSchema) });

function parquetOf(samples: readonly RecordSample[]): Uint8Array {
  const imagesOfSample = (sample: RecordSample) => imagesOf(sample.record).map((path) => ({ bytes: imageIn(sample, path), path }));
  const columns = {
    id: samples.map(({ record }) => record.id),
    caption: samples.map(({ record }) => record.caption),
    record: samples.map(({ record }) => JSON.stringify(record)),
    image: samples.map((sample) => imagesOfSample(sample)[0]),
    negative_images: samples.map((sample) => imagesOfSample(sample).slice(1)),
  };
  const buffer = parquetWriteBuffer({
    columnData: Object.entries(columns).map(([name, data]) => ({ name, data })),
    schema,
    // Images are compressed already, and their bytes as bounds of a page would say nothing.
    statistics: false,
    rowGroupSize: 100,
    kvMetadata: [{ key: "huggingface", value: JSON.stringify({ info: { features } }) }],
  });
  return new Uint8Array(buffer);
}

/** Writes samples as Parquet files `records-000000.parquet`, …: id, caption, the whole record as JSON, and the images. Returns the file names. */
export async function writeParquet({ folder, samples, samplesPerFile = 1000 }: { folder: string; samples: Iterable<RecordSample> | AsyncIterable<RecordSample>; samplesPerFile?: number }): Promise<string[]> {
  const files: string[] = [];
  let batch: RecordSample[] = [];
  const flush = async () => {
    const file = join(folder, `records-${String(files.length).padStart(6, "0")}.parquet`);
    await writeFileAtomic(file, parquetOf(batch));
    files.push(file);
    batch = [];
  };
  for await (const sample of samples) {
    batch.push(sample);
    if (batch.length === samplesPerFile) await flush();
  }
  if (batch.length > 0 || files.length === 0) await flush();
  return files;
}

async function parquetFilesOf(path: string): Promise<string[]> {
  const information = await stat(path).catch(() => null);
  if (information === null) throw new InputError({ message: "there is no such Parquet file or folder; check the path", file: path });
  if (!information.isDirectory()) return [path];
  const names = (await readdir(path)).filter((name) => name.endsWith(".parquet")).sort();
  if (names.length === 0) throw new InputError({ message: "there is no .parquet file in this folder", file: path });
  return names.map((name) => join(path, name));
}

/** Rows of a file as they stand, a hundred at a time. */
async function* rowsOf(file: string): AsyncIterable<unknown> {
  try {
    const buffer = await asyncBufferFromFile(file);
    const metadata = await parquetMetadataAsync(buffer);
    const total = Number(metadata.num_rows);
    for (let rowStart = 0; rowStart < total; rowStart += 100) {
      yield* await parquetReadObjects({ file: buffer, metadata, rowStart, rowEnd: Math.min(total, rowStart + 100), utf8: false, columns: ["record", "image", "negative_images"] });
    }
  } catch (error) {
    throw new InputError({ message: `is not a Parquet file of records (${error instanceof Error ? error.message.split("\n")[0] : String(error)}); write it again`, file, cause: error });
  }
}

/** Reads samples back from a Parquet file of `writeParquet`, or from all in a folder in the order of their names. */
export async function* readParquet(path: string): AsyncIterable<RecordSample> {
  for (const file of await parquetFilesOf(path)) {
    for await (const row of rowsOf(file)) {
      const { record: json, image, negative_images: negatives } = validate({ schema: rowSchema, value: row, place: { file } });
      const record = validate({ schema: recordSchema, value: parseJson(json, { file }), place: { file } });
      yield { record, images: [image, ...negatives].map(({ path, bytes }) => ({ path, data: bytes })) };
    }
  }
}
