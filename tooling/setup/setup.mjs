/**
 * Sets the repository up from nothing and then runs a command: `node tooling/setup/setup.mjs [-- command arguments…]`.
 *
 * Needs Node 20 or newer with npm, Python 3 with pip and a C++ compiler; everything else (pnpm, Node 24, the packages, the
 * native engine) is brought along. Each step is skipped when it is already done, and two set-ups at once wait for each other.
 * This file is plain JavaScript without dependencies, because it runs before anything is installed.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { acquireLock } from "./lock.mjs";
import { cacheFolder } from "./cache-folder.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const binaries = join(root, "node_modules", ".bin");

/** Says what went wrong in one line and ends with exit code 2: something outside the project has to change first. */
function fail(message) {
  process.stderr.write(`setup: ${message}\n`);
  process.exit(2);
}

function run(step, command, parameters, options = {}) {
  const started = Date.now();
  const result = spawnSync(command, parameters, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], maxBuffer: 1 << 28, ...options });
  if (result.error?.code === "ENOENT") fail(`${step}: ${command} was not found; install it and run this again`);
  if (result.status !== 0) {
    process.stderr.write(`${result.stdout ?? ""}${result.stderr ?? ""}`);
    fail(`${step} failed (${command} ended with ${result.status ?? result.signal}); its output is above`);
  }
  process.stderr.write(`setup: ${step} (${((Date.now() - started) / 1000).toFixed(1)} s)\n`);
}

function checkMachine() {
  const major = Number(process.versions.node.split(".")[0]);
  if (major < 20) fail(`Node ${process.versions.node} is too old; install Node 20 or newer (for example: npx --yes n 22)`);
  const debian = existsSync("/usr/bin/apt-get");
  const needs = [
    { name: "Python 3 with pip", command: "python3", parameters: ["-m", "pip", "--version"], debian: "sudo apt-get install -y python3 python3-pip", other: "brew install python3" },
    { name: "a C++ compiler", command: "c++", parameters: ["--version"], debian: "sudo apt-get install -y g++", other: "xcode-select --install" },
  ];
  if (process.platform === "win32") return; // the official TensorFlow binary is used there, which needs neither
  const missing = needs.filter((need) => spawnSync(need.command, need.parameters, { stdio: "ignore" }).status !== 0);
  if (missing.length > 0) fail(`missing: ${missing.map((need) => need.name).join(" and ")}; install with: ${missing.map((need) => (debian ? need.debian : need.other)).join(" && ")}`);
}

/** The pinned pnpm, in the cache of the user; installed beside and renamed, so that a kill leaves nothing half done. */
function providePnpm() {
  const version = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).packageManager.replace("pnpm@", "");
  const folder = join(cacheFolder(), "tools", `pnpm-${version}`);
  const entry = join(folder, "node_modules", "pnpm", "bin", "pnpm.mjs");
  if (!existsSync(entry)) {
    const partial = `${folder}.${process.pid}.partial`;
    mkdirSync(partial, { recursive: true });
    const windows = process.platform === "win32";
    run(`pnpm ${version}`, windows ? "npm.cmd" : "npm", ["install", "--prefix", partial, "--ignore-scripts", "--no-audit", "--no-fund", `pnpm@${version}`], { shell: windows });
    try {
      renameSync(partial, folder);
    } catch (error) {
      // Another set-up, of another clone, was first.
      rmSync(partial, { recursive: true, force: true });
      if (!existsSync(entry)) throw error;
    }
  }
  return entry;
}

function setUp() {
  checkMachine();
  const pnpm = providePnpm();
  run("packages", process.execPath, [pnpm, "install", "--frozen-lockfile", "--prefer-offline"], { env: { ...process.env, CI: "true" } });
  const environment = commandEnvironment();
  run("build", process.execPath, [pnpm, "exec", "turbo", "run", "build", "--output-logs=errors-only"], { env: environment });
  run("native engine", join(binaries, "node"), [join(root, "packages/engine/bin/mmgeo-engine.mjs"), "install"], { env: environment, stdio: ["ignore", "inherit", "inherit"] });
}

/** The environment in which the project's own commands run: its binaries, Node 24 among them, come first. */
function commandEnvironment() {
  return { ...process.env, PATH: `${binaries}${delimiter}${process.env.PATH ?? ""}`, TURBO_TELEMETRY_DISABLED: "1" };
}

const separator = process.argv.indexOf("--");
const command = separator === -1 ? [] : process.argv.slice(separator + 1);
const release = await acquireLock(join(root, ".mmgeo", "setup.lock"), (holder) => process.stderr.write(`setup: waiting for the set-up of process ${holder}\n`));
process.once("exit", release);
setUp();
release();
if (command.length > 0) {
  const { status, signal } = spawnSync(join(binaries, command[0]), command.slice(1), { cwd: root, stdio: "inherit", env: commandEnvironment() });
  if (signal !== null) process.stderr.write(`setup: ${command[0]} was ended by ${signal}\n`);
  process.exitCode = status ?? 1;
}
