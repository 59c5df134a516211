import { existsSync } from "node:fs";
import { readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { InputError } from "../input-error.js";
import { isAlive } from "./lock.js";
import { runProgram } from "./tools.js";

/** `native/` of this package, whether this file runs from src/backend or bundled into dist. */
export const nativeFolder = [new URL("../native/", import.meta.url), new URL("../../native/", import.meta.url)].map((url) => fileURLToPath(url)).find((folder) => existsSync(folder)) ?? "native";

/** Wheels only, of one interpreter's tag, and only with the hashes named: whatever Python runs pip. */
const pipParameters = "-m pip download --quiet --no-deps --require-hashes --only-binary=:all: --implementation cp --python-version 3.11 --abi cp311 --abi none".split(" ");

/** Downloads the wheels of a requirements file, each named with its hash, by pip and so with the mirrors and proxies set up for it. */
export async function downloadWheels({ python, what, requirements, platforms, target }: { python: string; what: string; requirements: string; platforms: readonly string[]; target: string }): Promise<void> {
  const { code, errorOutput } = await runProgram({
    command: python,
    parameters: [...pipParameters, ...platforms.flatMap((platform) => ["--platform", platform]), "--dest", target, "--requirement", requirements],
  });
  if (code === 0) return;
  const lines = errorOutput.trim().split("\n");
  const reason = lines.findLast((line) => line.startsWith("ERROR")) ?? lines.at(-1) ?? "no message";
  throw new InputError({ message: `pip could not download ${what} (${reason}): check that pip can download packages here (a mirror or proxy set up for pip is used as it is)` });
}

/** Unpacks what is needed of each wheel in a folder, or everything below `prefix` in it. */
export async function unpackWheels({ python, downloads, target, prefix }: { python: string; downloads: string; target: string; prefix?: string }): Promise<void> {
  for (const name of await readdir(downloads)) {
    const { code, errorOutput } = await runProgram({ command: python, parameters: [join(nativeFolder, "unpack_wheel.py"), join(downloads, name), target, ...(prefix === undefined ? [] : [prefix])] });
    if (code !== 0) throw new InputError({ file: name, message: `could not be unpacked (${errorOutput.trim().split("\n").at(-1) ?? ""}): is the disk full?` });
  }
}

/** Publishes a finished folder under its name. Another process may have been first: then its folder, made of the same inputs, stays. */
export async function publish(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ENOTEMPTY" && code !== "EEXIST") throw error;
    await rm(from, { recursive: true, force: true });
  }
}

/** Removes what processes that were killed in the middle left behind. */
export async function removeLeftovers(root: string): Promise<void> {
  for (const name of await readdir(root)) {
    const match = /\.partial-(\d+)$/.exec(name);
    if (match !== null && !isAlive(Number(match[1]))) await rm(join(root, name), { recursive: true, force: true });
  }
}
