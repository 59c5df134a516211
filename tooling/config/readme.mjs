import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** The ```ts blocks of a README that are complete programs (those marked `no-run` are not). */
export function readmePrograms(file) {
  const text = readFileSync(file, "utf8");
  const programs = [];
  for (const match of text.matchAll(/^```ts([^\n]*)\n([\s\S]*?)^```$/gm)) {
    if (match[1].includes("no-run")) continue;
    programs.push({ line: text.slice(0, match.index).split("\n").length, source: match[2] });
  }
  return programs;
}

/**
 * Runs a program as an ES module with TypeScript's types stripped, in a process of its own; its imports resolve as from a
 * file in `folder`. Returns what it printed; throws with its error output when it fails.
 */
export function runProgram(source, folder) {
  const result = spawnSync(process.execPath, ["--no-warnings", "--input-type=module-typescript", "-"], { input: source, cwd: folder, encoding: "utf8", timeout: 120_000 });
  if (result.status !== 0) throw new Error(`the program ended with ${result.status ?? result.signal}:\n${result.stderr}\n${result.stdout}`);
  return result.stdout;
}
