import { Worker } from "node:worker_threads";
import type { Batch, TrainOptions } from "./options.js";

/** `batch` of the training options, made in worker threads; `close` ends them. */
export interface WorkerBatches {
  readonly batch: TrainOptions["batch"];
  readonly close: () => Promise<void>;
}

/** What a worker runs: it imports the module, makes its `batch` function once, and then answers requests. */
const program = `
const { parentPort, workerData } = require("node:worker_threads");
const made = import(workerData.module).then((module) => {
  if (typeof module.createBatch !== "function") throw new Error(workerData.module + " exports no function createBatch");
  return module.createBatch(workerData.options);
});
parentPort.on("message", async ({ request, indices, place }) => {
  try {
    const batch = await (await made)(indices, place);
    const buffers = new Set(Object.values(batch).map(({ data }) => data.buffer));
    // Arrays that fill their buffers move without a copy.
    const movable = Object.values(batch).every(({ data }) => data.byteLength === data.buffer.byteLength) ? [...buffers] : [];
    parentPort.postMessage({ request, batch }, movable);
  } catch (error) {
    parentPort.postMessage({ request, error });
  }
});
`;

/**
 * Makes batches in worker threads, so that a step never waits for data: the thread that trains is busy while a step runs and could
 * make none. Batches go to the workers in turn and come back in order.
 * @param module URL of an ES module that exports `createBatch(options)`, which returns (or promises) the function that makes a batch
 * @param options handed to `createBatch` in each worker; anything that can be cloned
 * @param workers how many threads @default 1
 */
export function workerBatches({ module, options, workers = 1 }: { module: URL | string; options?: unknown; workers?: number }): WorkerBatches {
  const waiting = new Map<number, { resolve: (batch: Batch) => void; reject: (error: unknown) => void }>();
  const fail = (error: unknown): void => {
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  const pool = Array.from({ length: Math.max(1, workers) }, () => {
    const worker = new Worker(program, { eval: true, workerData: { module: String(module), options } });
    worker.on("message", ({ request, batch, error }: { request: number; batch?: Batch; error?: unknown }) => {
      const waiter = waiting.get(request);
      waiting.delete(request);
      if (batch === undefined) waiter?.reject(error);
      else waiter?.resolve(batch);
      if (waiting.size === 0) for (const each of pool) each.unref();
    });
    worker.on("error", fail);
    worker.unref();
    return worker;
  });
  let requests = 0;
  return {
    batch: async (indices, place) =>
      await new Promise((resolve, reject) => {
        requests += 1;
        const worker = pool[requests % pool.length] as Worker;
        waiting.set(requests, { resolve, reject });
        // A process with nothing else to do stays alive while it waits for a batch, and only then.
        for (const each of pool) each.ref();
        worker.postMessage({ request: requests, indices, place }, []);
      }),
    close: async () => {
      fail(new Error("workerBatches: closed while a batch was being made"));
      await Promise.all(pool.map(async (worker) => await worker.terminate()));
    },
  };
}
