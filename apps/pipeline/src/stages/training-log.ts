import { cp, readdir } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomic } from "@mmgeo/dataset";
import type { TrainProgress } from "@mmgeo/engine";
import { z } from "zod";
import { logsFolder } from "../store/store.js";

export const speedFile = "speed.json";

/** How fast a training went in the sitting that finished it. */
export const speedSchema = z.array(z.object({ part: z.string(), steps: z.number().int(), examplesPerSecond: z.number(), operationsPerSecond: z.number(), waitingShare: z.number() }));
export type Speed = z.infer<typeof speedSchema>[number];

export const speedOf = (part: string, { steps, examplesPerSecond, operationsPerSecond, waitingShare }: TrainProgress): Speed => ({ part, steps, examplesPerSecond, operationsPerSecond, waitingShare });

/** Keeps TensorBoard's event files of a training's folder below the stage's logs: `tensorboard --logdir` of a store shows all of them. */
export async function keepEvents({ training, stage, part }: { training: string; stage: string; part: string }): Promise<void> {
  for (const name of await readdir(training)) {
    if (name.includes("tfevents")) await cp(join(training, name), join(stage, logsFolder, part, name));
  }
}

export async function keepSpeeds(stage: string, speeds: Iterable<Speed>): Promise<void> {
  await writeFileAtomic(join(stage, logsFolder, speedFile), `${JSON.stringify([...speeds])}\n`);
}
