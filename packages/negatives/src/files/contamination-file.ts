import { dirname, isAbsolute, join } from "node:path";
import { imageFileOf, recordsFileOf, writeFileAtomic } from "@mmgeo/dataset";
import { findContamination, sampleOfRecord, type Contamination, type ContaminationSample } from "../contamination/contamination.js";
import type { Search } from "../retrieval/search.js";
import { readInputLines, type InputLine } from "./caption-lines.js";
import { joined } from "./rule-file.js";

export interface ContaminationReport {
  train: number;
  test: number;
  removed: Contamination[];
}

async function readSamples(path: string, images: boolean): Promise<{ entries: InputLine[]; samples: ContaminationSample[] }> {
  const folder = dirname(await recordsFileOf(path));
  const entries: InputLine[] = [];
  const samples: ContaminationSample[] = [];
  for await (const entry of readInputLines(path)) {
    entries.push(entry);
    if (entry.kind === "record") samples.push(sampleOfRecord(entry.record, images ? imageFileOf(folder, entry.record.image) : null));
    else {
      const { id, caption, image } = entry.caption;
      samples.push({ id: String(id), text: caption, image: image === undefined || !images ? null : isAbsolute(image) ? image : join(folder, image) });
    }
  }
  return { entries, samples };
}

/**
 * Finds the training lines that meet a test line (see `findContamination`), and writes the others to `output` where one is given. Both are dataset folders, or files of records or
 * of lines {"id","caption"[,"image"]}.
 *
 * @param input.images whether pictures are compared too. Default true
 */
export async function removeContaminated({ train, test, output = null, images = true, ...options }: { train: string; test: string; output?: string | null; images?: boolean; threshold?: number; searchOf?: (texts: string[]) => Promise<Search> }): Promise<ContaminationReport> {
  const { entries, samples } = await readSamples(train, images);
  const { samples: testSamples } = await readSamples(test, images);
  const removed = await findContamination({ train: samples, test: testSamples, ...options });
  if (output !== null) {
    const ids = new Set(removed.map(({ id }) => id));
    async function* lines(): AsyncIterable<string> {
      for (const [index, entry] of entries.entries()) if (!ids.has(samples[index]!.id)) yield `${JSON.stringify(entry.kind === "record" ? entry.record : entry.caption)}\n`;
    }
    await writeFileAtomic(output, joined(lines()));
  }
  return { train: samples.length, test: testSamples.length, removed };
}
