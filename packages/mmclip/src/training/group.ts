import { InputError } from "@mmgeo/dataset";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import type { RandomGenerator } from "pure-rand/types/RandomGenerator";
import { sampleOf } from "../random.js";
import type { Sample, TextNegative, TextNegativeKind } from "./sample.js";

/**
 * Who is compared with whom.
 * - `text`: the image against its caption and its negative captions (the paper's text form);
 * - `image`: the caption against its image and its negative images (the paper's image form);
 * - `group`: in-batch training whose batch is one sample: its images, each with the caption that is true of it, against
 *   each other in both directions (the paper's study, section 5);
 * - `batch`: in-batch training over all pairs of the batch, both directions. With no negative images these are the samples'
 *   positives, the baseline on random pairs; with them each sample brings its hard negatives into everyone's batch, so the
 *   easy ones are there to begin with and the hard ones remain.
 */
export const forms = ["text", "image", "group", "batch"] as const;
export type Form = (typeof forms)[number];

/** One row of a loss: an anchor, the candidate that belongs to it, and all candidates, by their places in the group. */
export interface Anchor {
  form: Form;
  /** The side of the anchor; candidates are on the other. */
  side: "image" | "text";
  anchor: number;
  positive: number;
  candidates: number[];
}

/** A sample as one step sees it: each image and each text once, and the rows of the losses over them. Entry 0 of both is the positive. */
export interface Group {
  images: string[];
  texts: string[];
  anchors: Anchor[];
  /** Images and the texts that are true of them, `[image, text]` by their places; the positive's first. */
  pairs: [number, number][];
}

export interface GroupOptions {
  /** The most negative captions of a sample in one step. */
  textNegatives: number;
  /** The most negative images of a sample in one step. */
  imageNegatives: number;
  /** How often a negative caption is of which kind, where a sample has both. @default { rule: 1, retrieval: 1 } */
  textMixture?: Record<TextNegativeKind, number>;
  /** Weights of the forms in the loss; a form of weight 0 is not computed. */
  forms: Partial<Record<Form, number>>;
}

/** Draws negative captions so that the kinds occur in the proportion of the mixture; a kind that runs out gives way to the other. */
function drawTextNegatives(negatives: readonly TextNegative[], count: number, mixture: Record<TextNegativeKind, number>, random: RandomGenerator): TextNegative[] {
  const total = mixture.rule + mixture.retrieval;
  if (!(total > 0)) return [];
  const rule = negatives.filter(({ kind }) => kind === "rule" && mixture.rule > 0);
  const retrieval = negatives.filter(({ kind }) => kind === "retrieval" && mixture.retrieval > 0);
  const fromRule = Math.min(rule.length, Math.max(Math.round((count * mixture.rule) / total), count - retrieval.length));
  return [...sampleOf(rule, fromRule, random), ...sampleOf(retrieval, count - fromRule, random)];
}

/** The images, texts and loss rows of one sample for one step. */
export function groupOf({ sample, options, random }: { sample: Sample; options: GroupOptions; random: RandomGenerator }): Group {
  const { forms: weights } = options;
  const wants = (form: Form): boolean => (weights[form] ?? 0) > 0;
  const needsPairs = wants("group") || wants("batch");
  const needsImages = wants("image") || needsPairs;
  const imageNegatives = needsImages ? sampleOf(sample.imageNegatives, options.imageNegatives, random) : [];
  const textNegatives = wants("text") ? drawTextNegatives(sample.textNegatives, options.textNegatives, options.textMixture ?? { rule: 1, retrieval: 1 }, random) : [];
  const images = [sample.image, ...imageNegatives.map(({ image }) => image)];
  const texts = [sample.caption, ...textNegatives.map(({ caption }) => caption)];
  const anchors: Anchor[] = [];
  if (texts.length > 1) anchors.push({ form: "text", side: "image", anchor: 0, positive: 0, candidates: texts.map((_, index) => index) });
  if (wants("image") && images.length > 1) anchors.push({ form: "image", side: "text", anchor: 0, positive: 0, candidates: images.map((_, index) => index) });
  const pairs: [number, number][] = [[0, 0]];
  if (needsPairs) {
    for (const [index, { caption }] of imageNegatives.entries()) {
      // Captions that are word for word the same are one text that is true of several images: such a pair is no negative.
      if (caption === null || caption === sample.caption || imageNegatives.slice(0, index).some((earlier) => earlier.caption === caption)) continue;
      pairs.push([index + 1, texts.length]);
      texts.push(caption);
    }
  }
  if (wants("group") && pairs.length > 1) {
    for (const [image, text] of pairs) {
      anchors.push({ form: "group", side: "image", anchor: image, positive: text, candidates: pairs.map(([, other]) => other) });
      anchors.push({ form: "group", side: "text", anchor: text, positive: image, candidates: pairs.map(([other]) => other) });
    }
  }
  return { images, texts, anchors, pairs };
}

/**
 * Pairs of as many different samples as there are, up to `count`: those at `indices` first, then others by chance; of each sample
 * its own image and caption, or a negative image with the caption true of it. Nothing in such a batch is hard.
 */
export function randomPairs({ samples, indices, count, random }: { samples: readonly Sample[]; indices: readonly number[]; count: number; random: RandomGenerator }): Group[] {
  const taken = new Set(indices);
  const wanted = Math.min(count, samples.length);
  while (taken.size < wanted) taken.add(uniformInt(random, 0, samples.length - 1));
  const captions = new Set<string>();
  return [...taken].flatMap((index): Group[] => {
    const sample = samples[index] as Sample;
    const pairs = [{ image: sample.image, caption: sample.caption }, ...sample.imageNegatives.flatMap(({ image, caption }) => (caption === null ? [] : [{ image, caption }]))];
    const { image, caption } = pairs[uniformInt(random, 0, pairs.length - 1)] as { image: string; caption: string };
    // The same words twice would be each other's false negative.
    if (captions.has(caption)) return [];
    captions.add(caption);
    return [{ images: [image], texts: [caption], anchors: [], pairs: [[0, 0]] }];
  });
}

/** A loss that counts nothing cannot be trained on. */
export function checkForms(weights: Partial<Record<Form, number>>): void {
  if (forms.every((form) => (weights[form] ?? 0) === 0)) throw new InputError({ message: "gives no form a positive weight; the forms are text, image, group and batch", field: "forms" });
}
