import { runTask } from "../tasks/task.js";
import type { ThreadWork } from "./threads.js";

/** What a thread of the thread executor runs. */
export default function runInThread({ store, request, worker }: ThreadWork): Promise<void> {
  return runTask({ store, request, worker: `${worker}-${request.key}` });
}
