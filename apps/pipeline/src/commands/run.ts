import { join, relative, resolve } from "node:path";
import type { Command } from "commander";
import { loadRunConfig } from "../config.js";
import { planRun } from "../plan/plan.js";
import { planLines } from "../plan/print-plan.js";
import { presetNames } from "../presets.js";
import { writeReport } from "../report/write-report.js";
import { runStages } from "../run.js";
import type { Stage } from "../stage.js";
import { stages } from "../stages/index.js";
import { positiveNumber } from "./flags.js";
import { log, printJson } from "./output.js";
import { addExecutorOptions, type ExecutorOptions, inRunFolder } from "./run-folder.js";

interface RunOptions extends ExecutorOptions {
  preset?: string;
  problems?: string;
  config?: string;
  out?: string;
  explain?: boolean;
  dryRun?: boolean;
  gpus?: number;
  json?: boolean;
}

/** The paper's: its steps are counted for so many. */
const PAPER_GPUS = 4;

function explainStage({ name }: Stage, reasons: string[]): void {
  for (const reason of reasons) log(`  ${name}: ${reason}`);
}

export function registerRunCommand(program: Command): void {
  const run = program
    .command("run")
    .description("run all stages, from problems to a report, doing again only what changed")
    .option("--preset <name>", `one of ${presetNames.join(", ")}`)
    .option("--problems <folder>", "problems in FormalGeo's published layout; without it, problems of the project's own sampler")
    .option("--config <file>", "a configuration (mmgeo.config.ts, .json, .yaml) laid over the preset")
    .option("--out <folder>", "where results go; the default is runs/ and the preset's name")
    .option("--explain", "say of each stage why it is made again")
    .option("--dry-run", "say what the run would take (steps, tokens, memory, hours and money by type of GPU), and run nothing")
    .option("--gpus <number>", "for --dry-run: GPUs that train side by side; the default is 4 for the paper's preset, as there, and 1 otherwise", positiveNumber)
    .option("--json", "print the report's place and headline figures as one JSON object");
  addExecutorOptions(run).action(async (options: RunOptions) => {
      const config = await loadRunConfig({ preset: options.preset, file: options.config, problems: options.problems });
      if (options.dryRun === true) {
        const plan = await planRun({ config, gpus: options.gpus ?? (config.preset === "paper" ? PAPER_GPUS : 1) });
        if (options.json === true) printJson(plan);
        else process.stdout.write(`${planLines(plan).join("\n")}\n`);
        return;
      }
      const out = resolve(options.out ?? join("runs", config.preset));
      const report = await inRunFolder({
        options,
        out,
        work: async ({ executor, display }) => writeReport({ config, out, published: await runStages({ stages, config, out, display, executor, explain: options.explain === true ? explainStage : undefined }) }),
      });
      if (report === null) return;
      const page = join(out, "report.html");
      log(`report: ${relative(process.cwd(), page)}`);
      if (options.json === true) {
        const { read, taken, built, proven } = report.problems;
        printJson({ report: page, data: join(out, "report.json"), problems: { read, taken, built, proven }, sets: report.encoder.sets, choices: report.languageModel.score });
      }
    });
}
