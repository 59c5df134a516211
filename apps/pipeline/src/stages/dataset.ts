import { mkdir, readFile, rm } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { editClasses, readRecords, validate, writeFileAtomic, writeRecords, type DiagramRecord } from "@mmgeo/dataset";
import { retrievalNegatives } from "@mmgeo/negatives";
import type { z } from "zod";
import type { datasetReportSchema } from "../report/report.js";
import type { Stage, StageContext } from "../stage.js";
import { digestOfValue } from "../store/digest.js";
import { linkImages } from "../tasks/gather.js";
import { rangesOf } from "../tasks/lines.js";
import { type MinePayload, mineResult, mineResultFile } from "../tasks/mine.js";

type DatasetReport = z.infer<typeof datasetReportSchema>;

export const trainingFolder = "training";
export const heldOutFolder = "held-out";
export const datasetReportFile = "dataset-report.json";
/** What the tasks read, while they do. */
const miningFolder = "mining";

/** Parts the records by caption, so that two problems that read alike are never on both sides. */
export function splitRecords(records: DiagramRecord[], share: number, seed: number): { training: DiagramRecord[]; heldOut: DiagramRecord[] } {
  const captions = [...new Set(records.map(({ caption }) => caption))]
    .map((caption) => ({ caption, rank: digestOfValue([seed, caption]) }))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1))
    .map(({ caption }) => caption);
  const held = new Set(captions.slice(0, Math.round(captions.length * share)));
  return { training: records.filter(({ caption }) => !held.has(caption)), heldOut: records.filter(({ caption }) => held.has(caption)) };
}

/** The record with only those redrawn pictures that differ in numbers and letters, as pictures of one template do. */
function asOfTemplate(record: DiagramRecord): DiagramRecord {
  const isOfTemplate = (negative: DiagramRecord["negatives"][number]): boolean => negative.kind !== "image" || negative.edits.every((edit) => edit.class === "number" || edit.class === "order");
  return { ...record, negatives: record.negatives.filter(isOfTemplate) };
}

/** Records that one task mines and proves: some seconds of work. */
const RECORDS_A_TASK = 50;

export const datasetStage: Stage = {
  name: "dataset",
  title: "Mine negative captions and prove everything again",
  inputs: ["diagrams"],
  packages: ["@mmgeo/negatives", "@mmgeo/diagram", "@mmgeo/dataset"],
  parameters: ({ captions, diagrams, heldOut, seed }) => ({ ...captions, edits: diagrams.edits, heldOut, seed }),
  async run(context) {
    const { folder, inputs, config } = context;
    const records: DiagramRecord[] = [];
    for await (const record of readRecords(inputs["diagrams"]!)) records.push(config.diagrams.edits === "template" ? asOfTemplate(record) : record);
    const split = splitRecords(records, config.heldOut, config.seed);
    const report: DatasetReport = {
      records: records.length,
      training: 0,
      heldOut: 0,
      negatives: { image: 0, rule: 0, retrieval: 0 },
      edits: { order: 0, shape: 0, relation: 0, number: 0 },
      claims: 0,
      falseClaims: 0,
      wrong: [],
      setAside: [],
    };
    let done = 0;
    for (const [name, part, counter] of [[trainingFolder, split.training, "training"], [heldOutFolder, split.heldOut, "heldOut"]] as const) {
      report[counter] = await minePart({ name, records: part, context, report, onDone: (count) => context.progress({ done: Math.min(records.length, done + count), total: records.length, text: "records" }) });
      done += part.length;
    }
    // In the order of the paper, whatever the order of counting was.
    report.edits = Object.fromEntries(editClasses.map((name) => [name, report.edits[name]])) as DatasetReport["edits"];
    await rm(join(folder, miningFolder), { recursive: true, force: true });
    await writeFileAtomic(join(folder, datasetReportFile), `${JSON.stringify(report, null, 2)}\n`);
  },
};

/**
 * Writes a part of the dataset and returns how many records it has. Retrieval looks among the records of the part alone and
 * needs them all; editing and proving are cut into tasks.
 */
async function minePart({ name, records, context, report, onDone }: { name: string; records: DiagramRecord[]; context: StageContext; report: DatasetReport; onDone: (records: number) => void }): Promise<number> {
  const { store, folder, inputs, config, runTasks } = context;
  const { rule, retrieval } = config.captions;
  const { negatives: retrieved } = await retrievalNegatives({ records, count: retrieval, seed: config.seed });
  const file = join(folder, miningFolder, `${name}.jsonl`);
  await mkdir(dirname(file), { recursive: true });
  await writeRecords(file, records.map((record, index) => ({ ...record, negatives: [...record.negatives, ...retrieved[index]!] })));

  const ranges = rangesOf({ file: relative(store, file).split(sep).join("/"), count: records.length, size: RECORDS_A_TASK });
  const outcomes = await runTasks({
    kind: "mine",
    payloads: ranges.map((range): MinePayload => ({ records: range, rule, seed: config.seed })),
    onDone: (done) => onDone(Math.min(records.length, done * RECORDS_A_TASK)),
  });
  const complete: DiagramRecord[] = [];
  for (const [index, outcome] of outcomes.entries()) {
    const { from, to } = ranges[index]!;
    if ("error" in outcome) {
      report.setAside.push(...records.slice(from, to).map(({ id }) => ({ id, reason: outcome.error })));
      continue;
    }
    for await (const record of readRecords(outcome.folder)) complete.push(record);
    const proofFile = join(outcome.folder, mineResultFile);
    const proof = validate({ schema: mineResult, value: JSON.parse(await readFile(proofFile, "utf8")), place: { file: proofFile } });
    report.claims += proof.claims;
    report.falseClaims += proof.falseClaims;
    report.wrong.push(...proof.wrong);
  }
  const target = join(folder, name);
  await rm(target, { recursive: true, force: true });
  await linkImages({ records: complete, from: inputs["diagrams"]!, to: target });
  await writeRecords(target, complete);
  for (const negative of complete.flatMap(({ negatives }) => negatives)) {
    report.negatives[negative.kind] += 1;
    if (negative.kind !== "retrieval") for (const edit of negative.edits) report.edits[edit.class] += 1;
  }
  return complete.length;
}
