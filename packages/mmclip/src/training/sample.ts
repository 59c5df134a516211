import { basename, dirname } from "node:path";
import { type DiagramRecord, type EditClass, imageFileOf, isTextSample, paperCaption, readPaperSamples } from "@mmgeo/dataset";

export type TextNegativeKind = "rule" | "retrieval";

export interface TextNegative {
  kind: TextNegativeKind;
  caption: string;
  /** The classes of its edits; empty for retrieval. */
  classes: EditClass[];
}

export interface ImageNegative {
  /** Path of the image. */
  image: string;
  /** A caption true of this image, or null where the source has none. */
  caption: string | null;
  classes: EditClass[];
}

/** What training and evaluation take from a record: one image, its caption, and its own negatives of both sides. */
export interface Sample {
  id: string;
  /** Path of the image. */
  image: string;
  caption: string;
  textNegatives: TextNegative[];
  imageNegatives: ImageNegative[];
}

/** What was left out while samples were made of records. */
export interface SampleCounts {
  samples: number;
  /** Negative captions with the words of the positive, dropped. */
  sameAsPositive: number;
  /** Negatives that repeat an earlier one of the same sample, dropped. */
  repeated: number;
}

function normalized(caption: string): string {
  return caption.trim().replace(/\s+/gu, " ");
}

/** Samples of records, with negatives that equal the positive or an earlier one dropped and counted. `folder` is where the records' image paths start. */
export function samplesOf({ records, folder }: { records: Iterable<DiagramRecord>; folder: string }): { samples: Sample[]; counts: SampleCounts } {
  const counts: SampleCounts = { samples: 0, sameAsPositive: 0, repeated: 0 };
  const samples: Sample[] = [];
  for (const record of records) {
    const sample: Sample = { id: record.id, image: imageFileOf(folder, record.image), caption: record.caption, textNegatives: [], imageNegatives: [] };
    const captions = new Set([normalized(record.caption)]);
    const images = new Set([record.image]);
    for (const negative of record.negatives) {
      if (negative.kind === "image") {
        if (images.has(negative.image)) {
          counts.repeated += 1;
          continue;
        }
        images.add(negative.image);
        sample.imageNegatives.push({ image: imageFileOf(folder, negative.image), caption: negative.caption, classes: negative.edits.map((edit) => edit.class) });
        continue;
      }
      const words = normalized(negative.caption);
      if (captions.has(words)) {
        if (words === normalized(record.caption)) counts.sameAsPositive += 1;
        else counts.repeated += 1;
        continue;
      }
      captions.add(words);
      sample.textNegatives.push({ kind: negative.kind, caption: negative.caption, classes: negative.kind === "rule" ? negative.edits.map((edit) => edit.class) : [] });
    }
    samples.push(sample);
    counts.samples += 1;
  }
  return { samples, counts };
}

/** Samples of the paper's two JSON forms (section 3); what negative captions are made by, these files do not say. */
export async function samplesOfPaper(file: string): Promise<{ samples: Sample[]; counts: SampleCounts }> {
  const counts: SampleCounts = { samples: 0, sameAsPositive: 0, repeated: 0 };
  const samples: Sample[] = [];
  const folder = dirname(file);
  for await (const entry of readPaperSamples(file)) {
    const caption = paperCaption(entry);
    const sample: Sample = { id: `${basename(file, ".json")}-${samples.length + 1}`, image: imageFileOf(folder, entry.positive_image_path), caption, textNegatives: [], imageNegatives: [] };
    const seen = new Set([normalized(caption), entry.positive_image_path]);
    for (const negative of isTextSample(entry) ? entry.negative_captions : entry.negative_image_path) {
      const key = isTextSample(entry) ? normalized(negative) : negative;
      if (seen.has(key)) {
        if (key === normalized(caption) || key === entry.positive_image_path) counts.sameAsPositive += 1;
        else counts.repeated += 1;
        continue;
      }
      seen.add(key);
      if (isTextSample(entry)) sample.textNegatives.push({ kind: "rule", caption: negative, classes: [] });
      else sample.imageNegatives.push({ image: imageFileOf(folder, negative), caption: null, classes: [] });
    }
    samples.push(sample);
    counts.samples += 1;
  }
  return { samples, counts };
}

/** The samples, and for each negative image with a caption of its own one more: that image and that caption, without negatives. */
export function withNegativesAsSamples(samples: readonly Sample[]): Sample[] {
  return samples.flatMap((sample) => [
    sample,
    ...sample.imageNegatives.flatMap(({ image, caption }, index): Sample[] => (caption === null || caption === sample.caption ? [] : [{ id: `${sample.id}-${index + 1}`, image, caption, textNegatives: [], imageNegatives: [] }])),
  ]);
}
