import { type EncoderRecipe, type EncoderSize, paperRecipe, quickRecipe, quickSize } from "@mmgeo/mmclip";
import { quickRecipe as quickLanguageModel, type TrainingConfig } from "@mmgeo/mmgeolm";
import type { RunConfig } from "./config.js";
import { mergeConfig } from "./merge-config.js";

/** How the encoder of a run is trained: as the quick encoder, or as the paper's where a checkpoint is trained on, with what the configuration lays over it. */
export function encoderRecipe({ encoder }: RunConfig): EncoderRecipe {
  // A run without steps trains nothing, yet its recipe has to be one.
  return mergeConfig(encoder.from === null ? quickRecipe : paperRecipe, { ...encoder.recipe, steps: Math.max(1, encoder.steps) }) as EncoderRecipe;
}

/** The size of an encoder from nothing: the quick one's with what the configuration lays over it. */
export function encoderSize({ encoder }: RunConfig): EncoderSize {
  return mergeConfig(quickSize, encoder.size) as EncoderSize;
}

type StageRecipe = TrainingConfig["stages"][number];

/** The parts of the language model's training that have steps, in order; as of the quick model, or with the paper's figures where a language model is built on. */
export function languageModelStages({ languageModel }: RunConfig): { part: "text" | "projector" | "everything"; recipe: StageRecipe }[] {
  const { from, textSteps, projectorSteps, steps, recipe } = languageModel;
  const quick = from === null ? quickLanguageModel : { text: {}, projector: {}, everything: {} };
  const parts = [
    { part: "text", stage: "text", steps: textSteps },
    { part: "projector", stage: 2, steps: projectorSteps },
    { part: "everything", stage: 3, steps },
  ] as const;
  return parts.filter(({ steps }) => steps > 0).map(({ part, stage, steps }) => ({ part, recipe: mergeConfig(quick[part], { ...recipe[part], stage, steps }) as StageRecipe }));
}
