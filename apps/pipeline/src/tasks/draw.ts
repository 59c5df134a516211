import { join } from "node:path";
import { writeFileAtomic } from "@mmgeo/dataset";
import { buildDataset, type Problem, sampleStyle } from "@mmgeo/diagram";
import { z } from "zod";
import { linesSchema, readLineRange } from "./lines.js";
import type { TaskContext } from "./task.js";

export const drawPayload = z.object({ problems: linesSchema, negatives: z.number().int(), size: z.number().int(), style: z.enum(["plain", "varied"]), marks: z.enum(["stated", "none"]), seed: z.number().int() });
export type DrawPayload = z.infer<typeof drawPayload>;

export const drawResultFile = "drawn.json";
export const drawResult = z.object({ built: z.number().int(), failed: z.array(z.object({ id: z.string(), stage: z.string(), reason: z.string() })) });

/** Solves, proves, draws, captions and perturbs some problems: a dataset folder of their records. */
export async function drawTask(payload: unknown, { store, folder }: TaskContext): Promise<void> {
  const { problems, negatives, size, style, marks, seed } = drawPayload.parse(payload);
  const { built, failed } = await buildDataset({
    problems: (await readLineRange({ store, range: problems })) as Problem[],
    folder,
    negatives,
    size,
    seed,
    marks,
    // One look a task: the same wherever and in whatever order tasks are done.
    ...(style === "varied" ? { style: sampleStyle(seed + problems.from) } : {}),
    workers: 1,
  });
  await writeFileAtomic(join(folder, drawResultFile), JSON.stringify({ built, failed }));
}
