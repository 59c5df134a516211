import { existsSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomic } from "@mmgeo/dataset";
import { useNativeBackend } from "@mmgeo/engine";
import { conversationsOf, createModel, disposeModel, loadModel, loadTower, quickRecipe, trainStage, type Conversation } from "@mmgeo/mmgeolm";
import type { RunConfig } from "../config.js";
import type { Stage, StageContext } from "../stage.js";
import { trainingFolder } from "./dataset.js";
import { modelFolder } from "./encoder.js";
import { lossesOf, recordsOf, trainingProgress } from "./training.js";

export const stageLossesFile = "losses.json";
export type StageLosses = { stage: number; losses: { step: number; loss: number }[] }[];

/** Stage 2: the projector alone, between the encoder's frozen vision tower and a fresh language model. */
async function trainProjector({ folder, inputs, config, progress }: StageContext, conversations: Conversation[]): Promise<void> {
  const model = await createModel({
    tower: await loadTower(join(inputs["encoder"]!, modelFolder)),
    language: quickRecipe.language,
    texts: conversations.flatMap(({ turns }) => turns.map(({ text }) => text)),
    seed: config.seed,
  });
  const { model: trained } = await trainStage({ ...quickRecipe.projector, stage: 2, model, conversations, steps: config.languageModel.projectorSteps, folder: join(folder, "stage-2"), seed: config.seed, saveEvery: 50, onProgress: (step) => progress(trainingProgress(step)) });
  disposeModel(trained);
}

/** Stage 3: everything. */
async function trainEverything({ folder, config, progress }: StageContext, conversations: Conversation[]): Promise<void> {
  const { model: trained } = await trainStage({ ...quickRecipe.everything, stage: 3, model: await loadModel(join(folder, "stage-2")), conversations, steps: config.languageModel.steps, folder: join(folder, "stage-3"), seed: config.seed, saveEvery: 50, onProgress: (step) => progress(trainingProgress(step)) });
  disposeModel(trained);
}

export const languageModelStage: Stage = {
  name: "language-model",
  title: "Train the language model (MMGeoLM)",
  inputs: ["dataset", "encoder"],
  packages: ["@mmgeo/mmgeolm", "@mmgeo/mmclip", "@mmgeo/engine", "@mmgeo/dataset"],
  parameters: ({ languageModel, seed }: RunConfig) => ({ ...languageModel, seed }),
  async run(context) {
    const { folder, inputs, config } = context;
    await useNativeBackend();
    const training = join(inputs["dataset"]!, trainingFolder);
    const conversations = conversationsOf(await recordsOf(training), { imageRoot: training, seed: config.seed });
    // A stage writes its losses when it is done; what is there already is not trained again.
    const losses: StageLosses = [];
    for (const [stage, train] of [[2, trainProjector], [3, trainEverything]] as const) {
      const run = join(folder, `stage-${stage}`);
      const finished = existsSync(join(run, "config.json"));
      if (!finished) await train(context, conversations);
      losses.push({ stage, losses: await lossesOf(join(run, "training")) });
    }
    await writeFileAtomic(join(folder, stageLossesFile), `${JSON.stringify(losses)}\n`);
    await rm(join(folder, "stage-3", "training"), { recursive: true });
    await rm(join(folder, modelFolder), { recursive: true, force: true });
    await rename(join(folder, "stage-3"), join(folder, modelFolder));
    await rm(join(folder, "stage-2"), { recursive: true });
  },
};
