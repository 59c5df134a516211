import type { RunConfig } from "./config.js";

export const presets = {
  quick: {
    preset: "quick",
    seed: 1,
    problems: { folder: null, count: 2200 },
    diagrams: { negatives: 3, size: 112 },
    captions: { rule: 5, retrieval: 5 },
    heldOut: 0.18,
    encoder: { steps: 760, seed: null, recipe: {} },
    languageModel: { textSteps: 120, projectorSteps: 20, steps: 50 },
    evaluation: { negatives: 3, questions: 100 },
  },
  // The same models on more problems, for longer: some hours on two cores.
  small: {
    preset: "small",
    seed: 1,
    problems: { folder: null, count: 6000 },
    diagrams: { negatives: 10, size: 112 },
    captions: { rule: 10, retrieval: 10 },
    heldOut: 0.1,
    encoder: { steps: 20_000, seed: null, recipe: {} },
    languageModel: { textSteps: 4000, projectorSteps: 500, steps: 4000 },
    evaluation: { negatives: 10, questions: 500 },
  },
} satisfies Record<string, RunConfig>;

/** The names of the presets, in order of size. */
export const presetNames = Object.keys(presets) as (keyof typeof presets)[];
