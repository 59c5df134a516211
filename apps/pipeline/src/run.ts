import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { RunConfig } from "./config.js";
import type { Progress, Stage } from "./stage.js";
import { publish, type Published } from "./store/store.js";

export interface RunEvents {
  started?: (stage: Stage) => void;
  progress?: (stage: Stage, progress: Progress) => void;
  finished?: (stage: Stage, published: Published) => void;
}

/** Runs stages in order, each in the store below `out`; what is there already is not done again. */
export async function runStages({ stages, config, out, events = {} }: { stages: Stage[]; config: RunConfig; out: string; events?: RunEvents }): Promise<Published[]> {
  const store = join(out, "store");
  await mkdir(store, { recursive: true });
  const published: Record<string, Published> = {};
  for (const stage of stages) {
    events.started?.(stage);
    const result = await publish({ store, stage, config, inputs: published, progress: (progress) => events.progress?.(stage, progress) });
    published[stage.name] = result;
    events.finished?.(stage, result);
  }
  return stages.map((stage) => published[stage.name]!);
}
