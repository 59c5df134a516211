// One embedding of sentences.mjs, timed: node sentences-run.mjs TEXTS.json MODEL PRECISION OUT
import { readFileSync, writeFileSync } from "node:fs";
import { loadEmbedder } from "@mmgeo/negatives";

const [, , file, model, precision, out] = process.argv;
const texts = JSON.parse(readFileSync(file, "utf8"));
const embedder = await loadEmbedder(model, { precision });
// Once to capture the shapes, as sentence-transformers' first batch warms it up.
await embedder.embed(texts);
const used = process.cpuUsage();
const started = performance.now();
const vectors = await embedder.embed(texts);
const seconds = (performance.now() - started) / 1000;
const { user, system } = process.cpuUsage(used);
writeFileSync(out, Buffer.from(vectors.buffer, vectors.byteOffset, vectors.byteLength));
console.log(JSON.stringify({ seconds, processor: (user + system) / 1e6, peak: process.resourceUsage().maxRSS * 1024 }));
