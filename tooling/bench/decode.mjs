// SmolLM2-135M, greedy: prefill of 512 tokens, and tokens a second of one answer and of eight side by side, by @mmgeo/mmgeolm (its build), Python's
// transformers and llama.cpp (node-llama-cpp, on the GGUF file itself), in turn: node decode.mjs [--rounds 3] [--tokens 64] [--weights float32,bfloat16,int8]
// [--peers float32,bfloat16,llama]. Each engine runs in a process of its own with two threads. BENCH_PYTHON names an interpreter with transformers.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { cacheFolder, pullModel } from "@mmgeo/engine";
import { disposeModel, loadModel, saveModel } from "@mmgeo/mmgeolm";
import { median, pythonWith, run, runJson } from "./python-environment.mjs";

const { values } = parseArgs({
  options: { rounds: { type: "string", default: "3" }, tokens: { type: "string", default: "64" }, weights: { type: "string", default: "float32,bfloat16,int8" }, peers: { type: "string", default: "float32,bfloat16,llama" } },
});
const here = fileURLToPath(new URL(".", import.meta.url));
const gguf = join(await pullModel({ model: "smollm2" }), "SmolLM2-135M-Instruct.Q4_1.gguf");
const folder = join(cacheFolder(), "bench-smollm2");
if (!existsSync(join(folder, "model.safetensors"))) {
  const model = await loadModel(gguf);
  await saveModel(model, folder);
  disposeModel(model);
}
const peers = values.peers.split(",").filter((name) => name !== "");
const python = peers.some((name) => name !== "llama") ? pythonWith({ name: "bench-venv", packages: ["torch==2.15.0", "numpy", "transformers==5.24.0"], module: "transformers" }) : null;
const llama = join(cacheFolder(), "bench-llama");
if (peers.includes("llama") && !existsSync(join(llama, "node_modules", "node-llama-cpp"))) run("npm", ["install", "--prefix", llama, "--ignore-scripts", "--no-fund", "--no-audit", "node-llama-cpp@3.21.1"]);

const engines = [
  ...values.weights.split(",").map((weights) => ({ name: `@mmgeo/mmgeolm ${weights}`, ours: true, measure: () => runJson(process.execPath, [join(here, "decode-run.mjs"), folder, weights, values.tokens]) })),
  ...peers.map((peer) =>
    peer === "llama"
      ? { name: "llama.cpp Q4_1", mark: true, measure: () => runJson(process.execPath, [join(here, "decode-llama.mjs"), llama, gguf, values.tokens]) }
      : { name: `transformers ${peer}`, measure: () => runJson(python, [join(here, "decode_run.py"), folder, peer, values.tokens]) },
  ),
];
const results = new Map(engines.map(({ name }) => [name, []]));
for (let round = 0; round < Number(values.rounds); round += 1) {
  for (const { name, measure } of engines) {
    results.get(name).push(measure());
    process.stderr.write(`round ${round + 1}, ${name}: ${JSON.stringify(results.get(name).at(-1))}\n`);
  }
}

const cases = [["prefill", "prefill of 512"], ["one", "decode, 1 row"], ["eight", "decode, 8 rows"]];
const rate = (name, key) => median(results.get(name).map((result) => result[key]));
console.log(`tokens a second, medians of ${values.rounds} rounds\n${"".padEnd(30)}${cases.map(([, title]) => title.padStart(16)).join("")}`);
for (const { name } of engines) console.log(name.padEnd(30) + cases.map(([key]) => rate(name, key).toFixed(1).padStart(16)).join(""));
const best = (list, key) => Math.max(...list.map(({ name }) => rate(name, key)));
const theirs = engines.filter(({ ours, mark }) => !ours && !mark);
if (theirs.length > 0) console.log("best of ours / best of transformers".padEnd(36) + cases.map(([key]) => (best(engines.filter(({ ours }) => ours), key) / best(theirs, key)).toFixed(2).padStart(14)).join(""));
