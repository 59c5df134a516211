// One training step of the engine, timed: node step.mjs '{"layers":6,"width":384,"heads":6,"tokens":196,"batch":8,"precision":"float32","steps":12}'
import { measureProductRate, train, useNativeBackend } from "@mmgeo/engine";
import { createParameters, lossOf } from "./transformer.mjs";

const { layers, width, heads, tokens, batch, precision, steps } = JSON.parse(process.argv[2]);
await useNativeBackend();
const rate = await measureProductRate({ precision });
const data = new Float32Array(batch * tokens * width);
for (let index = 0; index < data.length; index += 1) data[index] = Math.sin(index * 0.37) + Math.cos(index * 0.11);
const times = [];
// Processor time does not change when other programs run beside this one; wall time does.
const processorTimes = [];
let operations = 0;
let started = performance.now();
const first = started;
let usage = process.cpuUsage();
const { losses, javascriptMilliseconds } = await train({
  parameters: createParameters({ layers, width }),
  loss: (parameters, { x }) => lossOf({ parameters, x, layers, heads }),
  examples: batch,
  batchSize: batch,
  batch: () => ({ x: { shape: [batch, tokens, width], data } }),
  steps,
  seed: 1,
  learningRate: 1e-4,
  precision,
  onProgress: ({ step, operationsPerSecond, examplesPerSecond }) => {
    const now = performance.now();
    times.push(now - started);
    started = now;
    const { user, system } = process.cpuUsage(usage);
    processorTimes.push((user + system) / 1000);
    usage = process.cpuUsage();
    if (step === steps) operations = (operationsPerSecond / examplesPerSecond) * batch;
  },
});
const peak = process.resourceUsage().maxRSS * 1024;
console.log(JSON.stringify({ first: times[0], times: times.slice(1), processorTimes: processorTimes.slice(1), losses: losses.slice(0, 5), last: losses.at(-1), peak, rate, operations, javascript: javascriptMilliseconds, total: performance.now() - first }));
