import { type BuildTask, runTask } from "./build-task.js";

/** What a worker thread of `buildDataset` runs. */
export default function buildInWorker(task: BuildTask): ReturnType<typeof runTask> {
  return runTask(task);
}
