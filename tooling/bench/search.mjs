// Exact top-100 search against FAISS IndexFlatIP, in turn, each in its own process: node search.mjs [--rounds 3] [--rows 100000] [--queries 10000]
// [--corpus drawn|texts|isotropic|FILE.npy] [--embedder DIR] [--approximate]. Prints medians, their ratio, peak memory, and whether both find the same rows.
//
// drawn (default): around the vectors that the sentence encoder of --embedder gives 1,000 of FormalGeo7k's captions, each plus 0.3 times the difference of two others;
// texts: the encoder's vectors of the captions and of rule negatives of them, as many as there are rows (long, the first time: they are kept in the cache);
// isotropic: random directions, which no real vectors are: the worst case for the search's bound. FAISS comes into an environment of the bench's own.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { readFormalGeo } from "@mmgeo/diagram";
import { cacheFolder } from "@mmgeo/engine";
import { approximateSearch, embedTexts, readNpy, ruleNegativesOfText } from "@mmgeo/negatives";
import { pythonWith, run, runJson } from "./python-environment.mjs";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    rows: { type: "string", default: "100000" },
    queries: { type: "string", default: "10000" },
    corpus: { type: "string", default: "drawn" },
    embedder: { type: "string", default: join(cacheFolder(), "models", "minilm") },
    approximate: { type: "boolean", default: false },
  },
});
const [rounds, rows, queries] = [values.rounds, values.rows, values.queries].map(Number);
const here = fileURLToPath(new URL(".", import.meta.url));
const data = process.env.MMGEO_DATA ?? join(here, "../../../shared/data");
const count = 100;
/** Captions that vectors are drawn around. */
const sources = 1000;

/** Deterministic numbers from 0 to 1 (a linear congruential generator: nothing here needs better). */
function numbers(seed) {
  let state = seed;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}

async function captionsOf() {
  const captions = [];
  for await (const { id, question } of readFormalGeo(join(data, "formalgeo7k"))) if (question !== null) captions.push({ id, caption: question.text });
  return captions;
}

async function corpusOf() {
  const random = numbers(1);
  if (values.corpus.endsWith(".npy")) return null;
  if (values.corpus === "isotropic") {
    const normal = () => Math.sqrt(-2 * Math.log(random() + 1e-12)) * Math.cos(2 * Math.PI * random());
    return { width: 384, vectors: Float32Array.from({ length: rows * 384 }, normal) };
  }
  const captions = await captionsOf();
  const texts = captions.map(({ caption }) => caption);
  if (values.corpus === "texts") {
    const perCaption = Math.ceil(rows / captions.length);
    for (const caption of captions) for (const negative of ruleNegativesOfText(caption, { count: perCaption, seed: 1 }).negatives) texts.push(negative.caption);
    if (texts.length < rows) throw new Error(`there are ${texts.length} captions and negatives; give --rows ${texts.length} or fewer`);
    return embedTexts({ embedder: values.embedder, texts: texts.slice(0, rows), onProgress: progress() });
  }
  const step = Math.floor(texts.length / sources);
  const { vectors: known, width } = await embedTexts({ embedder: values.embedder, texts: texts.filter((_, index) => index % step === 0).slice(0, sources), onProgress: progress() });
  const vectors = new Float32Array(rows * width);
  const pick = () => Math.floor(random() * sources) * width;
  for (let row = 0; row < rows; row += 1) {
    const [from, one, other] = [row < sources ? row * width : pick(), pick(), pick()];
    for (let place = 0; place < width; place += 1) vectors[row * width + place] = known[from + place] + (row < sources ? 0 : 0.3 * (known[one + place] - known[other + place]));
  }
  return { vectors, width };
}

function progress() {
  let told = 0;
  return (done, total) => {
    if (done - told < 500) return;
    told = done;
    process.stderr.write(`bench: embedded ${done} of ${total}\n`);
  };
}

