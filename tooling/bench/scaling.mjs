// How data-parallel training scales, by a model whose constants stand below: node scaling.mjs [--json]. Nothing here is measured; docs/studies/scaling.md says what it means.

/** One NVIDIA H100 SXM in a node of eight, each with a 400 Gbit/s network card of its own. */
const machine = {
  /** FLOP/s of dense bfloat16 products (data sheet), and the share of it that a step reaches (assumed). */
  peak: 989e12,
  share: 0.4,
  /** Bytes a second that a GPU sends in a ring within the node (NVLink 4, one direction) and between nodes (its network card), and the share reached (assumed). */
  withinNode: 450e9,
  betweenNodes: 50e9,
  bandwidthShare: 0.8,
  /** Seconds a message takes whatever its length (assumed). */
  latencyWithin: 5e-6,
  latencyBetween: 15e-6,
  gpusPerNode: 8,
  bytes: 80e9,
};

/** Work of one GPU a step. Gradients travel as float32 in buckets of 26 MB while the backward pass, two thirds of the step, goes on; the last bucket has nothing left to hide behind. */
const models = [
  { name: "0.4B encoder, 65,536 tokens a GPU", parameters: 0.4e9, tokens: 65_536 },
  { name: "7B language model, all parameters, 16,384 tokens a GPU", parameters: 7e9, tokens: 16_384 },
  { name: "7B language model, 40M adapters, 16,384 tokens a GPU", parameters: 7e9, trained: 40e6, tokens: 16_384 },
];
const bucketBytes = 26e6;
/** Weights, gradients and two moments in float32. */
const bytesPerParameter = 16;

/** A ring within each node, then between nodes in parallel over all cards, as NCCL does it: two passes over (n - 1) / n of the bytes each. */
function reductionSeconds(bytes, gpus) {
  const { withinNode, betweenNodes, bandwidthShare, latencyWithin, latencyBetween, gpusPerNode } = machine;
  const inNode = Math.min(gpus, gpusPerNode);
  const nodes = Math.ceil(gpus / gpusPerNode);
  const buckets = Math.ceil(bytes / bucketBytes);
  const ring = (members, size, bandwidth, latency) => (members === 1 ? 0 : 2 * (members - 1) * (size / members / (bandwidth * bandwidthShare) + buckets * latency));
  return ring(inNode, bytes, withinNode, latencyWithin) + ring(nodes, bytes / inNode, betweenNodes, latencyBetween);
}

function simulate({ parameters, trained = parameters, tokens }, gpus) {
  // Forwards 2 operations a parameter and token; backwards 2 for the inputs and 2 for the weights that learn.
  const forward = (2 * parameters * tokens) / (machine.peak * machine.share);
  const backward = (2 * (parameters + trained) * tokens) / (machine.peak * machine.share);
  const reduction = reductionSeconds(4 * trained, gpus);
  const last = reduction / Math.ceil((4 * trained) / bucketBytes);
  const exposed = Math.max(last, reduction - backward);
  const step = forward + backward + (gpus === 1 ? 0 : exposed);
  return { step, reduction, efficiency: (forward + backward) / step, tokensPerSecond: (gpus * tokens) / step };
}

const rows = models.flatMap((model) =>
  [1, 8, 64, 512].map((gpus) => {
    const { step, reduction, efficiency, tokensPerSecond } = simulate(model, gpus);
    const memory = 2 * model.parameters + bytesPerParameter * (model.trained ?? model.parameters);
    return { model: model.name, GPUs: gpus, "step ms": Math.round(step * 1000), "reduction ms": Math.round(reduction * 1000), efficiency: `${(100 * efficiency).toFixed(1)} %`, "million tokens/s": (tokensPerSecond / 1e6).toPrecision(3), "state GB": Math.round(memory / 1e9), fits: memory < machine.bytes };
  }),
);
if (process.argv.includes("--json")) console.log(JSON.stringify({ machine, rows }));
else console.table(rows);
