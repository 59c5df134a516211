// A training step of SmolLM2-135M on 4 samples of 256 tokens, everything or low-rank adapters (rank 16 on all seven projections), AdamW, by @mmgeo/mmgeolm
// (its build) and by PyTorch with transformers, in turn: node stage-three.mjs [--rounds 3] [--steps 3] [--only full|lora] [--precisions float32,bfloat16]
// Prints median milliseconds a step, ratio and peak memory. BENCH_PYTHON names an interpreter with transformers.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { cacheFolder, pullModel } from "@mmgeo/engine";
import { disposeModel, loadModel, saveModel } from "@mmgeo/mmgeolm";
import { median, pythonWith, runJson } from "./python-environment.mjs";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "3" }, steps: { type: "string", default: "3" }, only: { type: "string" }, precisions: { type: "string", default: "float32,bfloat16" } } });
const here = fileURLToPath(new URL(".", import.meta.url));
const folder = join(cacheFolder(), "bench-smollm2");
if (!existsSync(join(folder, "model.safetensors"))) {
  const model = await loadModel(await pullModel({ model: "smollm2" }));
  await saveModel(model, folder);
  disposeModel(model);
}
const python = pythonWith({ name: "bench-venv", packages: ["torch==2.15.0", "numpy", "transformers==5.24.0"], module: "transformers" });

for (const kind of values.only === undefined ? ["full", "lora"] : [values.only]) {
  for (const precision of values.precisions.split(",")) {
    const results = { ours: [], theirs: [] };
    for (let round = 0; round < Number(values.rounds); round += 1) {
      results.ours.push(runJson(process.execPath, [join(here, "stage-three-run.mjs"), folder, kind, precision, values.steps]));
      results.theirs.push(runJson(python, [join(here, "stage_three_run.py"), folder, kind, precision, values.steps]));
    }
    const [ours, theirs] = ["ours", "theirs"].map((name) => ({ milliseconds: median(results[name].map((result) => result.milliseconds)), processor: median(results[name].map((result) => result.processor)), memory: Math.max(...results[name].map((result) => result.memory)) }));
    const show = ({ milliseconds, processor, memory }) => `${milliseconds.toFixed(0)} ms (processor ${processor.toFixed(0)}), ${(memory / 1e9).toFixed(2)} GB`;
    console.log(`${kind} ${precision}: @mmgeo/mmgeolm ${show(ours)}; PyTorch ${show(theirs)}; ratio ${(ours.milliseconds / theirs.milliseconds).toFixed(2)}`);
  }
}
