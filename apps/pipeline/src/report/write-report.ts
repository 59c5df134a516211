import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readRecords, validate, writeFileAtomic, type DiagramRecord } from "@mmgeo/dataset";
import type { z } from "zod";
import type { RunConfig } from "../config.js";
import { datasetReportFile, heldOutFolder } from "../stages/dataset.js";
import { diagramsReportFile } from "../stages/diagrams.js";
import { encoderReportFile } from "../stages/encoder-scores.js";
import { languageModelReportFile } from "../stages/answers.js";
import type { Published } from "../store/store.js";
import { renderPage } from "./page.js";
import { datasetReportSchema, encoderReportSchema, languageModelReportSchema, problemsReportSchema, type Report } from "./report.js";

/** Held-out records whose pictures the page shows. */
const SAMPLES = 8;

async function readPart<Schema extends z.ZodType>(published: Published[], stage: string, file: string, schema: Schema): Promise<z.infer<Schema>> {
  const folder = published.find((entry) => entry.stage === stage)?.folder;
  if (folder === undefined) throw new Error(`the report needs the stage ${stage}`);
  const path = join(folder, file);
  return validate({ schema, value: JSON.parse(await readFile(path, "utf8")), place: { file: path } });
}

/** Records that the page shows: those whose answers it quotes, then others. */
async function samplesOf(folder: string, answered: string[]): Promise<DiagramRecord[]> {
  const wanted = new Set(answered);
  const first: DiagramRecord[] = [];
  const others: DiagramRecord[] = [];
  for await (const record of readRecords(folder)) {
    if (wanted.has(record.id)) first.push(record);
    else if (others.length < SAMPLES) others.push(record);
  }
  return [...others, ...first];
}

/** Gathers what the stages published into `report.json` and `report.html`. Nothing in them depends on when or how fast the run went. */
export async function writeReport({ config, out, published }: { config: RunConfig; out: string; published: Published[] }): Promise<Report> {
  const problems = await readPart(published, "diagrams", diagramsReportFile, problemsReportSchema);
  const dataset = await readPart(published, "dataset", datasetReportFile, datasetReportSchema);
  const report: Report = {
    version: 1,
    preset: config.preset,
    seed: config.seed,
    problems: { ...problems, proven: dataset.training + dataset.heldOut - new Set(dataset.wrong.map(({ id }) => id)).size },
    dataset,
    encoder: await readPart(published, "encoder-scores", encoderReportFile, encoderReportSchema),
    languageModel: await readPart(published, "answers", languageModelReportFile, languageModelReportSchema),
    provenance: published.map(({ stage, key, digest }) => ({ stage, key, digest })),
  };
  const folder = join(published.find((entry) => entry.stage === "dataset")!.folder, heldOutFolder);
  const records = await samplesOf(folder, report.languageModel.answers.slice(0, SAMPLES).map(({ id }) => id));
  await writeFileAtomic(join(out, "report.json"), `${JSON.stringify(report, null, 2)}\n`);
  await writeFileAtomic(join(out, "report.html"), await renderPage({ report, samples: { folder, records } }));
  return report;
}
