import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { RunConfig } from "./config.js";
import type { Executor } from "./executor/executor.js";
import { threadExecutor } from "./executor/threads.js";
import type { Progress, Stage } from "./stage.js";
import { type Identity, publish, type Published } from "./store/store.js";
import { whyMade } from "./store/why.js";

/** Does one stage, given those before it. */
export type StageWork = (stage: Stage, progress: (progress: Progress) => void) => Promise<Published>;

/** Calls the work of each stage in turn and shows how it goes. */
export type DisplayStages = (options: { stages: readonly Stage[]; work: StageWork }) => Promise<void>;

async function oneAfterTheOther({ stages, work }: Parameters<DisplayStages>[0]): Promise<void> {
  for (const stage of stages) await work(stage, () => undefined);
}

/**
 * Runs stages in order, each in the store below `out`; what is there already is not done again. `given` are stages that were
 * published before, of which these may need some.
 */
export async function runStages({
  stages,
  config,
  out,
  display = oneAfterTheOther,
  given = [],
  explain,
  executor = threadExecutor(),
}: {
  stages: readonly Stage[];
  config: RunConfig;
  out: string;
  display?: DisplayStages;
  given?: readonly Published[];
  /** is told why a stage has to be made, before it is */
  explain?: (stage: Stage, reasons: string[]) => void;
  /** does the tasks that stages are cut into; the caller closes one that it gives */
  executor?: Executor;
}): Promise<Published[]> {
  const store = join(out, "store");
  await mkdir(store, { recursive: true });
  const inputs = new Map(given.map((published) => [published.stage, published]));
  const done: Published[] = [];
  await display({
    stages,
    work: async (stage, progress) => {
      const onStart = explain && (async (identity: Identity) => explain(stage, await whyMade({ store, identity, always: stage.always?.(config) === true })));
      const published = await publish({ store, stage, config, inputs, progress, executor, onStart });
      inputs.set(stage.name, published);
      done.push(published);
      return published;
    },
  });
  return done;
}
