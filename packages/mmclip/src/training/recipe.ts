import { InputError } from "@mmgeo/dataset";
import { z } from "zod";
import { type Form, forms } from "./group.js";

const share = z.number().min(0).max(1);
const weight = z.number().min(0);
const count = z.number().int().min(0).max(1000);

/**
 * The most negatives of each kind that a sample has in one step. `retrieval` and `rule` are its own negative captions, `random`
 * captions of other samples, drawn anew each time; the three take part in the text form. `image` are its negative images, which
 * take part in the image form, the group form and the batch form. Where a sample has too few of one kind of caption of its own, the
 * other kind gives more, if any of it is wanted.
 */
const negativesSchema = z.strictObject({ random: count.default(0), retrieval: count.default(0), rule: count.default(0), image: count.default(0) });

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
  /** How many negatives of each kind; a kind that is left out is not used. */
  negatives: negativesSchema.default({ random: 0, retrieval: 2, rule: 3, image: 9 }),
  /** Weights of the forms in the loss; a form that is left out or 0 is not computed, nor are the text and image forms where no negatives of theirs are asked for. */
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
  /** A tower that does not learn. Where none of it does, it encodes each input once, and what it made of it is kept on disk. */
  freeze: z.enum(["vision", "text"]).optional(),
  /** Last layers of the frozen tower that learn all the same, with what follows them. */
  unfreezeLast: z.number().int().min(0).max(256).default(0),
  /** The rate of a layer as a share of that of the layer above it. */
  layerDecay: z.number().positive().max(1).default(1),
  /** Low-rank adapters on the layers' weights learn instead of the weights; they are added into these when the model is saved. */
  lora: z.strictObject({ rank: z.number().int().positive().max(1024), alpha: z.number().positive().default(16) }).optional(),
  /** Share of the run, from its beginning, in which captions little like the true one come first and ever closer ones are added. */
  curriculum: share.default(0),
  /** Pictures, and captions, encoded at a time; what a part needs for its gradients is computed again then. The gradients are those of the whole. */
  chunk: z.number().int().positive().optional(),
});

/** A recipe as it is written: everything has a default. */
export type EncoderRecipe = z.input<typeof recipeSchema>;
/** A recipe with its defaults filled in. */
export type CompleteRecipe = z.infer<typeof recipeSchema>;
/** How many negatives of each kind a sample has in one step. */
export type NegativeCounts = CompleteRecipe["negatives"];
export type NegativeKind = keyof NegativeCounts;

/**
 * The forms that a training computes: those with a weight, the text and image forms only where negatives of theirs are asked for.
 *
 * @throws {InputError} where none is left: such a loss counts nothing
 */
export function computedForms({ forms: weights, negatives }: { forms: Partial<Record<Form, number>>; negatives: NegativeCounts }): Partial<Record<Form, number>> {
  const { random, retrieval, rule, image } = negatives;
  const possible: Record<Form, boolean> = { text: random + retrieval + rule > 0, image: image > 0, group: image > 0, batch: true };
  const computed = Object.fromEntries(forms.flatMap((form) => ((weights[form] ?? 0) > 0 && possible[form] ? [[form, weights[form]]] : [])));
  if (Object.keys(computed).length === 0) {
    throw new InputError({ message: "leaves nothing to compute; give text, image, group or batch a positive weight, and the first three negatives of theirs", field: "forms" });
  }
  return computed;
}

/** The paper's scripts: batch 5, learning rate 2e-5, cosine, warm-up 0.03, no decay, 9 image or 5 text negatives, one epoch. */
export const paperRecipe: EncoderRecipe = {};
