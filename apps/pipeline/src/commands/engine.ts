import { cacheFolder, diagnose, pullModel } from "@mmgeo/engine";
import type { Command } from "commander";
import { log, printJson } from "./output.js";

/** `mmgeo doctor` and `mmgeo models pull`. */
export function registerEngineCommands(program: Command): void {
  program
    .command("doctor")
    .description("what runs here: backend, device, threads, versions; what is missing and how to get it")
    .option("--json", "print one JSON object")
    .action(async ({ json = false }: { json?: boolean }) => {
      const diagnosis = await diagnose({ onProgress: log });
      if (json) printJson(diagnosis);
      else for (const { name, value, ok } of diagnosis.checks) process.stdout.write(`${ok ? "ok     " : "MISSING"} ${name}: ${value}\n`);
      if (!diagnosis.ok) process.exitCode = 1;
    });

  program
    .command("models")
    .description("models to start from")
    .command("pull")
    .description("fetch a model into the cache, or a folder")
    .argument("<model>", "minilm, smollm2, or the id of a repository of the Hugging Face hub")
    .option("--to <dir>", `folder to put it into (default: below ${cacheFolder()})`)
    .option("--json", "print one JSON object")
    .action(async (model: string, { to, json = false }: { to?: string; json?: boolean }) => {
      const folder = await pullModel({ model, to, onProgress: log });
      if (json) printJson({ model, folder });
      else process.stdout.write(`${folder}\n`);
    });
}
