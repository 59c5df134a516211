import { join, relative, resolve } from "node:path";
import type { Command } from "commander";
import { Listr } from "listr2";
import { withLock } from "@mmgeo/engine";
import { loadRunConfig, presets, type RunConfig } from "../config.js";
import { writeReport } from "../report/write-report.js";
import { runStages } from "../run.js";
import type { Progress } from "../stage.js";
import { stages } from "../stages/index.js";
import type { Published } from "../store/store.js";
import { log, printJson } from "./output.js";

function describeProgress({ done, total, text }: Progress, started: number): string {
  const seconds = (Date.now() - started) / 1000;
  const left = done > 0 && done < total ? `, ${Math.ceil((seconds / done) * (total - done))} s left` : "";
  return `${done} of ${total}${text === undefined ? "" : ` ${text}`}${left}`;
}

/** Runs all stages under a progress display (plain lines where there is no terminal) and writes the report. */
async function runWithProgress(config: RunConfig, out: string): Promise<Published[]> {
  const published: Published[] = [];
  const tasks = new Listr<Record<string, never>>(
    [
      {
        title: `Run ${config.preset}`,
        task: async (_, parent) => {
          let started = Date.now();
          published.push(
            ...(await runStages({
              stages,
              config,
              out,
              events: {
                started: (stage) => {
                  started = Date.now();
                  parent.title = stage.title;
                },
                progress: (_stage, progress) => {
                  parent.output = describeProgress(progress, started);
                },
                finished: (stage, { reused, seconds }) => {
                  parent.output = "";
                  log(`${stage.title}: ${reused ? "already done" : `${seconds.toFixed(1)} s`}`);
                },
              },
            })),
          );
        },
      },
    ],
    { fallbackRenderer: "silent", fallbackRendererCondition: () => !process.stderr.isTTY },
  );
  await tasks.run();
  return published;
}

export function registerRunCommand(program: Command): void {
  program
    .command("run")
    .description("run all stages, from problems to a report, doing again only what changed")
    .option("--preset <name>", `one of ${Object.keys(presets).join(", ")}`)
    .option("--problems <folder>", "problems in FormalGeo's published layout; without it, problems of the project's own sampler")
    .option("--config <file>", "a configuration (mmgeo.config.ts, .json, .yaml) laid over the preset")
    .option("--out <folder>", "where results go; the default is runs/ and the preset's name")
    .option("--json", "print the report's place and headline figures as one JSON object")
    .action(async (options: { preset?: string; problems?: string; config?: string; out?: string; json?: boolean }) => {
      const config = await loadRunConfig({ preset: options.preset, file: options.config, problems: options.problems });
      const out = resolve(options.out ?? join("runs", config.preset));
      const report = await withLock({
        file: join(out, "run.lock"),
        onWait: (holder) => log(`waiting for ${holder}, which runs in ${out}`),
        work: async () => writeReport({ config, out, published: await runWithProgress(config, out) }),
      });
      const page = join(out, "report.html");
      if (options.json === true) printJson({ report: page, data: join(out, "report.json"), problems: { read: report.problems.read, built: report.problems.built, proven: report.problems.proven }, sets: report.encoder.sets, choices: report.languageModel.score });
      else log(`report: ${relative(process.cwd(), page)}`);
    });
}
