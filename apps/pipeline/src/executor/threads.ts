import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { Piscina } from "piscina";
import { runTask, type TaskRequest } from "../tasks/task.js";
import { type Executor, isMachineError, type SetAside, TRIES } from "./executor.js";

/** What a thread is told to do. */
export interface ThreadWork {
  store: string;
  request: TaskRequest;
  worker: string;
}

/** Threads run the built file beside this one; where there is none (run from sources) a task is done in this thread. */
export function taskRunner(threads: number): { run: (work: Omit<ThreadWork, "worker">) => Promise<void>; close: () => Promise<void> } {
  const filename = fileURLToPath(new URL("./task-thread.js", import.meta.url));
  const worker = String(process.pid);
  if (!existsSync(filename)) return { run: (work) => runTask({ ...work, worker }), close: async () => undefined };
  const pool = new Piscina({ filename, minThreads: threads, maxThreads: threads });
  return { run: (work) => pool.run({ ...work, worker }) as Promise<void>, close: () => pool.destroy() };
}

async function attempt({ store, request, run }: { store: string; request: TaskRequest; run: (work: { store: string; request: TaskRequest }) => Promise<void> }): Promise<SetAside | null> {
  for (let tried = 1; ; tried += 1) {
    try {
      await run({ store, request });
      return null;
    } catch (error) {
      if (isMachineError(error)) throw error;
      if (tried === TRIES) return { request, error: error instanceof Error ? error.message : String(error) };
    }
  }
}

/** Does tasks on threads of this process. */
export function threadExecutor({ threads = availableParallelism() }: { threads?: number } = {}): Executor {
  let runner: ReturnType<typeof taskRunner> | null = null;
  return {
    async run({ store, requests, onDone }) {
      runner ??= taskRunner(threads);
      const { run } = runner;
      let done = 0;
      const outcomes = await Promise.all(
        requests.map(async (request) => {
          const outcome = await attempt({ store, request, run });
          onDone((done += 1));
          return outcome;
        }),
      );
      return outcomes.filter((outcome) => outcome !== null);
    },
    async close() {
      await runner?.close();
      runner = null;
    },
  };
}
