import type { RunConfig } from "./config.js";

export const presets = {
  quick: {
    preset: "quick",
    seed: 1,
    problems: { folder: null, count: 2200 },
    diagrams: { negatives: 3, size: 112, style: "plain", marks: "stated", edits: "code" },
    captions: { rule: 5, retrieval: 5 },
    heldOut: 0.18,
    encoder: { from: null, size: {}, steps: 760, processes: 1, seed: null, recipe: {} },
    languageModel: { from: null, textSteps: 120, projectorSteps: 20, steps: 50, recipe: {} },
    evaluation: { negatives: 3, questions: 100 },
  },
  // The same models on more problems, for longer: some hours on two cores.
  small: {
    preset: "small",
    seed: 1,
    problems: { folder: null, count: 6000 },
    diagrams: { negatives: 10, size: 112, style: "plain", marks: "stated", edits: "code" },
    captions: { rule: 10, retrieval: 10 },
    heldOut: 0.1,
    encoder: { from: null, size: {}, steps: 20_000, processes: 1, seed: null, recipe: {} },
    languageModel: { from: null, textSteps: 4000, projectorSteps: 500, steps: 4000, recipe: {} },
    evaluation: { negatives: 10, questions: 500 },
  },
  // The paper's models and numbers (sections 2 to 4), with problems of the sampler for its captions. `mmgeo run --preset paper --dry-run` says what it takes.
  paper: {
    preset: "paper",
    seed: 1,
    problems: { folder: null, count: 100_000 },
    diagrams: { negatives: 10, size: 384, style: "plain", marks: "stated", edits: "code" },
    captions: { rule: 10, retrieval: 30 },
    heldOut: 0.05,
    // 4,021 pictures and 100,000 captions each of both kinds, once, in batches of 5 on each of 4 GPUs; ten pictures at a time, so that they fit.
    encoder: { from: "models/siglip-so400m-patch14-384", size: {}, steps: 10_201, processes: 4, seed: null, recipe: { batchSize: 20, chunk: 10 } },
    languageModel: {
      from: "models/Qwen2.5-7B-Instruct",
      textSteps: 0,
      // 67,000 captions three times, in batches of 24 on 4 GPUs.
      projectorSteps: 2093,
      // 434,000 conversations three times, in batches of 2 on 4 GPUs.
      steps: 162_750,
      recipe: {
        projector: { batchSize: 2, accumulate: 12, learningRate: 1e-3, maxTokens: 2048 },
        // Every weight, as there; but where the paper divides the optimizer's state among the GPUs (ZeRO-2), each holds all of it here: an H200's memory, by the estimate.
        everything: { batchSize: 2, learningRate: 2e-5, maxTokens: 2048, recompute: true },
      },
    },
    evaluation: { negatives: 10, questions: 700 },
  },
} satisfies Record<string, RunConfig>;

/** The names of the presets, in order of size. */
export const presetNames = Object.keys(presets) as (keyof typeof presets)[];
