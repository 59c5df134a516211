import { rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomic } from "@mmgeo/dataset";
import { type TrainProgress, useNativeBackend } from "@mmgeo/engine";
import { captionsOf, type ClipModel, createQuickModel, disposeModel, type EncoderRecipe, loadModel, type Sample, samplesOf, saveModel, trainEncoder } from "@mmgeo/mmclip";
import { encoderRecipe } from "../recipes.js";
import type { Stage } from "../stage.js";
import { checkpointDigest } from "../store/checkpoint-digest.js";
import { trainingFolder } from "./dataset.js";
import { keepEvents, keepSpeeds, type Speed, speedOf } from "./training-log.js";
import { lossesOf, recordsOf, trainingProgress } from "./training.js";

export const modelFolder = "model";
export const lossesFile = "losses.json";

/** Steps between checkpoints: what a kill can cost. */
const SAVE_EVERY = 50;

/** Trains the encoder from scratch on pictures, captions and their constructed negatives. */
export const encoderStage: Stage = {
  name: "encoder",
  title: "Train the encoder (MMCLIP)",
  inputs: ["dataset"],
  packages: ["@mmgeo/mmclip", "@mmgeo/engine", "@mmgeo/dataset"],
  parameters: (config) => ({ from: config.encoder.from, checkpoint: checkpointDigest(config.encoder.from), recipe: encoderRecipe(config), steps: config.encoder.steps, seed: config.encoder.seed ?? config.seed }),
  async run({ folder, inputs, config, progress }) {
    await useNativeBackend();
    const training = join(inputs["dataset"]!, trainingFolder);
    const { samples } = samplesOf({ records: await recordsOf(training), folder: training });
    const run = join(folder, "training");
    const seed = config.encoder.seed ?? config.seed;
    const speeds = new Map<string, Speed>();
    const onProgress = (step: TrainProgress): void => {
      speeds.set("encoder", speedOf("encoder", step));
      progress(trainingProgress(step));
    };
    const { from, steps } = config.encoder;
    const untrained = from === null ? createQuickModel({ captions: captionsOf(samples), seed }) : await loadModel(from);
    const model = steps === 0 ? untrained : await train({ model: untrained, samples, recipe: encoderRecipe(config), seed, folder: run, onProgress });
    await rm(join(folder, modelFolder), { recursive: true, force: true });
    const partial = join(folder, `${modelFolder}.partial`);
    await saveModel({ model, folder: partial });
    disposeModel(model);
    await writeFileAtomic(join(folder, lossesFile), `${JSON.stringify(steps === 0 ? [] : await lossesOf(run))}\n`);
    if (steps > 0) await keepEvents({ training: run, stage: folder, part: "encoder" });
    await keepSpeeds(folder, speeds.values());
    await rename(partial, join(folder, modelFolder));
    await rm(run, { recursive: true, force: true });
  },
};

async function train({ model, samples, recipe, seed, folder, onProgress }: { model: ClipModel; samples: Sample[]; recipe: EncoderRecipe; seed: number; folder: string; onProgress: (step: TrainProgress) => void }): Promise<ClipModel> {
  const { model: trained } = await trainEncoder({
    model,
    samples,
    // A run on a handful of problems has fewer samples than a batch.
    recipe: { ...recipe, batchSize: Math.min(recipe.batchSize ?? samples.length, samples.length) },
    seed,
    folder,
    saveEvery: SAVE_EVERY,
    onProgress,
  });
  return trained;
}
