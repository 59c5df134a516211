import { z } from "zod";
import { sceneSchema } from "./scene.js";

/** The paper's four classes of caption and diagram edits (section 2.2). */
export const editClasses = ["order", "shape", "relation", "number"] as const;
export const editClassSchema = z.enum(editClasses);
export type EditClass = z.infer<typeof editClassSchema>;

/** One edit that turned a positive into a negative; `span` is the place of the edited words in the negative caption, in UTF-16 units, end exclusive. */
export const editSchema = z.object({
  class: editClassSchema,
  from: z.string(),
  to: z.string(),
  span: z.tuple([z.number().int().min(0), z.number().int().min(0)]).optional(),
});
export type Edit = z.infer<typeof editSchema>;

/** A diagram redrawn from an edited program. `falseClaims` are claims of the positive caption that are false of this image. */
export const imageNegativeSchema = z.object({
  kind: z.literal("image"),
  image: z.string(),
  program: z.string(),
  scene: sceneSchema,
  edits: z.array(editSchema).min(1),
  caption: z.string(),
  claims: z.array(z.string()),
  falseClaims: z.array(z.string()).min(1),
});

/** An edited caption. `falseClaims` are claims of this caption that are false of the positive image. */
export const ruleNegativeSchema = z.object({
  kind: z.literal("rule"),
  caption: z.string(),
  claims: z.array(z.string()),
  falseClaims: z.array(z.string()).min(1),
  edits: z.array(editSchema).min(1),
});

/** A caption of another record (`from` is its id). `falseClaims` are claims of that caption that are false of the positive image. */
export const retrievalNegativeSchema = z.object({
  kind: z.literal("retrieval"),
  caption: z.string(),
  from: z.string(),
  similarity: z.number(),
  falseClaims: z.array(z.string()),
});

export const negativeSchema = z.discriminatedUnion("kind", [imageNegativeSchema, ruleNegativeSchema, retrievalNegativeSchema]);

export const questionSchema = z.object({
  text: z.string(),
  choices: z.array(z.string()).nullable(),
  answer: z.string(),
  goal: z.string().nullable(),
});

export const provenanceSchema = z.object({
  source: z.string(),
  licence: z.string().nullable(),
  seed: z.number().int(),
  generator: z.string(),
  model: z.string().nullable(),
  /** What a reader of the record should know: repairs made to the program, sides out of proportion. */
  notes: z.array(z.string()).optional(),
});

/** One line of `records.jsonl`: a diagram, a caption proven true of it, and its negatives, proven false. Image paths are relative to the file. */
export const recordSchema = z.object({
  id: z.string().min(1),
  image: z.string(),
  caption: z.string(),
  claims: z.array(z.string()),
  program: z.string(),
  scene: sceneSchema,
  question: questionSchema.nullable(),
  negatives: z.array(negativeSchema),
  provenance: provenanceSchema,
});

export type ImageNegative = z.infer<typeof imageNegativeSchema>;
export type RuleNegative = z.infer<typeof ruleNegativeSchema>;
export type RetrievalNegative = z.infer<typeof retrievalNegativeSchema>;
export type Negative = z.infer<typeof negativeSchema>;
export type Question = z.infer<typeof questionSchema>;
export type Provenance = z.infer<typeof provenanceSchema>;
export type DiagramRecord = z.infer<typeof recordSchema>;
