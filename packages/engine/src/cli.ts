import { parseArgs } from "node:util";
import { InputError, launch, provision, useNativeBackend } from "./index.js";

const usage = `usage: mmgeo-engine install [--cpu] [--gpu] [--cache DIR]   provide TensorFlow and the addons in the per-user cache
       mmgeo-engine info                                   what is in use, as JSON
       mmgeo-engine launch -n N PROGRAM [ARGUMENTS]        run a program in N processes that train together`;

async function main(): Promise<number> {
  // What follows the program's name belongs to the program.
  if (process.argv[2] === "launch") {
    const [flag, count, program, ...parameters] = process.argv.slice(3);
    const processes = Number(count);
    if (flag !== "-n" || !Number.isInteger(processes) || processes < 1 || program === undefined) {
      process.stderr.write(`${usage}\n`);
      return 2;
    }
    return await launch({ processes, program, parameters });
  }
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { cpu: { type: "boolean" }, gpu: { type: "boolean" }, cache: { type: "string" }, help: { type: "boolean" } },
  });
  const [command] = positionals;
  if (values.help === true) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  if (command === "install") {
    const { libraryFolder, binding, captureProblem } = await provision({ cache: values.cache, gpu: values.cpu === true ? false : values.gpu });
    process.stderr.write(`mmgeo-engine: ready (${libraryFolder}; ${binding}${captureProblem === null ? "" : "; without graph capture"})\n`);
    return 0;
  }
  if (command === "info") {
    process.stdout.write(`${JSON.stringify(await useNativeBackend())}\n`);
    return 0;
  }
  process.stderr.write(`${usage}\n`);
  return 2;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const usageError = error instanceof TypeError && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS");
    process.stderr.write(`mmgeo-engine: ${InputError.isInstance(error) || usageError ? error.message : error instanceof Error ? error.stack : String(error)}\n`);
    process.exitCode = InputError.isInstance(error) || usageError ? 2 : 1;
  },
);