function writeNpy(file, vectors, width) {
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${vectors.length / width}, ${width}), }`;
  const header = `${text.padEnd(127 - 10)}\n`;
  const start = Buffer.from("\u0093NUMPY\u0001\u0000\u0000\u0000", "latin1");
  start.writeUInt16LE(header.length, 8);
  writeFileSync(file, Buffer.concat([start, Buffer.from(header, "latin1"), Buffer.from(vectors.buffer, vectors.byteOffset, vectors.byteLength)]));
}

const folder = mkdtempSync(join(tmpdir(), "mmgeo-search-"));
try {
  const corpus = await corpusOf();
  const file = corpus === null ? values.corpus : join(folder, "vectors.npy");
  if (corpus !== null) writeNpy(file, corpus.vectors, corpus.width);
  const python = pythonWith({ name: "bench-faiss", packages: ["faiss-cpu==1.15.1", "numpy"], module: "faiss" });
  const results = { ours: [], faiss: [] };
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, command, script] of [["ours", process.execPath, "search-run.mjs"], ["faiss", python, "search_faiss.py"]]) {
      results[name].push(runJson(command, [join(here, script), file, String(queries), String(count), join(folder, `${name}.bin`)]));
    }
  }
  const found = (name) => new Int32Array(readFileSync(join(folder, `${name}.bin`)).buffer.slice(0));
  const [ours, faiss] = [found("ours"), found("faiss")];
  const { data: vectors, shape: [, width] } = await readNpy(file);
  const cosine = (one, other) => {
    let [dot, first, second] = [0, 0, 0];
    for (let place = 0; place < width; place += 1) {
      const [x, y] = [vectors[one * width + place], vectors[other * width + place]];
      dot += x * y;
      first += x * x;
      second += y * y;
    }
    return dot / Math.sqrt(first * second);
  };
  // Where two rows are equally near to float32's last digit, either may be the hundredth.
  let worse = 0;
  for (let query = 0; query < queries; query += 1) {
    const theirs = faiss.subarray(query * count, (query + 1) * count);
    const set = new Set(theirs);
    const others = ours.subarray(query * count, (query + 1) * count).filter((index) => !set.has(index));
    if (others.length === 0) continue;
    const least = Math.min(...Array.from(theirs, (index) => cosine(query, index)));
    for (const index of others) if (cosine(query, index) < least - 1e-6) worse += 1;
  }
  const median = (name, field) => results[name].map((result) => result[field]).toSorted((a, b) => a - b)[results[name].length >> 1];
  const peak = (name) => Math.max(...results[name].map((result) => result.peak));
  const figures = {
    corpus: values.corpus, rows, queries, rounds,
    seconds: median("ours", "seconds"), faissSeconds: median("faiss", "seconds"), ratio: median("ours", "seconds") / median("faiss", "seconds"),
    processorRatio: median("ours", "processor") / median("faiss", "processor"), buildSeconds: median("ours", "build"),
    peakGigabytes: peak("ours") / 1e9, faissPeakGigabytes: peak("faiss") / 1e9, worseNeighbours: worse,
  };
  console.log(`exact top-${count} of ${rows} (${values.corpus}), ${queries} queries: ${figures.seconds.toFixed(2)} s, FAISS ${figures.faissSeconds.toFixed(2)} s, ratio ${figures.ratio.toFixed(2)} (processor time ${figures.processorRatio.toFixed(2)}); once before: ${figures.buildSeconds.toFixed(1)} s`);
  console.log(`peak memory ${figures.peakGigabytes.toFixed(2)} GB, FAISS ${figures.faissPeakGigabytes.toFixed(2)} GB; ${worse} of ${queries * count} neighbours are farther than FAISS's`);
  if (values.approximate && corpus !== null) {
    const place = join(cacheFolder(), "bench-usearch");
    if (!existsSync(join(place, "node_modules", "usearch"))) run("npm", ["install", "--prefix", place, "--ignore-scripts", "--no-fund", "--no-audit", "usearch@2.26.2"]);
    const loaded = await import(pathToFileURL(join(place, "node_modules", "usearch", "javascript", "dist", "esm", "usearch.js")).href);
    let started = performance.now();
    const { search, recall } = await approximateSearch({ ...corpus, library: loaded.default });
    figures.approximateBuildSeconds = (performance.now() - started) / 1000;
    started = performance.now();
    await search(Array.from({ length: queries }, (_, index) => index), count);
    figures.approximateSeconds = (performance.now() - started) / 1000;
    figures.approximateRecall = recall;
    console.log(`approximate (usearch): ${figures.approximateSeconds.toFixed(2)} s after ${figures.approximateBuildSeconds.toFixed(1)} s, recall ${(100 * recall).toFixed(2)} %`);
  }
  console.log(JSON.stringify(figures));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
