import { rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomic } from "@mmgeo/dataset";
import { useNativeBackend } from "@mmgeo/engine";
import { captionsOf, createQuickModel, disposeModel, quickRecipe, samplesOf, saveModel, trainEncoder } from "@mmgeo/mmclip";
import type { RunConfig } from "../config.js";
import type { Stage } from "../stage.js";
import { trainingFolder } from "./dataset.js";
import { lossesOf, recordsOf, trainingProgress } from "./training.js";

export const modelFolder = "model";
export const lossesFile = "losses.json";

/** Trains the encoder from scratch on pictures, captions and their constructed negatives. */
export const encoderStage: Stage = {
  name: "encoder",
  title: "Train the encoder (MMCLIP)",
  inputs: ["dataset"],
  packages: ["@mmgeo/mmclip", "@mmgeo/engine", "@mmgeo/dataset"],
  parameters: ({ encoder, seed }: RunConfig) => ({ ...encoder, seed }),
  async run({ folder, inputs, config, progress }) {
    await useNativeBackend();
    const training = join(inputs["dataset"]!, trainingFolder);
    const { samples } = samplesOf({ records: await recordsOf(training), folder: training });
    const run = join(folder, "training");
    const { model } = await trainEncoder({
      model: createQuickModel({ captions: captionsOf(samples), seed: config.seed }),
      samples,
      // A run on a handful of problems has fewer samples than a batch.
      recipe: { ...quickRecipe, batchSize: Math.min(quickRecipe.batchSize ?? samples.length, samples.length), steps: config.encoder.steps },
      seed: config.seed,
      folder: run,
      saveEvery: 50,
      onProgress: (step) => progress(trainingProgress(step)),
    });
    await rm(join(folder, modelFolder), { recursive: true, force: true });
    const partial = join(folder, `${modelFolder}.partial`);
    await saveModel({ model, folder: partial });
    disposeModel(model);
    await writeFileAtomic(join(folder, lossesFile), `${JSON.stringify(await lossesOf(run))}\n`);
    await rename(partial, join(folder, modelFolder));
    await rm(run, { recursive: true });
  },
};
