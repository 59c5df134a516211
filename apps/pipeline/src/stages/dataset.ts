import { copyFile, link, mkdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { editClasses, imagesOf, readRecords, writeFileAtomic, writeRecords, type DiagramRecord } from "@mmgeo/dataset";
import { checkDataset } from "@mmgeo/diagram";
import { retrievalNegatives, ruleNegatives } from "@mmgeo/negatives";
import type { z } from "zod";
import type { RunConfig } from "../config.js";
import type { datasetReportSchema } from "../report/report.js";
import type { Stage, StageContext } from "../stage.js";
import { digestOfValue } from "../store/digest.js";

export const trainingFolder = "training";
export const heldOutFolder = "held-out";
export const datasetReportFile = "dataset-report.json";

/** Parts the records by caption, so that two problems that read alike are never on both sides. */
export function splitRecords(records: DiagramRecord[], share: number, seed: number): { training: DiagramRecord[]; heldOut: DiagramRecord[] } {
  const captions = [...new Set(records.map(({ caption }) => caption))]
    .map((caption) => ({ caption, rank: digestOfValue([seed, caption]) }))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1))
    .map(({ caption }) => caption);
  const held = new Set(captions.slice(0, Math.round(captions.length * share)));
  return { training: records.filter(({ caption }) => !held.has(caption)), heldOut: records.filter(({ caption }) => held.has(caption)) };
}

/** The records with rule-based and retrieved negative captions added; retrieval looks only among the records given. */
async function withCaptions(records: DiagramRecord[], { captions, seed }: RunConfig, onRecord: () => void): Promise<DiagramRecord[]> {
  const { negatives: retrieved } = await retrievalNegatives({ records, count: captions.retrieval, seed });
  return records.map((record, index) => {
    const { negatives: rule } = ruleNegatives({ record, count: captions.rule, seed });
    onRecord();
    return { ...record, negatives: [...record.negatives, ...rule, ...retrieved[index]!] };
  });
}

/** Pictures are hard links where the file system allows it: a dataset folder is whole, and nothing lies twice on the disk. */
async function linkImages(records: DiagramRecord[], from: string, to: string): Promise<void> {
  for (const image of records.flatMap(imagesOf)) {
    const target = join(to, image);
    await mkdir(dirname(target), { recursive: true });
    await link(join(from, image), target).catch(() => copyFile(join(from, image), target));
  }
}

export const datasetStage: Stage = {
  name: "dataset",
  title: "Mine negative captions and prove everything again",
  inputs: ["diagrams"],
  packages: ["@mmgeo/negatives", "@mmgeo/diagram", "@mmgeo/dataset"],
  parameters: ({ captions, heldOut, seed }) => ({ ...captions, heldOut, seed }),
  async run({ folder, inputs, config, progress }: StageContext) {
    const records: DiagramRecord[] = [];
    for await (const record of readRecords(inputs["diagrams"]!)) records.push(record);
    const split = splitRecords(records, config.heldOut, config.seed);
    const report: z.infer<typeof datasetReportSchema> = {
      records: records.length,
      training: split.training.length,
      heldOut: split.heldOut.length,
      negatives: { image: 0, rule: 0, retrieval: 0 },
      edits: { order: 0, shape: 0, relation: 0, number: 0 },
      claims: 0,
      falseClaims: 0,
      wrong: [],
    };
    let done = 0;
    for (const [name, part] of [[trainingFolder, split.training], [heldOutFolder, split.heldOut]] as const) {
      const target = join(folder, name);
      await rm(target, { recursive: true, force: true });
      const complete = await withCaptions(part, config, () => progress({ done: (done += 1), total: records.length, text: "records" }));
      await linkImages(complete, inputs["diagrams"]!, target);
      await writeRecords(target, complete);
      for (const negative of complete.flatMap(({ negatives }) => negatives)) {
        report.negatives[negative.kind] += 1;
        if (negative.kind !== "retrieval") for (const edit of negative.edits) report.edits[edit.class] += 1;
      }
      const proof = await checkDataset(target);
      report.claims += proof.claims;
      report.falseClaims += proof.falseClaims;
      report.wrong.push(...proof.wrong.map(({ id, statement, problem }) => ({ id, statement, problem })));
    }
    // In the order of the paper, whatever the order of counting was.
    report.edits = Object.fromEntries(editClasses.map((name) => [name, report.edits[name]])) as typeof report.edits;
    await writeFileAtomic(join(folder, datasetReportFile), `${JSON.stringify(report, null, 2)}\n`);
  },
};
