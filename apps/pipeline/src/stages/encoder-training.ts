import { rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomic } from "@mmgeo/dataset";
import { processGroup, type TrainProgress, useNativeBackend } from "@mmgeo/engine";
import { captionsOf, type ClipModel, createQuickModel, disposeModel, loadModel, type Sample, samplesOf, saveModel, trainEncoder } from "@mmgeo/mmclip";
import type { RunConfig } from "../config.js";
import { encoderRecipe, encoderSize } from "../recipes.js";
import type { Progress } from "../stage.js";
import { keepEvents, keepSpeeds, type Speed, speedOf } from "./training-log.js";
import { lossesOf, recordsOf, trainingProgress } from "./training.js";

export const modelFolder = "model";
export const lossesFile = "losses.json";

/** Steps between checkpoints: what a kill can cost. */
const SAVE_EVERY = 50;

const seedOf = ({ encoder, seed }: RunConfig): number => encoder.seed ?? seed;

/** Trains the encoder, here or as one of several processes, of which the first writes. */
export async function trainEncoderStage({ config, training, folder, progress }: { config: RunConfig; training: string; folder: string; progress: (progress: Progress) => void }): Promise<void> {
  await useNativeBackend();
  const { samples } = samplesOf({ records: await recordsOf(training), folder: training });
  const run = join(folder, "training");
  const speeds = new Map<string, Speed>();
  const onProgress = (step: TrainProgress): void => {
    speeds.set("encoder", speedOf("encoder", step));
    progress(trainingProgress(step));
  };
  const { from, steps } = config.encoder;
  const untrained = from === null ? createQuickModel({ captions: captionsOf(samples), seed: seedOf(config), size: encoderSize(config) }) : await loadModel(from);
  const model = steps === 0 ? untrained : await train({ model: untrained, samples, config, folder: run, onProgress });
  if ((processGroup()?.rank ?? 0) === 0) {
    await rm(join(folder, modelFolder), { recursive: true, force: true });
    const partial = join(folder, `${modelFolder}.partial`);
    await saveModel({ model, folder: partial });
    await writeFileAtomic(join(folder, lossesFile), `${JSON.stringify(steps === 0 ? [] : await lossesOf(run))}\n`);
    if (steps > 0) await keepEvents({ training: run, stage: folder, part: "encoder" });
    await keepSpeeds(folder, speeds.values());
    await rename(partial, join(folder, modelFolder));
    await rm(run, { recursive: true, force: true });
  }
  disposeModel(model);
}

async function train({ model, samples, config, folder, onProgress }: { model: ClipModel; samples: Sample[]; config: RunConfig; folder: string; onProgress: (step: TrainProgress) => void }): Promise<ClipModel> {
  const recipe = encoderRecipe(config);
  const { model: trained } = await trainEncoder({
    model,
    samples,
    // A run on a handful of problems has fewer samples than a batch.
    recipe: { ...recipe, batchSize: Math.min(recipe.batchSize ?? samples.length, samples.length) },
    seed: seedOf(config),
    folder,
    saveEvery: SAVE_EVERY,
    onProgress,
  });
  return trained;
}
