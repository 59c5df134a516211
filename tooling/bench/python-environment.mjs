// A Python environment of a bench's own, in the per-user cache: made on the first run, found again later.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "@mmgeo/engine";

/** What a command prints; a command that fails ends the bench with its messages. */
export function run(command, parameters, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, parameters, { encoding: "utf8", maxBuffer: 1 << 26, ...options });
  if (status !== 0) throw new Error(`${command} ${parameters.join(" ")} ended with ${status ?? error}:\n${stderr}`);
  return stdout;
}

/** What a command prints on its last line, as an object. */
export const runJson = (command, parameters, options) => JSON.parse(run(command, parameters, options).trim().split("\n").at(-1));

/** The interpreter of the environment `name` with `packages` (pinned), in which `module` can be imported. BENCH_PYTHON names another. */
export function pythonWith({ name, packages, module }) {
  if (process.env.BENCH_PYTHON !== undefined) return process.env.BENCH_PYTHON;
  const folder = join(cacheFolder(), name);
  const python = join(folder, "bin", "python");
  if (!existsSync(python) || spawnSync(python, ["-c", `import ${module}`]).status !== 0) {
    process.stderr.write(`bench: making a Python environment with ${packages.join(", ")}\n`);
    run("python3", ["-m", "venv", folder]);
    run(python, ["-m", "pip", "install", "--quiet", ...packages]);
  }
  return python;
}

export const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];
