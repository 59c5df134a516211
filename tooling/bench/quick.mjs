// What capturing graphs gives the encoder of the `quick` preset, interleaved: node quick.mjs [--rounds 3] [--steps 20] [--problems 60]
// The same steps on the same samples, each in a process of its own, captured as one graph with parameters updated in place, and op by op, as tfjs-node runs.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { buildDataset, sampleProblems } from "@mmgeo/diagram";
import { median, runJson } from "./python-environment.mjs";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "3" }, steps: { type: "string", default: "20" }, problems: { type: "string", default: "60" } } });
const program = fileURLToPath(new URL("quick-run.mjs", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "quick-bench-"));
await buildDataset({ problems: sampleProblems({ count: Number(values.problems), seed: 1 }), folder, negatives: 3, size: 112 });
const results = { captured: [], "op by op": [] };
for (let round = 0; round < Number(values.rounds); round += 1) {
  for (const capture of [true, false]) results[capture ? "captured" : "op by op"].push(runJson(process.execPath, [program, JSON.stringify({ folder, capture, steps: Number(values.steps) })]));
}
rmSync(folder, { recursive: true });
const milliseconds = (of) => median(of.map(({ times }) => median(times)));
console.table(Object.fromEntries(Object.entries(results).map(([name, of]) => [name, { "ms a step": milliseconds(of).toFixed(0), "first step ms": median(of.map(({ first }) => first)).toFixed(0), "peak MB": Math.round(median(of.map(({ peak }) => peak)) / 2 ** 20), "last loss": of[0].last.toFixed(4) }])));
console.log(`op by op takes ${(milliseconds(results["op by op"]) / milliseconds(results.captured)).toFixed(2)} times as long`);
