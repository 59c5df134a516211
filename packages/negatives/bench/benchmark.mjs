/**
 * Prints what the package's README claims: `node bench/benchmark.mjs DIR [--embedder DIR]` after a build, where DIR is FormalGeo7k
 * (default `MMGEO_DATA/formalgeo7k`). The last line is one JSON object.
 */
import { resolve } from "node:path";
import { readFormalGeo } from "@mmgeo/diagram";
import { balanceNegatives, blindCheck, loadEmbedder, retrievalNegatives, ruleNegativesOfText, vectorSearch } from "@mmgeo/negatives";
import { measureFalseNegatives } from "./false-negatives.mjs";

const [, , ...given] = process.argv;
const embedderAt = given.indexOf("--embedder");
const embedderFolder = embedderAt < 0 ? null : given[embedderAt + 1];
const directory = resolve(given.find((argument, index) => !argument.startsWith("--") && given[index - 1] !== "--embedder") ?? `${process.env.MMGEO_DATA ?? "../shared/data"}/formalgeo7k`);
const seconds = (started) => (performance.now() - started) / 1000;
const figures = {};
const print = (name, value, text) => {
  figures[name] = value;
  console.log(text);
};
const percent = (share) => `${(100 * share).toFixed(2)} %`;

const captions = [];
for await (const { id, question } of readFormalGeo(directory)) if (question !== null) captions.push({ id, caption: question.text });
console.log(`${captions.length} captions of ${directory}`);

const processor = process.cpuUsage();
const negatives = captions.map((caption) => ruleNegativesOfText(caption, { count: 10, seed: 1 }).negatives);
const made = negatives.reduce((sum, list) => sum + list.length, 0);
// Processor time, so that what else runs on the machine does not count.
const { user, system } = process.cpuUsage(processor);
const ruleRate = made / ((user + system) / 1e6);
print("ruleNegativesPerSecond", ruleRate, `rule: ${made} negatives, ${Math.round(ruleRate)} a second of one core`);

const measured = await measureFalseNegatives({ directory, every: 2 });
print("falseNegativeShare", measured.share, `false negatives: ${measured.falseNegatives} of ${measured.negatives} text-only negatives of ${measured.solved} solved problems hold on the drawing: ${percent(measured.share)} (${measured.unread} could not be read)`);

const blind = await blindCheck(captions.map((caption, index) => ({ ...caption, negatives: negatives[index] })));
const showBlind = (name, { all, classes }) => print(name, { all, classes }, `${name}: words ${percent(all.words)}, length ${percent(all.length)}; by class ${Object.entries(classes).map(([editClass, { words }]) => `${editClass} ${percent(words)}`).join(", ")}`);
showBlind("blind", blind);
const balanced = balanceNegatives({ captions: captions.map(({ caption }) => caption), candidates: captions.map((caption) => ruleNegativesOfText(caption, { count: 30, seed: 1 }).negatives), count: 10, seed: 1 });
showBlind("blindBalanced", await blindCheck(captions.map((caption, index) => ({ ...caption, negatives: balanced[index] }))));

let started = performance.now();
const { report } = await retrievalNegatives({ records: captions, count: 30 });
print("lexicalSeconds", seconds(started), `retrieval by words: ${report.negatives} negatives in ${seconds(started).toFixed(1)} s`);

if (embedderFolder !== null) {
  const embedder = await loadEmbedder(embedderFolder);
  await embedder.embed(captions.slice(0, 64).map(({ caption }) => caption));
  started = performance.now();
  await embedder.embed(captions.map(({ caption }) => caption));
  print("embeddedPerSecond", captions.length / seconds(started), `embedding: ${(captions.length / seconds(started)).toFixed(0)} captions a second`);
}

const [rows, width, queries] = [100_000, 384, 2_000];
let state = 1;
const vectors = Float32Array.from({ length: rows * width }, () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32 - 0.5);
const search = await vectorSearch({ vectors, width });
await search([0, 1, 2], 100);
started = performance.now();
await search(Array.from({ length: queries }, (_, index) => index), 100);
print("exactQueriesPerSecond", queries / seconds(started), `exact top-100 of ${rows} x ${width}: ${(queries / seconds(started)).toFixed(0)} queries a second, ${(process.memoryUsage().rss / 1e9).toFixed(2)} GB resident`);
console.log(JSON.stringify(figures));
