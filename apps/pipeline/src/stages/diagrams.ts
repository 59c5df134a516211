import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { validate, writeFileAtomic } from "@mmgeo/dataset";
import type { z } from "zod";
import type { problemsReportSchema } from "../report/report.js";
import type { Stage } from "../stage.js";
import { type DrawPayload, drawResult, drawResultFile } from "../tasks/draw.js";
import { gatherRecords } from "../tasks/gather.js";
import { rangesOf } from "../tasks/lines.js";
import { problemsFile, problemsSummaryFile, type ProblemsSummary } from "./problems.js";

export const diagramsReportFile = "problems-report.json";

/** Problems that one task draws: some seconds of work. */
const PROBLEMS_A_TASK = 20;

/** Solves, proves, draws, captions and perturbs every problem; what cannot be built is counted with its reason. */
export const diagramsStage: Stage = {
  name: "diagrams",
  title: "Draw and prove the diagrams",
  inputs: ["problems"],
  packages: ["@mmgeo/diagram", "@mmgeo/dataset"],
  parameters: ({ diagrams: { negatives, size, style, marks }, seed }) => ({ negatives, size, style, marks, seed }),
  async run({ folder, inputs, config, progress, runTasks }) {
    const source = inputs["problems"]!;
    const ids = (await readFile(join(source, problemsFile), "utf8"))
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => (JSON.parse(line) as { id: string }).id);
    const summary = JSON.parse(await readFile(join(source, problemsSummaryFile), "utf8")) as ProblemsSummary;
    const { negatives, size, style, marks } = config.diagrams;
    const ranges = rangesOf({ file: `${basename(source)}/${problemsFile}`, count: ids.length, size: PROBLEMS_A_TASK });
    const outcomes = await runTasks({
      kind: "draw",
      payloads: ranges.map((problems): DrawPayload => ({ problems, negatives, size, style, marks, seed: config.seed })),
      onDone: (done) => progress({ done: Math.min(ids.length, done * PROBLEMS_A_TASK), total: ids.length, text: "problems" }),
    });
    const report: z.infer<typeof problemsReportSchema> = { ...summary, built: 0, failed: [] };
    for (const [index, outcome] of outcomes.entries()) {
      const { from, to } = ranges[index]!;
      if ("error" in outcome) report.failed.push(...ids.slice(from, to).map((id) => ({ id, stage: "task", reason: outcome.error })));
      else {
        const file = join(outcome.folder, drawResultFile);
        const { built, failed } = validate({ schema: drawResult, value: JSON.parse(await readFile(file, "utf8")), place: { file } });
        report.built += built;
        report.failed.push(...failed);
      }
    }
    await gatherRecords({ parts: outcomes.flatMap((outcome) => ("folder" in outcome ? [outcome.folder] : [])), folder });
    await writeFileAtomic(join(folder, diagramsReportFile), `${JSON.stringify(report, null, 2)}\n`);
  },
};
