import { z } from "zod";

const share = z.number().min(0).max(1);
const weight = z.number().min(0);
const count = z.number().int().min(0).max(1000);

/** How an encoder is trained. The defaults are those of the paper's scripts (section 3). */
export const recipeSchema = z.strictObject({
  /** Samples a step. */
  batchSize: z.number().int().min(1).max(65_536).default(5),
  /** Passes over the samples. */
  epochs: z.number().positive().default(1),
  /** Steps in all, instead of `epochs`. */
  steps: z.number().int().positive().optional(),
  /** Batches whose gradients are averaged into one update. */
  accumulate: z.number().int().positive().default(1),
  /** Highest learning rate. */
  learningRate: z.number().positive().default(2e-5),
  schedule: z.enum(["cosine", "linear", "constant"]).default("cosine"),
  /** Share of the steps in which the rate rises. */
  warmupRatio: share.default(0.03),
  weightDecay: weight.default(0),
  beta2: share.default(0.999),
  /** Softmax over the candidates, or a sigmoid for each. */
  loss: z.enum(["softmax", "sigmoid"]).default("softmax"),
  /** Precision of the matrix products. */
  precision: z.enum(["float32", "bfloat16"]).default("bfloat16"),
  /** The most negative captions of a sample in one step. */
  textNegatives: count.default(5),
  /** The most negative images of a sample in one step. */
  imageNegatives: count.default(9),
  /** How often a negative caption is of which kind, where a sample has both. */
  textMixture: z.strictObject({ rule: weight, retrieval: weight }).default({ rule: 1, retrieval: 1 }),
  /** Weights of the forms in the loss; a form that is left out or 0 is not computed. */
  forms: z.strictObject({ text: weight.optional(), image: weight.optional(), group: weight.optional(), batch: weight.optional() }).default({ text: 1, image: 1 }),
  /**
   * Share of the run, from its beginning, that is in-batch training on random pairs of different samples, as many as a batch has
   * images later: easy negatives first, then the constructed ones (the paper finds this order best). Needs the batch form.
   */
  randomFirst: share.default(0),
  /**
   * Weight of an auxiliary loss: from an image's embedding, which words its caption has (labels, digits, marks among them). It
   * teaches a new vision tower to read long before similarities do; its parameters are no part of the model.
   */
  words: weight.default(0),
  /** Whether each negative image that has a caption of its own is a sample too: more pairs for the batch form. */
  negativesAsSamples: z.boolean().default(false),
  /** Pictures are moved by up to so many pixels in each direction, anew each time they are seen. */
  shift: z.number().int().min(0).max(64).default(0),
  /** A tower that does not learn. */
  freeze: z.enum(["vision", "text"]).optional(),
});

/** A recipe as it is written: everything has a default. */
export type EncoderRecipe = z.input<typeof recipeSchema>;
/** A recipe with its defaults filled in. */
export type CompleteRecipe = z.infer<typeof recipeSchema>;

/** The paper's scripts: batch 5, learning rate 2e-5, cosine, warm-up 0.03, no decay, 9 image or 5 text negatives, one epoch. */
export const paperRecipe: EncoderRecipe = {};
