import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readRecords, validate, writeFileAtomic, type DiagramRecord } from "@mmgeo/dataset";
import type { z } from "zod";
import type { RunConfig } from "../config.js";
import { datasetReportFile, heldOutFolder } from "../stages/dataset.js";
import { diagramsReportFile } from "../stages/diagrams.js";
import { encoderReportFile } from "../stages/encoder-scores.js";
import { languageModelReportFile } from "../stages/answers.js";
import { type Published, readManifest } from "../store/store.js";
import { renderPage } from "./page.js";
import { datasetReportSchema, encoderReportSchema, languageModelReportSchema, problemsReportSchema, type Report } from "./report.js";
import { shownAnswers } from "./section-language-model.js";
import { timingFile, timingOf, timingText } from "./timing.js";

/** Held-out records whose pictures the page shows, beside those whose answers it quotes. */
const SAMPLES = 40;

async function readPart<Schema extends z.ZodType>(published: Published[], stage: string, file: string, schema: Schema): Promise<z.infer<Schema>> {
  const folder = published.find((entry) => entry.stage === stage)?.folder;
  if (folder === undefined) throw new Error(`the report needs the stage ${stage}`);
  const path = join(folder, file);
  return validate({ schema, value: JSON.parse(await readFile(path, "utf8")), place: { file: path } });
}

/** Records that the page shows: the first, and those whose answers it quotes. */
async function samplesOf(folder: string, answered: string[]): Promise<DiagramRecord[]> {
  const wanted = new Set(answered);
  const others: DiagramRecord[] = [];
  const quoted: DiagramRecord[] = [];
  for await (const record of readRecords(folder)) {
    if (others.length < SAMPLES) others.push(record);
    else if (wanted.has(record.id)) quoted.push(record);
  }
  return [...others, ...quoted];
}

/** Gathers what the stages published into `report.json` and `report.html`. Nothing in them depends on when or how fast the run went; that lies in `timing.js` beside them. */
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
  const records = await samplesOf(folder, shownAnswers(report.languageModel.answers).map(({ id }) => id));
  const manifests = await Promise.all(published.map(({ folder }) => readManifest(folder)));
  await writeFileAtomic(join(out, "report.json"), `${JSON.stringify(report, null, 2)}\n`);
  await writeFileAtomic(join(out, "report.html"), await renderPage({ report, samples: { folder, records }, manifests: manifests.filter((manifest) => manifest !== null) }));
  await writeFileAtomic(join(out, timingFile), timingText(await timingOf(published)));
  return report;
}
