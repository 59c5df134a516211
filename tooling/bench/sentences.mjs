// MiniLM's vectors of FormalGeo7k's captions against sentence-transformers, in turn: node sentences.mjs [--rounds 3] [--captions 2000] [--embedder DIR] [--precision float32|bfloat16]
// Prints captions a second of both and their ratio, and how far the vectors are apart. BENCH_PYTHON names an interpreter with sentence-transformers.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { readFormalGeo } from "@mmgeo/diagram";
import { cacheFolder } from "@mmgeo/engine";
import { pythonWith, runJson } from "./python-environment.mjs";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "3" }, captions: { type: "string", default: "2000" }, embedder: { type: "string", default: join(cacheFolder(), "models", "minilm") }, precision: { type: "string", default: "float32" } } });
const here = fileURLToPath(new URL(".", import.meta.url));
const data = process.env.MMGEO_DATA ?? join(here, "../../../shared/data");

const captions = [];
for await (const { question } of readFormalGeo(join(data, "formalgeo7k"))) if (question !== null) captions.push(question.text);
const step = Math.max(1, Math.floor(captions.length / Number(values.captions)));
const texts = captions.filter((_, index) => index % step === 0).slice(0, Number(values.captions));
const folder = mkdtempSync(join(tmpdir(), "mmgeo-sentences-"));
try {
  const file = join(folder, "texts.json");
  writeFileSync(file, JSON.stringify(texts));
  const python = pythonWith({ name: "bench-venv", packages: ["torch==2.15.0", "numpy", "sentence-transformers==6.2.0"], module: "sentence_transformers" });
  const results = { ours: [], theirs: [] };
  for (let round = 0; round < Number(values.rounds); round += 1) {
    results.ours.push(runJson(process.execPath, [join(here, "sentences-run.mjs"), file, values.embedder, values.precision, join(folder, "ours.bin")]));
    results.theirs.push(runJson(python, [join(here, "sentences.py"), file, values.embedder, values.precision, join(folder, "theirs.bin")]));
  }
  const [ours, theirs] = ["ours", "theirs"].map((name) => new Float32Array(readFileSync(join(folder, `${name}.bin`)).buffer.slice(0)));
  const apart = ours.reduce((most, value, index) => Math.max(most, Math.abs(value - theirs[index])), 0);
  const median = (name, field) => results[name].map((result) => result[field]).toSorted((a, b) => a - b)[results[name].length >> 1];
  const rate = (name, field) => texts.length / median(name, field);
  const figures = {
    captions: texts.length, precision: values.precision, perSecond: rate("ours", "seconds"), theirsPerSecond: rate("theirs", "seconds"),
    ratio: rate("ours", "seconds") / rate("theirs", "seconds"), processorRatio: rate("ours", "processor") / rate("theirs", "processor"), furthestApart: apart, peakGigabytes: Math.max(...results.ours.map(({ peak }) => peak)) / 1e9,
  };
  console.log(`${texts.length} captions, ${values.precision}: ${figures.perSecond.toFixed(1)} a second, sentence-transformers ${figures.theirsPerSecond.toFixed(1)}, ratio ${figures.ratio.toFixed(2)} (by processor time ${figures.processorRatio.toFixed(2)}); vectors at most ${apart.toExponential(1)} apart`);
  console.log(JSON.stringify(figures));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
