import { resolve } from "node:path";
import type { Command } from "commander";
import { readStatus } from "../status.js";
import { describeProgress } from "./run-display.js";
import { printJson } from "./output.js";

export function registerStatusCommand(program: Command): void {
  program
    .command("status <folder>")
    .description("how far the run or the study in a folder is, from another terminal")
    .option("--json", "print it as one JSON object")
    .action(async (folder: string, options: { json?: boolean }) => {
      const status = await readStatus(resolve(folder));
      if (options.json === true) return printJson(status);
      process.stdout.write(`${status.running ? `running (process ${status.pid} on ${status.host})` : "not running"}\n`);
      for (const { stage, state, seconds, progress } of status.stages) {
        const stopped = state === "running" && !status.running ? "stopped" : state;
        process.stdout.write(`  ${stage.padEnd(16)} ${stopped}${progress === null ? "" : `, ${describeProgress(progress, seconds ?? 0)}`}${seconds === null || progress !== null ? "" : `, ${seconds.toFixed(1)} s`}\n`);
      }
    });
}
