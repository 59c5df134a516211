import { rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { writeFileAtomic } from "@mmgeo/dataset";
import { type TrainProgress, useNativeBackend } from "@mmgeo/engine";
import { quickRecipe, runTraining, type TrainingConfig } from "@mmgeo/mmgeolm";
import type { RunConfig } from "../config.js";
import { languageModelStages } from "../recipes.js";
import type { Stage } from "../stage.js";
import { checkpointDigest } from "../store/checkpoint-digest.js";
import { trainingFolder } from "./dataset.js";
import { modelFolder } from "./encoder-training.js";
import { keepEvents, keepSpeeds, type Speed, speedOf } from "./training-log.js";
import { lossesOf, trainingProgress } from "./training.js";

export const stageLossesFile = "losses.json";
export type StageLosses = { stage: string; losses: { step: number; loss: number }[] }[];

/** Steps between checkpoints: what a kill can cost. */
const SAVE_EVERY = 50;

/** Trains the language model around the encoder's vision tower: words first, then the projector (stage 2), then everything (stage 3). */
export const languageModelStage: Stage = {
  name: "language-model",
  title: "Train the language model (MMGeoLM)",
  inputs: ["dataset", "encoder"],
  packages: ["@mmgeo/mmgeolm", "@mmgeo/mmclip", "@mmgeo/engine", "@mmgeo/dataset"],
  parameters: ({ languageModel, seed }: RunConfig) => ({ ...languageModel, checkpoint: checkpointDigest(languageModel.from), seed }),
  async run({ folder, inputs, config, progress }) {
    await useNativeBackend();
    const work = join(folder, "stages");
    const { from } = config.languageModel;
    const training: TrainingConfig = {
      out: work,
      seed: config.seed,
      model: { tower: join(inputs["encoder"]!, modelFolder), language: from === null ? quickRecipe.language : resolve(from) },
      data: { records: [join(inputs["dataset"]!, trainingFolder)] },
      stages: languageModelStages(config).map(({ recipe }) => ({ ...recipe, saveEvery: SAVE_EVERY })),
    };
    const speeds = new Map<string, Speed>();
    const onProgress = (stage: string | number, step: TrainProgress): void => {
      speeds.set(String(stage), speedOf(String(stage), step));
      progress(trainingProgress(step));
    };
    // A stage that was stopped goes on from its last checkpoint; one that is done is not done again.
    const { stages } = await runTraining({ config: training, file: "the run's configuration", folder, onProgress });
    const losses: StageLosses = [];
    for (const { stage, folder: stageFolder } of stages) {
      losses.push({ stage: String(stage), losses: await lossesOf(join(stageFolder, "training")) });
      await keepEvents({ training: join(stageFolder, "training"), stage: folder, part: String(stage) });
    }
    await keepSpeeds(folder, speeds.values());
    await writeFileAtomic(join(folder, stageLossesFile), `${JSON.stringify(losses)}\n`);

    const last = stages.at(-1)!.folder;
    await rm(join(folder, modelFolder), { recursive: true, force: true });
    await rm(join(last, "training"), { recursive: true });
    await rename(last, join(folder, modelFolder));
    await rm(work, { recursive: true });
  },
};
