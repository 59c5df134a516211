import { Command, CommanderError } from "commander";
import { InputError } from "@mmgeo/dataset";
import { registerDiagramCommands } from "./commands/diagram.js";
import { registerEngineCommands } from "./commands/engine.js";
import { registerEvaluationCommands } from "./commands/evaluation.js";
import { registerMmclipCommands } from "./commands/mmclip.js";
import { registerMmgeolmCommands } from "./commands/mmgeolm.js";
import { registerNegativesCommands } from "./commands/negatives.js";
import { log } from "./commands/output.js";
import { registerRunCommand } from "./commands/run.js";

/** Exit codes of the command line: 0 done, 1 a check or a run failed, 2 the input or the usage is wrong. */
async function main(): Promise<number> {
  const program = new Command("mmgeo");
  program.description("From geometry problems to a model that sees geometry").exitOverride();
  for (const register of [
    registerRunCommand,
    registerEngineCommands,
    registerDiagramCommands,
    registerNegativesCommands,
    registerMmclipCommands,
    registerMmgeolmCommands,
    registerEvaluationCommands,
  ]) register(program);
  try {
    await program.parseAsync();
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (InputError.isInstance(error)) {
      log(`mmgeo: ${error.message}`);
      return 2;
    }
    log(`mmgeo: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    return 1;
  }
}

process.exitCode = await main();
