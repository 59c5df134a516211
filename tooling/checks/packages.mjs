/**
 * Packs every published package and looks at the tarballs as a user would: publint and attw find nothing, all of them
 * install into an empty project outside the repository, each README's examples run there, and `require` works.
 * `node tooling/checks/packages.mjs [name…]`; ends with a line for each check and exit code 1 if one failed.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readmePrograms, runProgram } from "../config/readme.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const only = process.argv.slice(2);
const folders = [...readdirSync(join(root, "packages")).map((name) => join(root, "packages", name)), join(root, "apps", "pipeline")].filter((folder) => only.length === 0 || only.some((name) => folder.endsWith(`/${name}`)));
const results = [];

function check(name, action) {
  try {
    action();
    results.push({ name, passed: true });
    console.log(`ok   ${name}`);
  } catch (error) {
    results.push({ name, passed: false });
    console.log(`FAIL ${name}\n${error.message}`);
  }
}

function run(command, parameters, options) {
  const result = spawnSync(command, parameters, { encoding: "utf8", maxBuffer: 1 << 28, ...options });
  if (result.status !== 0) throw new Error(`${command} ${parameters.join(" ")} ended with ${result.status ?? result.error}:\n${result.stdout}${result.stderr}`);
  return result.stdout;
}

const scratch = mkdtempSync(join(tmpdir(), "mmgeo-pack-"));
try {
  const tarballs = new Map();
  for (const folder of folders) {
    const { name, version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    check(`${name}: pack`, () => {
      run("pnpm", ["pack", "--pack-destination", scratch], { cwd: folder });
      tarballs.set(name, join(scratch, `${name.replace("@", "").replace("/", "-")}-${version}.tgz`));
    });
    check(`${name}: publint`, () => run("publint", ["run", folder, "--strict", "--pack", "pnpm"], { cwd: root }));
    // The packages are ESM; `require` of them works on Node 22.12 and newer, which the esm-only profile allows for.
    check(`${name}: attw`, () => run("attw", [tarballs.get(name), "--profile", "esm-only"], { cwd: root }));
  }

  const project = mkdtempSync(join(tmpdir(), "mmgeo-project-"));
  try {
    const local = Object.fromEntries([...tarballs].map(([name, tarball]) => [name, `file:${tarball}`]));
    writeFileSync(join(project, "package.json"), JSON.stringify({ name: "empty-project", private: true, type: "module", dependencies: local, overrides: local }));
    check("npm install of the tarballs into an empty project", () => run("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts"], { cwd: project }));
    for (const folder of folders) {
      const { name } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
      for (const { line, source } of readmePrograms(join(folder, "README.md"))) check(`${name}: README line ${line} in the empty project`, () => runProgram(source, project));
      check(`${name}: require`, () => run(process.execPath, ["--no-warnings", "-e", `const exported = require(${JSON.stringify(name)}); if (Object.keys(exported).length === 0) process.exit(1);`], { cwd: project }));
    }
  } finally {
    rmSync(project, { recursive: true, force: true });
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
const failed = results.filter((result) => !result.passed).length;
console.log(`packages: ${results.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
