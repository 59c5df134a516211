import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomic } from "@mmgeo/dataset";
import { z } from "zod";
import type { RunConfig } from "../config.js";
import type { Executor } from "../executor/executor.js";
import type { Progress, Stage, StageContext } from "../stage.js";
import { folderOfTask, type TaskRequest, tasksFolder } from "../tasks/task.js";
import { codeDigest } from "./code.js";
import { digestOfFolder, digestOfValue } from "./digest.js";

/** Says which stage was published where, what went in and what came out; written last, so that its presence means complete. */
const MANIFEST = "stage.json";

/** Below a stage's folder: what it tells of how it went (speeds, TensorBoard's events). It is no part of the result and does not count in its digest. */
export const logsFolder = "logs";

export const manifestSchema = z.object({
  stage: z.string(),
  key: z.string(),
  /** of the folder's files, this one left out */
  digest: z.string(),
  inputs: z.record(z.string(), z.object({ key: z.string(), digest: z.string() })),
  parameters: z.unknown(),
  code: z.record(z.string(), z.string()),
  /** wall time of the last sitting that finished it; no result depends on it */
  seconds: z.number(),
});

export interface Published {
  stage: string;
  folder: string;
  key: string;
  digest: string;
  /** true when it was there already */
  reused: boolean;
  seconds: number;
  /** errors of the tasks that were set aside while it was made */
  setAside: string[];
}

export type Manifest = z.infer<typeof manifestSchema>;

/** What a published folder says of itself; null where it is not a published folder. */
export async function readManifest(folder: string): Promise<Manifest | null> {
  const file = join(folder, MANIFEST);
  if (!existsSync(file)) return null;
  try {
    return manifestSchema.parse(JSON.parse(await readFile(file, "utf8")));
  } catch {
    // Damaged from outside: the stage is made again.
    return null;
  }
}

/** Everything that shapes what a stage makes. Its key is a digest of this. */
export type Identity = Pick<Manifest, "stage" | "inputs" | "parameters" | "code">;

export async function identityOf({ stage, config, inputs }: { stage: Stage; config: RunConfig; inputs: ReadonlyMap<string, Published> }): Promise<Identity> {
  const needed = Object.fromEntries(
    stage.inputs.map((name) => {
      const published = inputs.get(name);
      if (published === undefined) throw new Error(`stage ${stage.name} needs ${name}, which does not come before it`);
      return [name, { key: published.key, digest: published.digest }];
    }),
  );
  return { stage: stage.name, inputs: needed, parameters: stage.parameters(config), code: await codeDigest(stage.packages) };
}

function keyOf({ stage, inputs, parameters, code }: Identity): string {
  return digestOfValue({ stage, inputs: Object.fromEntries(Object.entries(inputs).map(([name, { digest }]) => [name, digest])), parameters, code }).slice(0, 16);
}

/**
 * Runs a stage, or finds it done. Its key is made of the contents that went in, the parameters and the code that shapes the
 * result, so a change does again exactly what depends on it. The work happens in `<key>.partial` and is published by one
 * rename: whoever looks finds a whole folder or none. `onStart` is told what is about to be made.
 */
export async function publish({
  store,
  stage,
  config,
  inputs,
  progress,
  executor,
  onStart,
}: {
  store: string;
  stage: Stage;
  config: RunConfig;
  inputs: ReadonlyMap<string, Published>;
  progress: (progress: Progress) => void;
  executor: Executor;
  onStart?: (identity: Identity) => Promise<void> | void;
}): Promise<Published> {
  const identity = await identityOf({ stage, config, inputs });
  const key = keyOf(identity);
  const folder = join(store, `${stage.name}-${key}`);
  const found = stage.always?.(config) === true ? null : await readManifest(folder);
  if (found !== null) return { stage: stage.name, folder, key, digest: found.digest, reused: true, seconds: found.seconds, setAside: [] };

  await onStart?.(identity);
  const partial = `${folder}.partial`;
  await mkdir(partial, { recursive: true });
  const started = performance.now();
  const requested: TaskRequest[] = [];
  const errors: string[] = [];
  const runTasks: StageContext["runTasks"] = async ({ kind, payloads, onDone = () => undefined }) => {
    const requests = payloads.map((payload): TaskRequest => ({ kind, key: digestOfValue({ stage: key, kind, payload }).slice(0, 16), payload }));
    requested.push(...requests);
    const setAside = new Map<string, string>((await executor.run({ store, requests, onDone })).map(({ request, error }) => [request.key, error]));
    errors.push(...setAside.values());
    return requests.map((request) => (setAside.has(request.key) ? { error: setAside.get(request.key)! } : { folder: folderOfTask(store, request) }));
  };
  await stage.run({ store, folder: partial, inputs: Object.fromEntries(stage.inputs.map((name) => [name, inputs.get(name)!.folder])), config, progress, runTasks });
  const seconds = (performance.now() - started) / 1000;
  const digest = await digestOfFolder(partial, (file) => file === MANIFEST || file.startsWith(`${logsFolder}/`));
  const manifest: Manifest = { ...identity, key, digest, seconds };
  await writeFileAtomic(join(partial, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
  // Either a stage that is done each time, or a folder without a manifest, which cannot have been published by us.
  await rm(folder, { recursive: true, force: true });
  await rename(partial, folder);
  await executor.forget?.(requested);
  for (const request of requested) await rm(folderOfTask(store, request), { recursive: true, force: true });
  // Empty now, unless a worker that was thought lost still writes there.
  if (requested.length > 0) await rmdir(join(store, tasksFolder)).catch(() => undefined);
  return { stage: stage.name, folder, key, digest, reused: false, seconds, setAside: errors };
}
