import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { InputError } from "@mmgeo/dataset";
import type { RunConfig } from "../config.js";
import { runStages } from "../run.js";
import { type Answer, languageModelReportSchema } from "../report/report.js";
import { answersStage, languageModelReportFile } from "../stages/answers.js";
import { datasetStage, heldOutFolder, trainingFolder } from "../stages/dataset.js";
import { diagramsStage } from "../stages/diagrams.js";
import { encoderStage } from "../stages/encoder.js";
import { encoderScoresStage, ranksFile } from "../stages/encoder-scores.js";
import { languageModelStage } from "../stages/language-model.js";
import { problemsStage } from "../stages/problems.js";
import { recordsOf } from "../stages/training.js";
import type { Published } from "../store/store.js";
import type { Cell, Outcome } from "./cell.js";
import type { Study } from "./study-config.js";

const dataStages = [problemsStage, diagramsStage, datasetStage];

interface RankLine {
  id: string;
  set: Outcome["set"];
  rank: number;
  count: number;
}

async function encoderOutcomes(folder: string): Promise<Outcome[]> {
  const lines = (await readFile(join(folder, ranksFile), "utf8")).split("\n").filter((line) => line !== "");
  return lines.map((line) => {
    const { id, set, rank, count } = JSON.parse(line) as RankLine;
    return { id, set, right: rank === 1, chance: 1 / count };
  });
}

async function answerOutcomes(folder: string): Promise<Outcome[]> {
  const { answers } = languageModelReportSchema.parse(JSON.parse(await readFile(join(folder, languageModelReportFile), "utf8")));
  return answers.map(({ id, correct, choices }: Answer) => ({ id, set: "questions", right: correct, chance: choices.length === 0 ? 0 : 1 / choices.length }));
}

/** A variant that trains on what the base holds out would be measured on what it has seen. */
async function checkApart({ variant, training, heldOut }: { variant: string; training: Published; heldOut: Published }): Promise<void> {
  if (training.digest === heldOut.digest) return;
  const held = await recordsOf(join(heldOut.folder, heldOutFolder));
  const ids = new Set(held.map(({ id }) => id));
  const captions = new Set(held.map(({ caption }) => caption));
  const shared = (await recordsOf(join(training.folder, trainingFolder))).filter(({ id, caption }) => ids.has(id) || captions.has(caption));
  if (shared.length > 0) throw new InputError({ message: `the variant "${variant}" trains on ${shared.length} problems that the base holds out (the first is ${shared[0]!.id}); vary nothing that changes which problems are taken or held out`, field: "variants" });
}

/** Where a study's stages publish, who does their tasks, and how they are shown. */
type Where = Pick<Parameters<typeof runStages>[0], "out" | "display" | "executor">;

/**
 * Trains every variant with every seed and measures each on the held-out problems of the base. All share one store below
 * `out`: what two variants have in common (problems, diagrams, an encoder under two language models) is made once, and a
 * study that was stopped goes on.
 */
export async function runStudy({ study, onCell, ...run }: Where & { study: Study; onCell?: (cell: { variant: string; seed: number; number: number; of: number }) => void }): Promise<Cell[]> {
  const base = await runStages({ ...run, stages: dataStages, config: study.base });
  const heldOut = base.at(-1)!;
  // All data before any training: a variant that has to be refused is refused at once and not after hours.
  for (const { name, configs } of study.variants) await checkApart({ variant: name, training: (await runStages({ ...run, stages: dataStages, config: configs[0]! })).at(-1)!, heldOut });
  const cells: Cell[] = [];
  const of = study.variants.length * study.seeds.length;
  for (const { name, configs } of study.variants) {
    for (const [index, config] of configs.entries()) {
      const seed = study.seeds[index]!;
      onCell?.({ variant: name, seed, number: cells.length + 1, of });
      cells.push(await runCell({ name, seed, config, study, heldOut, run }));
    }
  }
  return cells;
}

async function runCell({ name, seed, config, study, heldOut, run }: { name: string; seed: number; config: RunConfig; study: Study; heldOut: Published; run: Where }): Promise<Cell> {
  const data = await runStages({ ...run, stages: dataStages, config });
  const trained = await runStages({ ...run, stages: [encoderStage, ...(study.languageModel ? [languageModelStage] : [])], config, given: data });
  // Measured with the settings of the base, whatever the variant trains with.
  const measured = await runStages({ ...run, stages: [encoderScoresStage, ...(study.languageModel ? [answersStage] : [])], config: study.base, given: [...trained, heldOut] });
  const outcomes = await encoderOutcomes(measured[0]!.folder);
  if (study.languageModel) outcomes.push(...(await answerOutcomes(measured[1]!.folder)));
  return { variant: name, seed, outcomes, provenance: [...data, ...trained, ...measured].map(({ stage, key, digest }) => ({ stage, key, digest })) };
}
