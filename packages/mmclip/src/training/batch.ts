import { type Form, forms, type Group } from "./group.js";

/** The rows of one form and one direction, as matrices over the step's anchors and candidates. */
export interface LossView {
  form: Form;
  /** `image`: rows are images and columns texts. `text`: rows are texts and columns images. */
  side: "image" | "text";
  weight: number;
  /** `rows * columns`, 1 for an anchor's own candidates. */
  membership: Float32Array;
  /** `rows * columns`, 1 at each anchor's positive. */
  positive: Float32Array;
}

/** What one step encodes: every image and every text once, whatever number of losses they take part in. */
export interface Batch {
  images: string[];
  texts: string[];
  views: LossView[];
  /** Images and the texts that are true of them, by their places. */
  pairs: { image: number; text: number }[];
}

/** Rounds up so that steps with a few candidates more or less share one captured function. */
function roundedUp(count: number, multiple: number): number {
  return Math.ceil(count / multiple) * multiple;
}

function directionsOf(form: Form): ("image" | "text")[] {
  if (form === "text") return ["image"];
  return form === "image" ? ["text"] : ["image", "text"];
}

/**
 * Puts groups together. Counts are rounded up to `imageMultiple` and `textMultiple` with repeats of the first entry that
 * belong to no anchor, so they cost their encoding and nothing else.
 */
export function batchOf({ groups, weights, imageMultiple = 4, textMultiple = 8 }: { groups: readonly Group[]; weights: Partial<Record<Form, number>>; imageMultiple?: number; textMultiple?: number }): Batch {
  const images: string[] = [];
  const texts: string[] = [];
  const starts = groups.map((group) => {
    const start = { image: images.length, text: texts.length };
    images.push(...group.images);
    texts.push(...group.texts);
    return start;
  });
  const pairs = groups.flatMap((group, index) => {
    const start = starts[index] as { image: number; text: number };
    return group.pairs.map(([image, text]) => ({ image: start.image + image, text: start.text + text }));
  });
  const counts = { image: roundedUp(images.length, imageMultiple), text: roundedUp(texts.length, textMultiple) };
  while (images.length < counts.image) images.push(images[0] as string);
  while (texts.length < counts.text) texts.push(texts[0] as string);
  const views: LossView[] = [];
  for (const form of forms) {
    const weight = weights[form] ?? 0;
    if (weight === 0) continue;
    for (const side of directionsOf(form)) {
      const other = side === "image" ? "text" : "image";
      const columns = counts[other];
      const membership = new Float32Array(counts[side] * columns);
      const positive = new Float32Array(counts[side] * columns);
      if (form === "batch") {
        for (const row of pairs) for (const column of pairs) membership[row[side] * columns + column[other]] = 1;
        for (const pair of pairs) positive[pair[side] * columns + pair[other]] = 1;
      }
      for (const [index, group] of groups.entries()) {
        const start = starts[index] as { image: number; text: number };
        for (const anchor of group.anchors) {
          if (anchor.form !== form || anchor.side !== side) continue;
          const row = (start[side] + anchor.anchor) * columns + start[other];
          for (const candidate of anchor.candidates) membership[row + candidate] = 1;
          positive[row + anchor.positive] = 1;
        }
      }
      // The two directions of a symmetric form share its weight.
      views.push({ form, side, weight: weight / directionsOf(form).length, membership, positive });
    }
  }
  return { images, texts, views, pairs };
}
