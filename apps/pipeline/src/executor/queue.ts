import { existsSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { InputError } from "@mmgeo/dataset";
import { Queue, UnrecoverableError, Worker } from "bullmq";
import { Redis } from "ioredis";
import { z } from "zod";
import { folderOfTask, type TaskRequest, taskRequestSchema } from "../tasks/task.js";
import type { CarriedTask, Depot } from "./depot.js";
import { type Executor, isMachineError, type SetAside, TRIES } from "./executor.js";
import { taskRunner } from "./threads.js";

/** How often finished tasks are looked for, and how often the queue is asked about those that are not. */
const LOOK = 100;
const LOOK_AFAR = 1000;
/** Tasks that are in the queue at most: enough for a thousand workers, and few enough to be looked for and asked about. */
const WINDOW = 5000;
const ASK = 2000;
/** A worker that has not been heard of for so long is taken for lost, and its tasks are given to others. */
const LOST = 10_000;
/** A task whose workers were lost so often is set aside: it may be what kills them. */
const LOST_TRIES = 10;
/** A queue that cannot be reached for so long fails the run. */
const UNREACHABLE = 120_000;

const options = { attempts: TRIES, backoff: { type: "exponential", delay: 200 }, removeOnComplete: true } as const;

/** @throws {InputError} where nothing answers at the address */
async function connect(url: string): Promise<Redis> {
  let problem = "";
  const redis = new Redis(url, { maxRetriesPerRequest: null, lazyConnect: true, retryStrategy: (times) => Math.min(2000, 50 * times) });
  redis.on("error", (error) => (problem = error.message));
  try {
    await redis.connect();
  } catch (error) {
    redis.disconnect();
    throw new InputError({ message: `no Redis answers there (${problem === "" ? String(error) : problem}); start one, or correct the address`, field: "--redis", cause: error });
  }
  return redis;
}

const carriedSchema = z.object({ request: taskRequestSchema, inputs: z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/u)) });

const idOf = ({ kind, key }: TaskRequest): string => `${kind}-${key}`;

/**
 * Has tasks done by workers (`mmgeo worker`) that hear of them through a queue in Redis and see the same store, or reach the same
 * depot. What counts is the folder that a task publishes: the queue may deliver a task twice, lose it or forget everything in a restart, and the
 * result is the same. Tasks that are neither done nor in the queue are put in again.
 */
export async function queueExecutor({ redis: url, queue: name, depot = null, window = WINDOW }: { redis: string; queue: string; depot?: Depot | null; window?: number }): Promise<Executor> {
  const redis = await connect(url);
  const queue = new Queue(name, { connection: redis });
  queue.on("error", () => undefined);

  /** Puts in again what the queue does not know; returns the tasks that failed for good. */
  async function askAbout(waiting: readonly TaskRequest[], carried: ReadonlyMap<string, CarriedTask>): Promise<SetAside[]> {
    const setAside: SetAside[] = [];
    for (const request of waiting) {
      const job = await queue.getJob(idOf(request));
      if (job === undefined) await queue.add(request.kind, carried.get(request.key)!, { ...options, jobId: idOf(request) });
      else if ((await job.getState()) === "failed") {
        const error = job.failedReason;
        // Forgotten, so that a later run tries it again.
        await job.remove();
        if (isMachineError(new Error(error))) throw new Error(error);
        setAside.push({ request, error });
      }
    }
    return setAside;
  }

  return {
    async run({ store, requests, onDone }) {
      const setAside: SetAside[] = [];
      await depot?.collect(store, requests);
      const undone = requests.filter((request) => !existsSync(folderOfTask(store, request)));
      const carried = new Map<string, CarriedTask>();
      let begun = 0;
      let waiting: TaskRequest[] = [];
      const fill = async (): Promise<void> => {
        const more = undone.slice(begun, begun + window - waiting.length);
        if (more.length === 0) return;
        begun += more.length;
        waiting.push(...more);
        for (const request of more) carried.set(request.key, (await depot?.carry(store, request)) ?? { request, inputs: {} });
        await queue.addBulk(more.map((request) => ({ name: request.kind, data: carried.get(request.key)!, opts: { ...options, jobId: idOf(request) } })));
      };
      await fill();
      let asked = Date.now();
      let answered = Date.now();
      while (waiting.length > 0) {
        await delay(depot === null ? LOOK : LOOK_AFAR);
        await depot?.collect(store, waiting);
        waiting = waiting.filter((request) => !existsSync(folderOfTask(store, request)));
        onDone(requests.length - undone.length + begun - waiting.length);
        if (redis.status === "ready") await fill();
        if (Date.now() - asked < ASK) continue;
        asked = Date.now();
        if (redis.status === "ready") {
          answered = Date.now();
          const failed = await askAbout(waiting, carried);
          setAside.push(...failed);
          const keys = new Set(failed.map(({ request }) => request.key));
          waiting = waiting.filter(({ key }) => !keys.has(key));
          await fill();
        } else if (Date.now() - answered > UNREACHABLE) throw new Error(`Redis at ${url} has not answered for ${UNREACHABLE / 1000} s; start it and run again: what is done is kept`);
      }
      return setAside;
    },
    forget: async (requests) => depot?.forget(requests),
    async close() {
      await queue.close();
      redis.disconnect();
    },
  };
}

