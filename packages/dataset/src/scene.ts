import { z } from "zod";

/** A position in the plane, y upwards, in the drawing's own units. */
export const positionSchema = z.tuple([z.number(), z.number()]);

/**
 * What was drawn: the coordinates every statement is judged on. y points upwards; lengths are in the problem's
 * own units (a segment said to be 4 long has length 4); `symbols` holds the values of free symbols such as `x`.
 */
export const sceneSchema = z.object({
  points: z.record(z.string(), positionSchema),
  circles: z.record(z.string(), z.object({ center: positionSchema, radius: z.number().positive() })),
  symbols: z.record(z.string(), z.number()),
});

export type Position = z.infer<typeof positionSchema>;
export type Scene = z.infer<typeof sceneSchema>;
