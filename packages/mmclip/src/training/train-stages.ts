import { join } from "node:path";
import { saveModel } from "../model/model.js";
import type { EncoderRecipe } from "./recipe.js";
import { trainEncoder, type TrainEncoderOptions, type TrainEncoderResult } from "./train-encoder.js";

export interface TrainStagesOptions extends Omit<TrainEncoderOptions, "recipe" | "onProgress"> {
  /** The stages in order; the paper finds random pairs first, then hard negatives, best everywhere. */
  stages: readonly EncoderRecipe[];
  onProgress?: (progress: Parameters<NonNullable<TrainEncoderOptions["onProgress"]>>[0] & { stage: number; stages: number }) => void;
}

/**
 * Trains through several recipes one after the other. With a `folder`, each stage is a run in `stage-N` of it and the result
 * lies in `model`; run again, finished stages are read and not repeated.
 */
export async function trainStages({ model, stages, folder, seed, onProgress, ...options }: TrainStagesOptions): Promise<TrainEncoderResult & { losses: readonly number[] }> {
  let current: TrainEncoderResult | null = null;
  const losses: number[] = [];
  for (const [index, recipe] of stages.entries()) {
    current = await trainEncoder({
      ...options,
      model: current?.model ?? model,
      recipe,
      seed: seed + index,
      folder: folder === undefined ? undefined : join(folder, `stage-${index + 1}`),
      onProgress: onProgress === undefined ? undefined : (progress) => onProgress({ ...progress, stage: index + 1, stages: stages.length }),
    });
    losses.push(...current.losses);
  }
  if (current === null) throw new RangeError("trainStages: there is no stage");
  if (folder !== undefined) await saveModel({ model: current.model, folder: join(folder, "model") });
  return { ...current, losses };
}
