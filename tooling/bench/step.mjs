// One training step of the engine, timed: node step.mjs '{"layers":6,"width":384,"heads":6,"tokens":196,"batch":8,"precision":"float32","steps":12}'
import { train, useNativeBackend } from "@mmgeo/engine";
import { createParameters, lossOf } from "./transformer.mjs";

const { layers, width, heads, tokens, batch, precision, steps } = JSON.parse(process.argv[2]);
await useNativeBackend();
const data = new Float32Array(batch * tokens * width);
for (let index = 0; index < data.length; index += 1) data[index] = Math.sin(index * 0.37) + Math.cos(index * 0.11);
const times = [];
// Processor time does not change when other programs run beside this one; wall time does.
const processorTimes = [];
let usage = process.cpuUsage();
let last = performance.now();
const { losses } = await train({
  parameters: createParameters({ layers, width }),
  loss: (parameters, { x }) => lossOf({ parameters, x, layers, heads }),
  examples: batch,
  batchSize: batch,
  batch: () => ({ x: { shape: [batch, tokens, width], data } }),
  steps,
  seed: 1,
  learningRate: 1e-4,
  precision,
  onProgress: () => {
    const now = performance.now();
    times.push(now - last);
    last = now;
    const { user, system } = process.cpuUsage(usage);
    processorTimes.push((user + system) / 1000);
    usage = process.cpuUsage();
  },
});
const { rss, maxRSS } = { rss: process.memoryUsage().rss, maxRSS: process.resourceUsage().maxRSS * 1024 };
console.log(JSON.stringify({ first: times[0], times: times.slice(1), processorTimes: processorTimes.slice(1), losses: losses.slice(0, 5), last: losses.at(-1), rss, peak: maxRSS }));
