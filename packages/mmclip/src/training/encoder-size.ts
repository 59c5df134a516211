import { z } from "zod";

const towerSchema = z.strictObject({ width: z.number().int().positive(), layers: z.number().int().positive(), heads: z.number().int().positive(), intermediate: z.number().int().positive().optional() });

/** The size of a new encoder, as configurations give it. */
export const encoderSizeSchema = z.strictObject({
  type: z.enum(["siglip", "clip"]).default("siglip"),
  vision: towerSchema.extend({ imageSize: z.number().int().positive(), patchSize: z.number().int().positive() }),
  text: towerSchema,
  /** The most tokens of a caption. @default the longest caption's */
  maximumTokens: z.number().int().positive().optional(),
});
export type EncoderSize = z.infer<typeof encoderSizeSchema>;
