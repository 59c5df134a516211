import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readRecords, type DiagramRecord } from "@mmgeo/dataset";
import type { TrainProgress } from "@mmgeo/engine";
import type { Progress } from "../stage.js";

/** What every training stage shares: the records of a dataset folder, the losses of a run folder, and how progress reads. */

export async function recordsOf(folder: string): Promise<DiagramRecord[]> {
  const records: DiagramRecord[] = [];
  for await (const record of readRecords(folder)) records.push(record);
  return records;
}

/** The loss of each step from a run folder's `metrics.jsonl`, those of earlier sittings included. */
export async function lossesOf(runFolder: string): Promise<{ step: number; loss: number }[]> {
  const text = await readFile(join(runFolder, "metrics.jsonl"), "utf8");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const { step, loss } = JSON.parse(line) as { step: number; loss: number };
      return { step, loss };
    });
}

export function trainingProgress({ step, steps, loss, examplesPerSecond }: TrainProgress): Progress {
  return { done: step, total: steps, text: `steps, loss ${loss.toFixed(3)}, ${examplesPerSecond.toFixed(1)} examples a second` };
}
