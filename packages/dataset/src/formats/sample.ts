import { readFile } from "node:fs/promises";
import { imageFileOf, imagesOf, readRecords, writeRecords } from "../records.js";
import type { DiagramRecord } from "../record.js";
import { writeFileAtomic } from "../write-file-atomic.js";
import { InputError } from "../input-error.js";

/** A record together with the bytes of the images it names: what a dataset is moved as, between a folder, tar files and Parquet. */
export interface RecordSample {
  record: DiagramRecord;
  images: { path: string; data: Uint8Array }[];
}

/** Records of a dataset folder with their images. */
export async function* readSamples(folder: string): AsyncIterable<RecordSample> {
  for await (const record of readRecords(folder)) {
    const images: RecordSample["images"] = [];
    for (const path of imagesOf(record)) {
      const file = imageFileOf(folder, path);
      const data = await readFile(file).catch((error: NodeJS.ErrnoException) => {
        throw new InputError({ message: `the image of record "${record.id}" cannot be read (${error.code ?? error.message}); build the folder again`, file, cause: error });
      });
      images.push({ path, data });
    }
    yield { record, images };
  }
}

/** Writes records and their images as a dataset folder. Returns the number of records. */
export async function writeSamples(folder: string, samples: Iterable<RecordSample> | AsyncIterable<RecordSample>): Promise<number> {
  async function* records() {
    for await (const { record, images } of samples) {
      for (const { path, data } of images) await writeFileAtomic(imageFileOf(folder, path), data);
      yield record;
    }
  }
  return writeRecords(folder, records());
}

/** The image at a path, or an `InputError` that names the record. */
export function imageIn({ record, images }: RecordSample, path: string): Uint8Array {
  const image = images.find((image) => image.path === path);
  if (image === undefined) throw new InputError({ message: `the record "${record.id}" comes without its image ${path}`, field: "images" });
  return image.data;
}
