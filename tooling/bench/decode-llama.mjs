// One measurement of decode.mjs with llama.cpp: node decode-llama.mjs LIBRARY FILE.gguf TOKENS, where LIBRARY has node-llama-cpp installed.
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [library, file, tokens] = process.argv.slice(2);
const require = createRequire(join(library, "package.json"));
const { getLlama, LlamaLogLevel } = await import(pathToFileURL(require.resolve("node-llama-cpp")).href);
const llama = await getLlama({ gpu: false, build: "never", logLevel: LlamaLogLevel.error, maxThreads: 2 });
const model = await llama.loadModel({ modelPath: file });
const promptOf = (length, seed) => Array.from({ length }, (_, at) => 1000 + ((at * 7919 + seed * 104_729) % 40_000));

/** Seconds until each of `rows` answers has so many tokens. */
async function seconds(rows, length, count) {
  const context = await model.createContext({ contextSize: 1024, sequences: rows, threads: 2, batchSize: 512 });
  const sequences = Array.from({ length: rows }, () => context.getSequence());
  const started = performance.now();
  await Promise.all(
    sequences.map(async (sequence, row) => {
      const tokens = sequence.evaluate(promptOf(length, row), { temperature: 0, yieldEogToken: true });
      for (let made = 0; made < count; made += 1) await tokens.next();
      await tokens.return();
    }),
  );
  const taken = (performance.now() - started) / 1000;
  await context.dispose();
  return taken;
}

const count = Number(tokens);
const result = {};
await seconds(1, 512, 1);
result.prefill = 512 / Math.min(await seconds(1, 512, 1), await seconds(1, 512, 1));
for (const [name, rows] of [["one", 1], ["eight", 8]]) result[name] = (rows * count) / ((await seconds(rows, 32, 1 + count)) - (await seconds(rows, 32, 1)));
console.log(JSON.stringify(result));
process.exit(0);
