// Compares the engine's training step with PyTorch's, interleaved in one run: node bench.mjs [--rounds 3] [--steps 8] [--only small|six|twelve]
// PyTorch lives in a Python environment of the bench's own, made on the first run in the per-user cache.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { cacheFolder, useNativeBackend } from "@mmgeo/engine";

const works = {
  small: { layers: 5, width: 160, heads: 5, tokens: 64, batch: 48 },
  six: { layers: 6, width: 384, heads: 6, tokens: 196, batch: 8 },
  twelve: { layers: 12, width: 384, heads: 6, tokens: 196, batch: 44 },
};
const { values } = parseArgs({ options: { rounds: { type: "string", default: "3" }, steps: { type: "string", default: "8" }, only: { type: "string" } } });
const rounds = Number(values.rounds);
const steps = Number(values.steps);
const here = fileURLToPath(new URL(".", import.meta.url));

function run(command, parameters, options = {}) {
  const { status, stdout, stderr } = spawnSync(command, parameters, { encoding: "utf8", maxBuffer: 1 << 26, ...options });
  if (status !== 0) throw new Error(`${command} ${parameters.join(" ")} ended with ${status}:\n${stderr}`);
  return stdout;
}

function pythonWithTorch() {
  const folder = join(cacheFolder(), "bench-venv");
  const python = join(folder, "bin", "python");
  const ready = existsSync(python) && spawnSync(python, ["-c", "import torch"]).status === 0;
  if (!ready) {
    process.stderr.write("bench: making a Python environment with PyTorch\n");
    run("python3", ["-m", "venv", folder]);
    run(python, ["-m", "pip", "install", "--quiet", "torch==2.15.0", "numpy"]);
  }
  return python;
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];

const info = await useNativeBackend();
const python = process.env.BENCH_PYTHON ?? pythonWithTorch();
const precisions = info.bfloat16 ? ["float32", "bfloat16"] : ["float32"];
if (!info.bfloat16) process.stderr.write("bench: this processor does not multiply bfloat16; float32 alone is compared\n");
const rows = [];
for (const [name, work] of Object.entries(works)) {
  if (values.only !== undefined && values.only !== name) continue;
  for (const precision of precisions) {
    const results = { engine: [], torch: [] };
    for (let round = 0; round < rounds; round += 1) {
      const options = JSON.stringify({ ...work, precision, steps });
      results.engine.push(JSON.parse(run(process.execPath, [join(here, "step.mjs"), options])));
      results.torch.push(JSON.parse(run(python, [join(here, "step.py"), options])));
    }
    const summary = (side, field) => median(results[side].flatMap((result) => result[field]));
    const peak = (side) => Math.max(...results[side].map((result) => result.peak));
    rows.push({
      work: `${name}, ${precision}`,
      "engine ms": Math.round(summary("engine", "times")),
      "PyTorch ms": Math.round(summary("torch", "times")),
      ratio: (summary("engine", "times") / summary("torch", "times")).toFixed(2),
      "processor ms": `${Math.round(summary("engine", "processorTimes"))} / ${Math.round(summary("torch", "processorTimes"))}`,
      "processor ratio": (summary("engine", "processorTimes") / summary("torch", "processorTimes")).toFixed(2),
      "peak MB": `${Math.round(peak("engine") / 1e6)} / ${Math.round(peak("torch") / 1e6)}`,
      "first step ms": Math.round(median(results.engine.map((result) => result.first))),
    });
  }
}
console.table(rows);
