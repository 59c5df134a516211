import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomic } from "@mmgeo/dataset";
import { z } from "zod";
import { drawPayload, drawTask } from "./draw.js";
import { minePayload, mineTask } from "./mine.js";

/**
 * A part of a stage that can be done anywhere: by a thread here, or by a worker on another machine that sees the same store.
 * It reads published or finished files of the store and writes a folder of its own.
 */
export interface TaskContext {
  /** the store's folder on this machine; paths in payloads are relative to it */
  store: string;
  /** where the task writes */
  folder: string;
}

type TaskFunction = (payload: unknown, context: TaskContext) => Promise<void>;

interface TaskDescription {
  run: TaskFunction;
  /** the files that a task reads, relative to the store */
  inputs: (payload: unknown) => string[];
}

const tasks = {
  draw: { run: drawTask, inputs: (payload) => [drawPayload.parse(payload).problems.file] },
  mine: { run: mineTask, inputs: (payload) => [minePayload.parse(payload).records.file] },
} satisfies Record<string, TaskDescription>;
export type TaskKind = keyof typeof tasks;

/** The files that a task reads, relative to the store. */
export const inputsOfTask = ({ kind, payload }: TaskRequest): string[] => tasks[kind].inputs(payload);

/** One task as it is sent to whoever does it. Its key is a digest of all that shapes its result. */
export const taskRequestSchema = z.object({ kind: z.enum(Object.keys(tasks) as [TaskKind, ...TaskKind[]]), key: z.string().regex(/^[0-9a-f]{16}$/u), payload: z.unknown() });
export type TaskRequest = z.infer<typeof taskRequestSchema>;

/** Below the store: folders of tasks, which the stage that asked for them removes when it has gathered them. */
export const tasksFolder = "tasks";

export function folderOfTask(store: string, { kind, key }: TaskRequest): string {
  return join(store, tasksFolder, `${kind}-${key}`);
}

/**
 * Does a task, unless its folder is there. Done twice at once (a worker that was thought lost), the first to rename
 * its folder publishes and the other throws its own away: both hold the same bytes.
 */
export async function runTask({ store, request, worker }: { store: string; request: TaskRequest; worker: string }): Promise<void> {
  const folder = folderOfTask(store, request);
  if (existsSync(folder)) return;
  const partial = `${folder}.${worker}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  try {
    await tasks[request.kind].run(request.payload, { store, folder: partial });
    await writeFileAtomic(join(partial, "task.json"), `${JSON.stringify(request)}\n`);
    await rename(partial, folder);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    if (existsSync(folder)) return;
    throw error;
  }
}
