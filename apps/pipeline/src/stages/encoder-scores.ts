import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { editClasses, writeFileAtomic } from "@mmgeo/dataset";
import { useNativeBackend } from "@mmgeo/engine";
import { hitRate } from "@mmgeo/evaluation";
import { candidateSets, classRanks, disposeModel, loadModel, parameterCount, PixelStore, rankCandidates, samplesOf } from "@mmgeo/mmclip";
import type { z } from "zod";
import type { encoderReportSchema } from "../report/report.js";
import type { Stage } from "../stage.js";
import { heldOutFolder } from "./dataset.js";
import { lossesFile, modelFolder } from "./encoder-training.js";
import { recordsOf } from "./training.js";

export const encoderReportFile = "encoder-report.json";
/** Where each held-out sample's positive stood in each set: what every figure of the table is made of. */
export const ranksFile = "ranks.jsonl";

/** Measures the encoder on problems that no training saw: Hit@1 of the positive among its candidates, on four sets. */
export const encoderScoresStage: Stage = {
  name: "encoder-scores",
  title: "Measure the encoder",
  inputs: ["dataset", "encoder"],
  packages: ["@mmgeo/mmclip", "@mmgeo/evaluation", "@mmgeo/engine", "@mmgeo/dataset"],
  parameters: ({ evaluation, seed }) => ({ negatives: evaluation.negatives, seed }),
  async run({ folder, inputs, config, progress }) {
    await useNativeBackend();
    const heldOut = join(inputs["dataset"]!, heldOutFolder);
    const { samples } = samplesOf({ records: await recordsOf(heldOut), folder: heldOut });
    const model = await loadModel(join(inputs["encoder"]!, modelFolder));
    const store = new PixelStore({ processor: model.imageProcessor });
    const report: z.infer<typeof encoderReportSchema> = {
      parameters: parameterCount(model).total,
      losses: JSON.parse(await readFile(join(inputs["encoder"]!, lossesFile), "utf8")) as { step: number; loss: number }[],
      sets: [],
    };
    const lines: string[] = [];
    for (const set of candidateSets) {
      const ranks = await rankCandidates({ model, samples, set, negatives: config.evaluation.negatives, seed: config.seed, store });
      const { n, hitAt1, interval, chance, beatsChance, meanReciprocalRank } = hitRate(ranks);
      const meanCandidates = ranks.reduce((sum, { count }) => sum + count, 0) / Math.max(1, ranks.length);
      const { hitAt1: blindHitAt1 } = hitRate(ranks.map(({ blindRank, count }) => ({ rank: blindRank, count })));
      const byClass = editClasses.flatMap((name) => {
        const own = classRanks(ranks)[name];
        if (own === undefined) return [];
        const { n, hitAt1, interval, chance } = hitRate(own);
        return [{ class: name, samples: n, hitAt1, interval: [...interval] as [number, number], chance }];
      });
      report.sets.push({ set, samples: n, meanCandidates, hitAt1, interval: [...interval], chance, beatsChance, blindHitAt1, meanReciprocalRank, byClass });
      lines.push(...ranks.map((rank) => `${JSON.stringify(rank)}\n`));
      progress({ done: report.sets.length, total: candidateSets.length, text: "sets" });
    }
    disposeModel(model);
    await writeFileAtomic(join(folder, ranksFile), lines.join(""));
    await writeFileAtomic(join(folder, encoderReportFile), `${JSON.stringify(report, null, 2)}\n`);
  },
};
