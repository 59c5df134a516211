import { InputError, validate } from "@mmgeo/dataset";
import { train, type TrainProgress } from "@mmgeo/engine";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { PixelStore } from "../images/pixel-store.js";
import { embeddingSize } from "../config/model-config.js";
import { type ClipModel, saveModel } from "../model/model.js";
import type { ParameterMap } from "../model/parameters.js";
import { randomOf, textSeed } from "../random.js";
import { batchOf } from "./batch.js";
import { groupOf, randomPairs } from "./group.js";
import { FrozenFeatures } from "./frozen-features.js";
import { negativesUpTo } from "./hardness.js";
import { adapterParameters, withAdapters } from "./lora.js";
import { captionsOf } from "./new-encoder.js";
import { isFrozen, parameterPolicy } from "./parameter-policy.js";
import { type CompleteRecipe, computedForms, type EncoderRecipe, type NegativeCounts, recipeSchema } from "./recipe.js";
import { type Sample, withNegativesAsSamples } from "./sample.js";
import { stepArrays, stepLoss, type StepSources, type ViewPlan } from "./step-tensors.js";
import { isAuxiliary, wordParameters } from "./word-loss.js";

export interface TrainEncoderOptions {
  /** The model to train; its parameters are taken over, use the model of the result. */
  model: ClipModel;
  samples: readonly Sample[];
  recipe: EncoderRecipe;
  seed: number;
  /** Folder of the run (metrics.jsonl, checkpoints). A run that was stopped goes on from its last checkpoint. Without one nothing is written. */
  folder?: string;
  /** Steps between checkpoints. @default only at the end */
  saveEvery?: number;
  /** Where the features of a frozen tower are kept. @default `features` in the per-user cache */
  featuresFolder?: string;
  onProgress?: (progress: TrainProgress) => void;
  signal?: AbortSignal;
}

export interface TrainEncoderResult {
  model: ClipModel;
  steps: number;
  /** The step from which a stopped run went on, 0 for a new one. */
  resumedFrom: number;
  /** Losses of the steps done in this process. */
  losses: readonly number[];
  examplesPerSecond: number;
  /** Share of the time spent waiting for images. */
  waitingShare: number;
  /** Captions longer than the model reads, cut. */
  truncatedCaptions: number;
  /** The last checkpoint folder, or null without `folder`. It opens in transformers. */
  checkpoint: string | null;
}

