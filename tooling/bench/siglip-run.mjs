// The step of siglip.mjs with @mmgeo/mmclip: node siglip-run.mjs JSON -> one line of JSON.
import { train, useNativeBackend } from "@mmgeo/engine";
import { createModel, groupLoss } from "@mmgeo/mmclip";

const { width, layers, heads, side, vocabulary, form, precision, steps, patch, tokens, samples, candidates } = JSON.parse(process.argv[2]);
await useNativeBackend();
const tower = { hidden_size: width, intermediate_size: 4 * width, num_hidden_layers: layers, num_attention_heads: heads };
const { config, parameters } = createModel({
  seed: 1,
  config: {
    model_type: "siglip",
    vision_config: { ...tower, image_size: side, patch_size: patch },
    text_config: { ...tower, vocab_size: vocabulary, max_position_embeddings: tokens, projection_size: width },
  },
});
const [images, texts] = form === "text" ? [samples, samples * candidates] : [samples * candidates, samples];
const pixels = Float32Array.from({ length: images * 3 * side * side }, (_, index) => Math.sin(index * 0.37) + Math.cos(index * 0.11));
const ids = Int32Array.from({ length: texts * tokens }, (_, index) => (index * 7919) % vocabulary);
const times = [];
const processorTimes = [];
let usage = process.cpuUsage();
let last = performance.now();
const { losses } = await train({
  parameters,
  loss: (values, inputs) => groupLoss({ parameters: values, config, inputs, form, kind: "softmax", groups: samples }),
  examples: samples,
  batchSize: samples,
  batch: () => ({ pixels: { shape: [images, 3, side, side], data: pixels }, ids: { shape: [texts, tokens], data: ids } }),
  steps,
  seed: 1,
  learningRate: 1e-5,
  maxGradientNorm: 0,
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
console.log(JSON.stringify({ times: times.slice(1), processorTimes: processorTimes.slice(1), peak: process.resourceUsage().maxRSS * 1024, loss: losses.at(-1) }));