export interface WorkOptions {
  redis: string;
  queue: string;
  /** the store's folder: the run's, or with a depot one of the worker's own */
  store: string;
  /** tasks done at once */
  threads: number;
  signal: AbortSignal;
  depot?: Depot | null;
  /** the worker ends after so long without a task @default never */
  idleSeconds?: number;
  onTask: (task: { id: string; error: string | null }) => void;
}

/** Does tasks from the queue until `signal` is aborted or there are none for long; then it finishes those it has begun. */
export async function workQueue({ redis: url, queue: name, store, threads, signal, depot = null, idleSeconds = Number.POSITIVE_INFINITY, onTask }: WorkOptions): Promise<void> {
  const redis = await connect(url);
  const { run, close } = taskRunner(threads);
  let busy = 0;
  let lastTask = Date.now();

  async function work(carried: CarriedTask): Promise<void> {
    const { request } = carried;
    if (depot === null) return await run({ store, request });
    if (await depot.has(request)) return;
    await depot.fetch(store, carried);
    await run({ store, request });
    await depot.publish(store, request);
  }

  const worker = new Worker(
    name,
    async (job) => {
      const carried = carriedSchema.parse(job.data);
      const id = idOf(carried.request);
      busy += 1;
      try {
        await work(carried);
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        onTask({ id, error: message });
        throw error instanceof InputError ? new UnrecoverableError(message) : error;
      } finally {
        busy -= 1;
        lastTask = Date.now();
      }
      onTask({ id, error: null });
    },
    { connection: redis, concurrency: threads, lockDuration: LOST, stalledInterval: LOST / 2, maxStalledCount: LOST_TRIES },
  );
  // Of the connection: it is made again, and whoever waits for the tasks says so if that takes too long.
  worker.on("error", () => undefined);
  const isIdle = (): boolean => busy === 0 && Date.now() - lastTask >= idleSeconds * 1000;
  while (!signal.aborted && !isIdle()) await delay(LOOK, null, { signal }).catch(() => undefined);
  // Where Redis is gone, nobody answers that the worker goes: then it goes once it has nothing in hand.
  let closed = false;
  const isOver = (): boolean => closed || (busy === 0 && redis.status !== "ready");
  const gone = async (): Promise<void> => {
    do await delay(ASK);
    while (!isOver());
  };
  await Promise.race([worker.close().then(() => (closed = true)), gone()]);
  if (!closed) void worker.close(true).catch(() => undefined);
  await close();
  redis.disconnect();
}
