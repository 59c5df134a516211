// A training step of SigLIP with constructed negatives beside transformers' SiglipModel, interleaved in one run:
//   node siglip.mjs [--rounds 3] [--steps 4] [--only tiny|small|large] [--form text|image]
// Four samples; in text form each a picture and eleven captions, in image form a caption and eleven pictures.
// Python with transformers is that of tooling/parity (setup.sh makes it; BENCH_PYTHON names another interpreter).
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { cacheFolder, useNativeBackend } from "@mmgeo/engine";
import { median, runJson } from "./python-environment.mjs";

const works = {
  tiny: { width: 64, layers: 2, heads: 2, side: 64, vocabulary: 1000 },
  small: { width: 192, layers: 6, heads: 3, side: 112, vocabulary: 32_000 },
  large: { width: 384, layers: 12, heads: 6, side: 224, vocabulary: 32_000 },
};
const { values } = parseArgs({ options: { rounds: { type: "string", default: "3" }, steps: { type: "string", default: "4" }, only: { type: "string" }, form: { type: "string" } } });
const here = fileURLToPath(new URL(".", import.meta.url));
const python = process.env.BENCH_PYTHON ?? join(cacheFolder(), "parity-venv", "bin", "python");

const { bfloat16 } = await useNativeBackend();
if (!bfloat16) process.stderr.write("siglip: this processor does not multiply bfloat16; float32 alone is compared\n");
const rows = [];
for (const [name, work] of Object.entries(works)) {
  if (values.only === undefined ? name === "tiny" : values.only !== name) continue;
  for (const form of ["text", "image"]) {
    if (values.form !== undefined && values.form !== form) continue;
    for (const precision of bfloat16 ? ["float32", "bfloat16"] : ["float32"]) {
      const options = JSON.stringify({ ...work, form, precision, steps: Number(values.steps), patch: 16, tokens: 64, samples: 4, candidates: 11 });
      const results = { ours: [], transformers: [] };
      for (let round = 0; round < Number(values.rounds); round += 1) {
        results.ours.push(runJson(process.execPath, [join(here, "siglip-run.mjs"), options]));
        results.transformers.push(runJson(python, [join(here, "siglip_run.py"), options]));
      }
      const middle = (side, field) => median(results[side].flatMap((result) => result[field]));
      const peak = (side) => Math.round(Math.max(...results[side].map((result) => result.peak)) / 1e6);
      rows.push({
        work: `${name}, ${form} form, ${precision}`,
        "ours ms": Math.round(middle("ours", "times")),
        "transformers ms": Math.round(middle("transformers", "times")),
        ratio: (middle("ours", "times") / middle("transformers", "times")).toFixed(2),
        "processor ratio": (middle("ours", "processorTimes") / middle("transformers", "processorTimes")).toFixed(2),
        "peak MB": `${peak("ours")} / ${peak("transformers")}`,
      });
    }
  }
}
console.table(rows);
