import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { writeFileAtomic } from "@mmgeo/dataset";
import { buildDataset, type Problem } from "@mmgeo/diagram";
import type { z } from "zod";
import type { problemsReportSchema } from "../report/report.js";
import type { Stage } from "../stage.js";
import { problemsFile, problemsSummaryFile, type ProblemsSummary } from "./problems.js";

export const diagramsReportFile = "problems-report.json";

/** Solves, proves, draws, captions and perturbs every problem; what cannot be built is counted with its reason. */
export const diagramsStage: Stage = {
  name: "diagrams",
  title: "Draw and prove the diagrams",
  inputs: ["problems"],
  packages: ["@mmgeo/diagram", "@mmgeo/dataset"],
  parameters: ({ diagrams, seed }) => ({ ...diagrams, seed }),
  async run({ folder, inputs, config, progress }) {
    const problems = (await readFile(join(inputs["problems"]!, problemsFile), "utf8"))
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Problem);
    const summary = JSON.parse(await readFile(join(inputs["problems"]!, problemsSummaryFile), "utf8")) as ProblemsSummary;
    const { built, failed } = await buildDataset({
      problems,
      folder,
      negatives: config.diagrams.negatives,
      size: config.diagrams.size,
      seed: config.seed,
      workers: availableParallelism(),
      onProgress: (done) => progress({ done, total: problems.length, text: "problems" }),
    });
    const report: z.infer<typeof problemsReportSchema> = { ...summary, built, failed };
    await writeFileAtomic(join(folder, diagramsReportFile), `${JSON.stringify(report, null, 2)}\n`);
  },
};
