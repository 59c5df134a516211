// One measurement of decode.mjs: node decode-run.mjs FOLDER float32|bfloat16|int8 TOKENS. Ends with { prefill, one, eight }, tokens a second.
import { useNativeBackend } from "@mmgeo/engine";
import { generateIds, loadModel, withDecodingWeights } from "@mmgeo/mmgeolm";

const [folder, weights, tokens] = process.argv.slice(2);
await useNativeBackend({ threads: 2 });
const model = await withDecodingWeights(await loadModel(folder), weights);
const promptOf = (length, seed) => Array.from({ length }, (_, at) => 1000 + ((at * 7919 + seed * 104_729) % 40_000));

async function seconds(prompts, maxNewTokens) {
  const started = performance.now();
  await generateIds({ model, prompts, maxNewTokens });
  return (performance.now() - started) / 1000;
}

const count = Number(tokens);
const result = {};
const long = [promptOf(512, 0)];
await seconds(long, 1);
result.prefill = 512 / Math.min(await seconds(long, 1), await seconds(long, 1));
for (const [name, rows] of [["one", 1], ["eight", 8]]) {
  const prompts = Array.from({ length: rows }, (_, row) => promptOf(32, row));
  // The first run captures the graphs. What one token takes is the prompt's part.
  await seconds(prompts, 1 + count);
  const whole = await seconds(prompts, 1 + count);
  // A cache of the same size, so that no other graph is captured.
  const before = performance.now();
  let first = 0;
  await generateIds({ model, prompts, maxNewTokens: 1 + count, onToken: () => (first ||= (performance.now() - before) / 1000), isStopped: () => true });
  result[name] = (rows * count) / (whole - first);
}
console.log(JSON.stringify(result));
