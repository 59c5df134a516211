import { existsSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { InputError } from "@mmgeo/dataset";
import { withLock } from "@mmgeo/engine";
import type { Command } from "commander";
import { pruneStore } from "../store/prune.js";
import { traceFigure } from "../store/trace.js";
import { log, printJson } from "./output.js";

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

export function registerStoreCommands(program: Command): void {
  const store = program.command("store").description("what runs and studies keep");
  store
    .command("prune <folder>")
    .description("remove what no report of a run's or a study's folder is made of: earlier settings' results, leavings of stopped stages")
    .option("--dry-run", "only list what would be removed")
    .option("--json", "print what was removed as one JSON object")
    .action(async (folder: string, options: { dryRun?: boolean; json?: boolean }) => {
      const out = resolve(folder);
      if (!existsSync(join(out, "store"))) throw new InputError({ message: "holds no store; give the folder of a run or a study", file: folder });
      const { removed, kept } = await withLock({
        file: join(out, "run.lock"),
        onWait: (holder) => log(`waiting for ${holder}, which runs in ${out}`),
        work: () => pruneStore({ out, dryRun: options.dryRun }),
      });
      for (const { name, bytes } of removed) log(`${options.dryRun === true ? "would remove" : "removed"} ${name} (${megabytes(bytes)})`);
      log(`${kept.length} kept, ${removed.length} ${options.dryRun === true ? "to remove" : "removed"}, ${megabytes(removed.reduce((sum, { bytes }) => sum + bytes, 0))}`);
      if (options.json === true) printJson({ removed, kept });
    });

  program
    .command("explain <figure>")
    .description("name everything a figure was made of: runs/quick/report.json#encoder.sets.image, study.json#figures.rule.image")
    .option("--json", "print the whole trace as one JSON object")
    .action(async (figure: string, options: { json?: boolean }) => {
      const { path, value, stages, records } = await traceFigure(figure);
      if (options.json === true) return printJson({ path, value, stages, records });
      process.stdout.write(`${path} = ${JSON.stringify(value, null, 2)}\n`);
      for (const { stage, key, digest, parameters, code, folder, inputs } of stages) {
        process.stdout.write(`\n${stage} ${key} (${relative(process.cwd(), folder)})\n  published ${digest.slice(0, 16)}\n  parameters ${JSON.stringify(parameters)}\n  code ${Object.entries(code).map(([name, digest]) => `${name} ${digest}`).join(", ")}\n`);
        for (const [name, { digest }] of Object.entries(inputs)) process.stdout.write(`  from ${name} ${digest.slice(0, 16)}\n`);
      }
      if (records.length > 0) process.stdout.write(`\nmeasured on ${records.length} held-out records; the first: ${records.slice(0, 3).map(({ id, source, seed, program }) => `${id} (${source}, seed ${seed}, program ${program})`).join("; ")}; all with --json\n`);
    });
}
