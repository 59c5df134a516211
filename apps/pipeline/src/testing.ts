import { fileURLToPath } from "node:url";
import type { RunConfig } from "./config.js";
import { presets } from "./presets.js";

/** The built command, as npm links it. */
export const command = fileURLToPath(new URL("../bin/mmgeo.mjs", import.meta.url));

/** The whole way at a size that takes seconds: every stage does its real work on a few problems. */
export const tiny: RunConfig = {
  ...presets.quick,
  problems: { folder: null, count: 24 },
  diagrams: { ...presets.quick.diagrams, negatives: 2 },
  captions: { rule: 2, retrieval: 2 },
  heldOut: 0.5,
  encoder: { from: null, size: {}, steps: 4, processes: 1, seed: null, recipe: {} },
  languageModel: { from: null, textSteps: 2, projectorSteps: 2, steps: 2, recipe: {} },
  evaluation: { negatives: 2, questions: 3 },
};
