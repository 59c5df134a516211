import type { RunConfig } from "./config.js";
import type { TaskKind } from "./tasks/task.js";

export interface Progress {
  done: number;
  total: number;
  /** what is being counted, or what was last measured: `records`, `loss 1.93` */
  text?: string;
}

/** What became of a task: the folder it wrote, or why it was set aside after three tries. */
export type TaskOutcome = { folder: string } | { error: string };

export interface StageContext {
  /** The store's folder; payloads of tasks name files relative to it. */
  store: string;
  /** Where the stage writes. After a kill it is given again with what it held, so that a stage can go on in it. */
  folder: string;
  /** The published folder of each stage named in `inputs`. */
  inputs: Record<string, string>;
  config: RunConfig;
  progress: (progress: Progress) => void;
  /**
   * Has tasks done wherever the run's executor does them, one outcome for each payload in order. Folders of tasks are removed
   * when the stage is published.
   */
  runTasks: (options: { kind: TaskKind; payloads: readonly unknown[]; onDone?: (done: number) => void }) => Promise<TaskOutcome[]>;
}

/** One step of a run: a function from published folders and parameters to a folder that depends on nothing else. */
export interface Stage {
  name: string;
  title: string;
  /** stages that come before it in the list of stages */
  inputs: string[];
  /** packages whose code shapes the result: a change of their build does the stage again */
  packages: string[];
  /** everything in the configuration, and of the world outside, that shapes the result */
  parameters: (config: RunConfig) => unknown;
  /** true when something outside the store is read that may have changed: the stage is done each time */
  always?: (config: RunConfig) => boolean;
  run: (context: StageContext) => Promise<void>;
}