/** Trains a dual encoder on samples with their own negatives. Everything random follows from `seed`. */
export async function trainEncoder({ model, samples: givenSamples, recipe: given, seed, folder, saveEvery, featuresFolder, onProgress, signal }: TrainEncoderOptions): Promise<TrainEncoderResult> {
  const { config, tokenizer, imageProcessor } = model;
  const recipe = validate({ schema: recipeSchema, value: given, place: { file: "the recipe" } });
  const { batchSize, loss: kind, shift, negatives } = recipe;
  const weights = computedForms(recipe);
  const samples = recipe.negativesAsSamples ? withNegativesAsSamples(givenSamples) : givenSamples;
  if (tokenizer === null) throw new InputError({ message: "the model has no tokenizer; train one with trainTokenizer or put tokenizer.json into its folder", field: "tokenizer.json" });
  if (samples.length === 0) throw new InputError({ message: "there is no sample to train on", field: "samples" });
  if (samples.length < batchSize) throw new InputError({ message: `is ${batchSize}, more than the ${samples.length} samples there are`, field: "batchSize" });
  // The forms and directions are the same in every step; only which entries take part differs.
  const views: ViewPlan[] = batchOf({ groups: [], weights }).views.map(({ form, side }) => ({ form, side }));
  const batchesPerEpoch = Math.floor(samples.length / batchSize);
  const epochs = recipe.steps === undefined ? recipe.epochs : (recipe.steps * recipe.accumulate) / batchesPerEpoch;
  const randomEpochs = (weights.batch ?? 0) > 0 ? Math.round(recipe.randomFirst * epochs) : 0;
  const captions = negatives.random > 0 ? [...new Set(samples.map(({ caption }) => caption))] : [];
  const store = new PixelStore({ processor: imageProcessor });
  const shiftsOf = (epoch: number, images: readonly string[]): [number, number][] | undefined => {
    if (shift === 0) return undefined;
    const random = randomOf(seed, epoch, textSeed(images[0] as string));
    return images.map(() => [uniformInt(random, -shift, shift), uniformInt(random, -shift, shift)]);
  };
  const auxiliary = {
    ...(recipe.words > 0 ? wordParameters({ captions: samples.map(({ caption }) => caption), tokenizer, vocabulary: config.text_config.vocab_size, size: embeddingSize(config), seed }) : {}),
    ...(recipe.lora === undefined ? {} : adapterParameters({ parameters: model.parameters, lora: recipe.lora, freeze: recipe.freeze, seed })),
  };
  const { lora } = recipe;
  const adaptedOf = (parameters: ParameterMap): ParameterMap => (lora === undefined ? parameters : withAdapters(parameters, lora));
  /** The parameters of the model alone, adapters added into its weights. */
  const ofModel = (parameters: ParameterMap): ParameterMap => Object.fromEntries(Object.entries(adaptedOf(parameters)).filter(([name]) => !isAuxiliary(name)));
  const policy = parameterPolicy({ config, recipe });
  const sources: StepSources = { config, tokenizer, store, features: await frozenFeatures({ model, recipe, samples, store, folder: featuresFolder }) };
  const result = await train({
    parameters: { ...model.parameters, ...auxiliary },
    loss: (parameters, tensors) => stepLoss({ parameters: adaptedOf(parameters), config, tensors, views, kind, words: recipe.words, chunk: recipe.chunk }),
    trainable: policy.trainable,
    group: policy.group,
    examples: samples.length,
    batchSize,
    accumulate: recipe.accumulate,
    batch: async (indices, { epoch }) => {
      const random = epoch < randomEpochs;
      const progress = recipe.curriculum === 0 ? 1 : Math.min(1, (epoch + 1) / Math.max(1, recipe.curriculum * epochs));
      const groups = random
        ? randomPairs({ samples, indices, count: batchSize * (1 + negatives.image), random: randomOf(seed, epoch, ...indices) })
        : indices.map((index) => groupOf({ sample: easySample(samples[index] as Sample, progress, negatives), options: { negatives, forms: weights }, random: randomOf(seed, epoch, index), captions }));
      const whole = batchOf({ groups, weights });
      const batch = random ? { ...whole, views: whole.views.map((view) => ({ ...view, weight: view.form === "batch" ? view.weight : 0 })) } : whole;
      return stepArrays({ batch, sources, shifts: shiftsOf(epoch, batch.images), withWords: recipe.words > 0 });
    },
    epochs: recipe.epochs,
    steps: recipe.steps,
    learningRate: recipe.learningRate,
    schedule: recipe.schedule,
    warmupRatio: recipe.warmupRatio,
    weightDecay: recipe.weightDecay,
    beta2: recipe.beta2,
    precision: recipe.precision,
    seed,
    folder,
    saveEvery,
    save: async (target, parameters) => {
      const own = ofModel(parameters);
      await saveModel({ model: { ...model, parameters: own }, folder: target });
      // What adapters were added into are new tensors.
      for (const [name, tensor] of Object.entries(own)) if (tensor !== parameters[name]) tensor.dispose();
    },
    identity: { recipe, model: config, samples: samples.map(({ id }) => id) },
    onProgress,
    signal,
  });
  const parameters = ofModel(result.parameters);
  for (const [name, tensor] of Object.entries(result.parameters)) if (parameters[name] !== tensor) tensor.dispose();
  return {
    model: { ...model, parameters },
    steps: result.steps,
    resumedFrom: result.resumedFrom,
    losses: result.losses,
    examplesPerSecond: result.examplesPerSecond,
    waitingShare: result.waitingShare,
    truncatedCaptions: tokenizer.truncated,
    checkpoint: result.checkpoint,
  };
}

/** What a tower that does not learn makes of all that it will see; nothing where pictures change from step to step. */
async function frozenFeatures({ model, recipe, samples, store, folder }: { model: ClipModel; recipe: CompleteRecipe; samples: readonly Sample[]; store: PixelStore; folder?: string }): Promise<StepSources["features"]> {
  if (isFrozen({ recipe, tower: "vision" }) && recipe.shift === 0) {
    const images = samples.flatMap((sample) => [sample.image, ...sample.imageNegatives.map(({ image }) => image)]);
    return { vision: await FrozenFeatures.prepare({ model, tower: "vision", items: images, store, folder }) };
  }
  if (isFrozen({ recipe, tower: "text" })) return { text: await FrozenFeatures.prepare({ model, tower: "text", items: captionsOf(samples), store, folder }) };
  return {};
}

/** The sample with the negative captions that are easy enough for this place of the run. */
function easySample(sample: Sample, progress: number, negatives: NegativeCounts): Sample {
  return progress === 1 ? sample : { ...sample, textNegatives: negativesUpTo({ sample, progress, least: negatives.rule + negatives.retrieval }) };
}
