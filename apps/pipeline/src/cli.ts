import { Command, CommanderError } from "commander";
import { InputError } from "@mmgeo/dataset";
import { log } from "./commands/output.js";

type Register = (program: Command) => void;

/**
 * Where each command is registered. Only the module of the command that was asked for is loaded: together they load every
 * package and TensorFlow's JavaScript, about a second's work. Help loads them all.
 */
const commands = new Map<string, () => Promise<Register>>(Object.entries({
  run: async () => (await import("./commands/run.js")).registerRunCommand,
  study: async () => (await import("./commands/study.js")).registerStudyCommand,
  worker: async () => (await import("./commands/worker.js")).registerWorkerCommand,
  status: async () => (await import("./commands/status.js")).registerStatusCommand,
  store: async () => (await import("./commands/store.js")).registerStoreCommands,
  explain: async () => (await import("./commands/store.js")).registerStoreCommands,
  review: async () => (await import("./commands/review.js")).registerReviewCommand,
  doctor: async () => (await import("./commands/engine.js")).registerEngineCommands,
  models: async () => (await import("./commands/engine.js")).registerEngineCommands,
  diagram: async () => (await import("./commands/diagram.js")).registerDiagramCommands,
  negatives: async () => (await import("./commands/negatives.js")).registerNegativesCommands,
  mmclip: async () => (await import("./commands/mmclip.js")).registerMmclipCommands,
  mmgeolm: async () => (await import("./commands/mmgeolm.js")).registerMmgeolmCommands,
  evaluate: async () => (await import("./commands/evaluation.js")).registerEvaluationCommands,
}));

/** Exit codes of the command line: 0 done, 1 a check or a run failed, 2 the input or the usage is wrong. */
async function main(): Promise<number> {
  const program = new Command("mmgeo");
  program.description("From geometry problems to a model that sees geometry").exitOverride();
  const asked = commands.get(process.argv[2] ?? "");
  const registers = asked === undefined ? await Promise.all([...commands.values()].map((load) => load())) : [await asked()];
  for (const register of new Set(registers)) register(program);
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

// Whoever reads the output may have seen enough, as `head` has.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});
process.exitCode = await main();
