import { join } from "node:path";
import { encoderRecipe, encoderSize } from "../recipes.js";
import type { Stage } from "../stage.js";
import { checkpointDigest } from "../store/checkpoint-digest.js";
import { trainTogether } from "../training/together.js";
import { trainingFolder } from "./dataset.js";
import { trainEncoderStage } from "./encoder-training.js";

/** Trains the encoder on pictures, captions and their constructed negatives: from scratch, or on from a checkpoint. */
export const encoderStage: Stage = {
  name: "encoder",
  title: "Train the encoder (MMCLIP)",
  inputs: ["dataset"],
  packages: ["@mmgeo/mmclip", "@mmgeo/engine", "@mmgeo/dataset"],
  parameters: (config) => {
    const { from, steps, seed, processes } = config.encoder;
    return { from, checkpoint: checkpointDigest(from), size: from === null ? encoderSize(config) : null, recipe: encoderRecipe(config), steps, processes, seed: seed ?? config.seed };
  },
  async run({ folder, inputs, config, progress }) {
    const request = { config, training: join(inputs["dataset"]!, trainingFolder), folder };
    const { processes, steps } = config.encoder;
    if (processes > 1 && steps > 0) await trainTogether({ request, processes, progress });
    else await trainEncoderStage({ ...request, progress });
  },
};
