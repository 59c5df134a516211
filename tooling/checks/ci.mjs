/** Runs the steps of continuous integration one after the other, all of them even when one fails, and counts. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const report = join(root, ".mmgeo", "vitest.json");
const environment = { ...process.env, PATH: `${join(root, "node_modules", ".bin")}${delimiter}${process.env.PATH ?? ""}`, TURBO_TELEMETRY_DISABLED: "1" };
let passed = 0;
let failed = 0;

function step(name, command, parameters) {
  console.log(`\n== ${name}`);
  const started = Date.now();
  const { status } = spawnSync(command, parameters, { cwd: root, stdio: ["ignore", "inherit", "inherit"], env: environment });
  console.log(`== ${name}: ${status === 0 ? "ok" : "FAILED"} after ${((Date.now() - started) / 1000).toFixed(0)} s`);
  return status === 0;
}

function count(succeeded) {
  if (succeeded) passed += 1;
  else failed += 1;
}

mkdirSync(join(root, ".mmgeo"), { recursive: true });
rmSync(report, { force: true });
const tested = step("npm test", "npm", ["test", "--", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`]);
if (existsSync(report)) {
  const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, "utf8"));
  passed += numPassedTests;
  failed += numFailedTests;
  // A file that does not even load has no failed test of its own.
  if (!tested && numFailedTests === 0) failed += 1;
} else failed += 1;

count(step("build", "turbo", ["run", "build", "--output-logs=errors-only"]));
count(step("lint", "oxlint", ["--deny-warnings"]));
count(step("type check", "turbo", ["run", "typecheck", "--output-logs=errors-only"]));
count(step("packages", "node", [join(root, "tooling/checks/packages.mjs")]));
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
