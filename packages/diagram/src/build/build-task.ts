import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { type DiagramRecord, imageFileOf } from "@mmgeo/dataset";
import type { Problem } from "../problem.js";
import type { SampledProblem } from "../sources/sample.js";
import { type BuildOptions, buildRecord, type BuildStage, type WrittenByModel } from "./build-record.js";

/** A problem with what its source knows beyond it. */
export interface BuildInput extends Problem {
  /** where a published or generated picture has the points */
  start?: SampledProblem["start"];
  /** what a language model wrote about it */
  written?: WrittenByModel;
  /** why its source could make no program of it; such a problem is counted and not built */
  unreadable?: string;
}

/** One problem's way to a record, as a worker thread is given it. */
export interface BuildTask extends Pick<BuildOptions, "negatives" | "seed" | "size" | "style" | "marks" | "detail"> {
  problem: BuildInput;
  folder: string;
}

/** A finished problem in `build-log.jsonl`. */
export type BuildOutcome =
  | { id: string; ok: true; negatives: number; answerMeasured: boolean | null; shortfall: string | null; notes: string[] }
  | { id: string; ok: false; stage: BuildStage; reason: string };

/** Builds one record and writes its pictures; the record itself is written by the caller, in the order of the problems. */
export async function runTask({ problem, folder, ...options }: BuildTask): Promise<{ outcome: BuildOutcome; record: DiagramRecord | null }> {
  const { start, written, unreadable, ...own } = problem;
  if (unreadable !== undefined) return { outcome: { id: problem.id, ok: false, stage: "read", reason: unreadable }, record: null };
  const result = buildRecord({ ...options, problem: own, start, written });
  if (!result.ok) return { outcome: { id: result.id, ok: false, stage: result.stage, reason: result.reason }, record: null };
  for (const { path, png } of result.images) {
    const file = imageFileOf(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, png);
  }
  const { record, answerMeasured, shortfall, notes } = result;
  return { outcome: { id: record.id, ok: true, negatives: record.negatives.length, answerMeasured, shortfall, notes }, record };
}
