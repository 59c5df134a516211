import type { LanguageSizes } from "../model/create.js";
import type { StageOptions } from "./train-stage.js";

type StageRecipe = Required<Pick<StageOptions, "batchSize" | "learningRate" | "warmupRatio" | "weightDecay" | "beta2">> & { steps: number; renameLetters?: boolean };

/**
 * A language model from nothing and its stages, sized to train in about a minute on two cores and to answer a hundred short
 * questions in seconds. The paper's own figures are the defaults of {@link trainStage}; these are for models 4,000 times smaller.
 */
export const quickRecipe = {
  language: { hiddenSize: 96, layers: 2, heads: 4, keyValueHeads: 2, vocabularySize: 512, maxPositions: 1024 },
  text: { batchSize: 8, learningRate: 6e-3, warmupRatio: 0.05, weightDecay: 0.01, beta2: 0.95, renameLetters: true, steps: 500 },
  projector: { batchSize: 16, learningRate: 2e-3, warmupRatio: 0.03, weightDecay: 0, beta2: 0.99, steps: 40 },
  everything: { batchSize: 16, learningRate: 3e-3, warmupRatio: 0.05, weightDecay: 0.01, beta2: 0.99, steps: 150 },
  /** the longest worked answers take some 50 tokens */
  maxNewTokens: 64,
} as const satisfies { language: LanguageSizes; text: StageRecipe; projector: StageRecipe; everything: StageRecipe; maxNewTokens: number };
