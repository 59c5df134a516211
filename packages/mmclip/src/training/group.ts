import { uniformInt } from "pure-rand/distribution/uniformInt";
import type { RandomGenerator } from "pure-rand/types/RandomGenerator";
import { sampleOf } from "../random.js";
import type { NegativeCounts } from "./recipe.js";
import type { Sample, TextNegative } from "./sample.js";

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
  /** The most negatives of each kind in one step. */
  negatives: NegativeCounts;
  /** Weights of the forms in the loss; a form of weight 0 is not computed. */
  forms: Partial<Record<Form, number>>;
}

/** Draws negative captions of the two kinds that a sample has itself; a kind that runs out gives way to the other if that is wanted. */
function drawTextNegatives(negatives: readonly TextNegative[], { rule: ruleCount, retrieval: retrievalCount }: NegativeCounts, random: RandomGenerator): TextNegative[] {
  const total = ruleCount + retrievalCount;
  const rule = negatives.filter(({ kind }) => kind === "rule" && ruleCount > 0);
  const retrieval = negatives.filter(({ kind }) => kind === "retrieval" && retrievalCount > 0);
  const fromRule = Math.min(rule.length, Math.max(ruleCount, total - retrieval.length));
  return [...sampleOf(rule, fromRule, random), ...sampleOf(retrieval, total - fromRule, random)];
}

/** Captions of other samples: different from each other, from the sample's own and from its negatives. */
function drawRandomCaptions({ captions, taken, count, random }: { captions: readonly string[]; taken: readonly string[]; count: number; random: RandomGenerator }): string[] {
  const drawn = new Set(taken);
  // A draw may hit what is taken; a corpus of few captions must not make this go on for ever.
  for (let attempt = 0; attempt < 10 * count && drawn.size < taken.length + count; attempt++) {
    const caption = captions[uniformInt(random, 0, captions.length - 1)];
    if (caption !== undefined) drawn.add(caption);
  }
  return [...drawn].slice(taken.length);
}

/** The images, texts and loss rows of one sample for one step. `captions` are those of all samples, from which random negatives are drawn. */
export function groupOf({ sample, options, random, captions = [] }: { sample: Sample; options: GroupOptions; random: RandomGenerator; captions?: readonly string[] }): Group {
  const { forms: weights, negatives } = options;
  const wants = (form: Form): boolean => (weights[form] ?? 0) > 0;
  const needsPairs = wants("group") || wants("batch");
  const needsImages = wants("image") || needsPairs;
  const imageNegatives = needsImages ? sampleOf(sample.imageNegatives, negatives.image, random) : [];
  const textNegatives = wants("text") ? drawTextNegatives(sample.textNegatives, negatives, random) : [];
  const images = [sample.image, ...imageNegatives.map(({ image }) => image)];
  const texts = [sample.caption, ...textNegatives.map(({ caption }) => caption)];
  if (wants("text") && negatives.random > 0) texts.push(...drawRandomCaptions({ captions, taken: texts, count: negatives.random, random }));
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
