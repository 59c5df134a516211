// The engine's training step beside PyTorch's, interleaved in one run:
//   node bench.mjs [--rounds 3] [--steps 8] [--only small|six|twelve|long] [--compile] [--device cpu|cuda]
// PyTorch lives in a Python environment of the bench's own, made on the first run in the per-user cache (BENCH_PYTHON names another interpreter).
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { useNativeBackend } from "@mmgeo/engine";
import { median, pythonWith, run } from "./python-environment.mjs";

const works = {
  small: { layers: 5, width: 160, heads: 5, tokens: 64, batch: 48 },
  six: { layers: 6, width: 384, heads: 6, tokens: 196, batch: 8 },
  twelve: { layers: 12, width: 384, heads: 6, tokens: 196, batch: 44 },
  long: { layers: 2, width: 128, heads: 4, tokens: 2048, batch: 2 },
};
const { values } = parseArgs({ options: { rounds: { type: "string", default: "3" }, steps: { type: "string", default: "8" }, only: { type: "string" }, compile: { type: "boolean", default: false }, device: { type: "string", default: "cpu" } } });
const rounds = Number(values.rounds);
const steps = Number(values.steps);
const here = fileURLToPath(new URL(".", import.meta.url));

const info = await useNativeBackend();
const python = pythonWith({ name: "bench-venv", packages: ["torch==2.15.0", "numpy"], module: "torch" });
const precisions = info.bfloat16 ? ["float32", "bfloat16"] : ["float32"];
if (!info.bfloat16) process.stderr.write("bench: this processor does not multiply bfloat16; float32 alone is compared\n");
const sides = {
  engine: (options) => run(process.execPath, [join(here, "step.mjs"), JSON.stringify(options)]),
  torch: (options) => run(python, [join(here, "step.py"), JSON.stringify(options)]),
  ...(values.compile ? { compiled: (options) => run(python, [join(here, "step.py"), JSON.stringify({ ...options, compile: true })]) } : {}),
};
const rows = [];
for (const [name, work] of Object.entries(works)) {
  if (values.only !== undefined && values.only !== name) continue;
  for (const precision of precisions) {
    const results = Object.fromEntries(Object.keys(sides).map((side) => [side, []]));
    for (let round = 0; round < rounds; round += 1) {
      for (const [side, step] of Object.entries(sides)) results[side].push(JSON.parse(step({ ...work, precision, steps, device: values.device })));
    }
    const of = (side, field) => median(results[side].flatMap((result) => result[field]));
    const ratio = (side, field) => (of("engine", field) / of(side, field)).toFixed(2);
    const peak = (side) => Math.max(...results[side].map((result) => result.peak));
    const time = of("engine", "times");
    rows.push({
      work: `${name}, ${precision}`,
      "engine ms": Math.round(time),
      "PyTorch ms": Math.round(of("torch", "times")),
      ratio: ratio("torch", "times"),
      ...(values.compile ? { "torch.compile ms": Math.round(of("compiled", "times")), "ratio to it": ratio("compiled", "times") } : {}),
      "processor ratio": ratio("torch", "processorTimes"),
      // Of the rate of large products, measured just before the steps of each round: the best of them.
      "share of products": `${Math.round((100 * of("engine", "operations")) / (time / 1000) / Math.max(...results.engine.map((result) => result.rate)))} %`,
      "peak MB": `${Math.round(peak("engine") / 1e6)} / ${Math.round(peak("torch") / 1e6)}`,
      "JavaScript ms": of("engine", "javascript").toFixed(2),
      "first step ms": Math.round(of("engine", "first")),
    });
  }
}
console.table(rows);
