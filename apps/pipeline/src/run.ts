import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { RunConfig } from "./config.js";
import type { Progress, Stage } from "./stage.js";
import { publish, type Published } from "./store/store.js";

/** Does one stage, given those before it. */
export type StageWork = (stage: Stage, progress: (progress: Progress) => void) => Promise<Published>;

async function oneAfterTheOther({ stages, work }: { stages: readonly Stage[]; work: StageWork }): Promise<void> {
  for (const stage of stages) await work(stage, () => undefined);
}

/**
 * Runs stages in order, each in the store below `out`; what is there already is not done again. `display` calls the work of
 * each stage in turn and shows how it goes.
 */
export async function runStages({
  stages,
  config,
  out,
  display = oneAfterTheOther,
}: {
  stages: readonly Stage[];
  config: RunConfig;
  out: string;
  display?: (options: { stages: readonly Stage[]; work: StageWork }) => Promise<void>;
}): Promise<Published[]> {
  const store = join(out, "store");
  await mkdir(store, { recursive: true });
  const published: Record<string, Published> = {};
  await display({
    stages,
    work: async (stage, progress) => (published[stage.name] = await publish({ store, stage, config, inputs: published, progress })),
  });
  return Object.values(published);
}
