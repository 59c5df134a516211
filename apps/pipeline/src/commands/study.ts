import { join, relative, resolve } from "node:path";
import { writeFileAtomic } from "@mmgeo/dataset";
import type { Command } from "commander";
import { runStudy } from "../study/run-study.js";
import { loadStudy } from "../study/study-config.js";
import { studyMarkdown, studyPage } from "../study/study-page.js";
import { studySvg } from "../study/study-svg.js";
import { tabulate } from "../study/table.js";
import { log, printJson } from "./output.js";
import { addExecutorOptions, type ExecutorOptions, inRunFolder } from "./run-folder.js";

interface StudyOptions extends ExecutorOptions {
  config: string;
  out: string;
  json?: boolean;
}

export function registerStudyCommand(program: Command): void {
  const command = program
    .command("study")
    .description("train and measure many variants that share what they can; ends with the ablation table")
    .requiredOption("--config <file>", "the study: a base, its variants, seeds, and claims of order (.json, .ts, .yaml)")
    .requiredOption("--out <folder>", "where results go")
    .option("--json", "print the table as one JSON object");
  addExecutorOptions(command).action(async (options: StudyOptions) => {
      const study = await loadStudy(options.config);
      const out = resolve(options.out);
      const report = await inRunFolder({
        options,
        out,
        work: async ({ executor, display }) => {
          const cells = await runStudy({ study, out, display, executor, onCell: ({ variant, seed, number, of }) => log(`${number} of ${of}: ${variant}, seed ${seed}`) });
          const report = tabulate({ study, cells });
          await writeFileAtomic(join(out, "study.json"), `${JSON.stringify(report, null, 2)}\n`);
          await writeFileAtomic(join(out, "study.md"), studyMarkdown(report));
          await writeFileAtomic(join(out, "study.svg"), studySvg(report));
          await writeFileAtomic(join(out, "study.html"), studyPage(report));
          return report;
        },
      });
      if (report === null) return;
      log(`study: ${relative(process.cwd(), join(out, "study.html"))}`);
      if (options.json === true) printJson({ study: join(out, "study.json"), figures: report.figures, comparisons: report.comparisons });
    });
}
