import { z } from "zod";
import type { DiagramRecord } from "../record.js";
import { validate } from "../validate.js";
import { writeFileAtomic } from "../write-file-atomic.js";
import { formatJsonList, pythonStyle, readJsonList, type JsonStyle } from "./json-list.js";

export { jsonStyleOf, pythonStyle, type JsonStyle } from "./json-list.js";

const conversationSchema = z.array(z.looseObject({ from: z.string(), value: z.string() })).min(2);

/** The text form: one image against its caption and captions that are false of it (paper section 3). */
export const paperTextSampleSchema = z.looseObject({
  positive_image_path: z.string(),
  negative_captions: z.array(z.string()),
  conversations: conversationSchema,
});

/** The image form: one caption against its image and images it is false of. */
export const paperImageSampleSchema = z.looseObject({
  positive_image_path: z.string(),
  negative_image_path: z.array(z.string()),
  conversations: conversationSchema,
});

export type PaperTextSample = z.infer<typeof paperTextSampleSchema>;
export type PaperImageSample = z.infer<typeof paperImageSampleSchema>;
export type PaperSample = PaperTextSample | PaperImageSample;

/** Which of the two forms a sample has. */
export function isTextSample(sample: PaperSample): sample is PaperTextSample {
  return "negative_captions" in sample;
}

/** The positive caption: the value of the second turn. */
export function paperCaption(sample: PaperSample): string {
  return sample.conversations[1]?.value ?? "";
}

/**
 * Samples of one of the paper's JSON files, in either form, one at a time. Every field is kept as it stands, also those
 * that the form does not name, in its order.
 *
 * @throws {InputError} where the file is no JSON list or a sample lacks a field; the field begins with the sample's index
 */
export async function* readPaperSamples(file: string): AsyncIterable<PaperSample> {
  for await (const { index, value } of readJsonList(file)) {
    const schema = typeof value === "object" && value !== null && "negative_captions" in value ? paperTextSampleSchema : paperImageSampleSchema;
    validate({ schema: z.record(z.string(), schema), value: { [index]: value }, place: { file } });
    yield value as PaperSample;
  }
}

/**
 * Writes samples as one JSON list. With the style of the file they were read from (`jsonStyleOf`), the bytes come out the same.
 *
 * @param style default is that of Python's `json.dump`
 */
export async function writePaperSamples({ file, samples, style = pythonStyle }: { file: string; samples: Iterable<PaperSample> | AsyncIterable<PaperSample>; style?: JsonStyle }): Promise<void> {
  await writeFileAtomic(file, formatJsonList(samples, style));
}

/** What the paper's scripts put before the caption; the encoder's training reads only the caption. */
const request = "<image>\nDescribe the geometric diagram.";

const conversationsOf = (caption: string) => [
  { from: "human", value: request },
  { from: "gpt", value: caption },
];

/** A record in the text form, with its rule-based and retrieved captions; null where it has none. */
export function paperTextSampleOf(record: DiagramRecord): PaperTextSample | null {
  const captions = record.negatives.flatMap((negative) => (negative.kind === "image" ? [] : [negative.caption]));
  return captions.length === 0 ? null : { positive_image_path: record.image, negative_captions: captions, conversations: conversationsOf(record.caption) };
}

/** A record in the image form, with its image negatives; null where it has none. */
export function paperImageSampleOf(record: DiagramRecord): PaperImageSample | null {
  const images = record.negatives.flatMap((negative) => (negative.kind === "image" ? [negative.image] : []));
  return images.length === 0 ? null : { positive_image_path: record.image, negative_image_path: images, conversations: conversationsOf(record.caption) };
}
