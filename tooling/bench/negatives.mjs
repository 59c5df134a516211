// Measures rule negatives, retrieval by words and the blind check on FormalGeo7k's captions: node negatives.mjs [DIR] [--every 2]
// DIR is FormalGeo7k (default formalgeo7k in MMGEO_DATA, or ../shared/data beside the repository). The last line is one JSON object.
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { readFormalGeo } from "@mmgeo/diagram";
import { balanceNegatives, blindCheck, candidatesPerNegative, retrievalNegatives, ruleNegativesOfText } from "@mmgeo/negatives";
import { measureFalseNegatives } from "./negatives-false.mjs";

const { values, positionals } = parseArgs({ allowPositionals: true, options: { every: { type: "string", default: "2" } } });
const data = process.env.MMGEO_DATA ?? fileURLToPath(new URL("../../../shared/data", import.meta.url));
const directory = resolve(positionals[0] ?? `${data}/formalgeo7k`);
const figures = {};
const print = (name, value, text) => {
  figures[name] = value;
  console.log(text);
};
const percent = (share) => `${(100 * share).toFixed(2)} %`;

const captions = [];
for await (const { id, question } of readFormalGeo(directory)) if (question !== null) captions.push({ id, caption: question.text });
console.log(`${captions.length} captions of ${directory}`);

const make = (count) => captions.map((caption) => ruleNegativesOfText(caption, { count, seed: 1 }).negatives);
// Once to warm up, as a long run is.
make(2);
const processor = process.cpuUsage();
const negatives = make(10);
const made = negatives.reduce((sum, list) => sum + list.length, 0);
// Processor time, so that what else runs on the machine does not count; on a busy core it is longer all the same.
const { user, system } = process.cpuUsage(processor);
const ruleRate = made / ((user + system) / 1e6);
print("ruleNegativesPerSecond", ruleRate, `rule: ${made} negatives, ${Math.round(ruleRate)} a second of one core`);

const measured = await measureFalseNegatives({ directory, every: Number(values.every) });
print("falseNegativeShare", measured.share, `false negatives: ${measured.falseNegatives} of ${measured.negatives} text-only negatives of ${measured.solved} solved problems hold on the drawing: ${percent(measured.share)} (${measured.unread} could not be read)`);

const blind = await blindCheck(captions.map((caption, index) => ({ ...caption, negatives: negatives[index] })));
const showBlind = (name, { all, classes }) => print(name, { all, classes }, `${name}: words ${percent(all.words)}, length ${percent(all.length)}; by class ${Object.entries(classes).map(([editClass, { words }]) => `${editClass} ${percent(words)}`).join(", ")}`);
showBlind("blind", blind);
const balanced = balanceNegatives({ captions: captions.map(({ caption }) => caption), candidates: make(10 * candidatesPerNegative), count: 10, seed: 1 });
showBlind("blindBalanced", await blindCheck(captions.map((caption, index) => ({ ...caption, negatives: balanced[index] }))));

const started = performance.now();
const { report } = await retrievalNegatives({ records: captions, count: 30 });
const seconds = (performance.now() - started) / 1000;
print("lexicalSeconds", seconds, `retrieval by words: ${report.negatives} negatives in ${seconds.toFixed(1)} s`);
console.log(JSON.stringify(figures));
