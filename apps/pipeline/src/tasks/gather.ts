import { copyFile, link, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type DiagramRecord, imagesOf, readRecords, writeRecords } from "@mmgeo/dataset";

/** Brings pictures of one dataset folder into another: as hard links where the file system allows it, so that nothing lies twice on the disk. */
export async function linkImages({ records, from, to }: { records: Iterable<DiagramRecord>; from: string; to: string }): Promise<void> {
  for (const record of records) {
    for (const image of imagesOf(record)) {
      const target = join(to, image);
      await mkdir(dirname(target), { recursive: true });
      await link(join(from, image), target).catch(() => copyFile(join(from, image), target));
    }
  }
}

/** Puts the dataset folders that tasks wrote together, in the order given. */
export async function gatherRecords({ parts, folder }: { parts: readonly string[]; folder: string }): Promise<void> {
  async function* all(): AsyncIterable<DiagramRecord> {
    for (const part of parts) {
      for await (const record of readRecords(part)) {
        await linkImages({ records: [record], from: part, to: folder });
        yield record;
      }
    }
  }
  await writeRecords(folder, all());
}
