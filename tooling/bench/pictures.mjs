// Decoding and preparing FormalGeo's pictures for SigLIP beside transformers' SiglipImageProcessor, on one thread each, in turn:
//   node pictures.mjs [FOLDER] [--rounds 3] [--count 1000]
// The folder of PNG files is formalgeo7k/diagrams of the data that MMGEO_DATA names, unless given.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { cacheFolder } from "@mmgeo/engine";
import { parseImageProcessor, preprocessImage, readPicture } from "@mmgeo/mmclip";
import { median } from "./python-environment.mjs";

const { values, positionals } = parseArgs({ allowPositionals: true, options: { rounds: { type: "string", default: "3" }, count: { type: "string", default: "1000" } } });
const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = positionals[0] ?? join(process.env.MMGEO_DATA ?? join(root, "..", "shared", "data"), "formalgeo7k", "diagrams");
const python = process.env.BENCH_PYTHON ?? join(cacheFolder(), "parity-venv", "bin", "python");
// Every so manieth: the data set's two sources do not lie mixed.
const all = readdirSync(folder).filter((name) => name.endsWith(".png")).sort();
const step = Math.max(1, Math.floor(all.length / Number(values.count)));
const files = all.filter((_, index) => index % step === 0).slice(0, Number(values.count)).map((name) => join(folder, name));

const script = `
import json, sys, time, torch
from PIL import Image
from transformers import SiglipImageProcessor
torch.set_num_threads(1)
processor = SiglipImageProcessor()
files = json.load(sys.stdin)
processor(Image.open(files[0]), return_tensors="pt")
started, processor_started = time.perf_counter(), time.process_time()
for file in files:
    processor(Image.open(file), return_tensors="pt")
print(json.dumps([len(files) / (time.perf_counter() - started), len(files) / (time.process_time() - processor_started)]))
`;

async function ours() {
  const processor = parseImageProcessor({ image_processor_type: "SiglipImageProcessor" });
  const pixels = new Float32Array(3 * 224 * 224);
  const usage = process.cpuUsage();
  const started = performance.now();
  for (const file of files) preprocessImage({ image: await readPicture(file), processor, target: pixels });
  const { user, system } = process.cpuUsage(usage);
  return [(1000 * files.length) / (performance.now() - started), (1e6 * files.length) / (user + system)];
}

function theirs() {
  const { status, stdout, stderr } = spawnSync(python, ["-c", script], { input: JSON.stringify(files), encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

const rates = { ours: [], transformers: [] };
// The first pass compiles.
await ours();
for (let round = 0; round < Number(values.rounds); round += 1) {
  rates.ours.push(await ours());
  rates.transformers.push(theirs());
}
console.table(Object.entries(rates).map(([side, results]) => ({ side, pictures: files.length, "a second": Math.round(median(results.map(([wall]) => wall))), "a second of processor time": Math.round(median(results.map(([, processor]) => processor))) })));
