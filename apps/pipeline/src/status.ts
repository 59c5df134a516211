import { existsSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { InputError, validate, writeFileAtomic } from "@mmgeo/dataset";
import { z } from "zod";
import type { DisplayStages } from "./run.js";
import type { Progress } from "./stage.js";

const FILE = "status.json";
/** The file is written at most this often while a stage goes on. */
const INTERVAL = 1000;
/** A run that has not written for so long and holds no lock is not running. */
const SILENT = 60_000;

export const statusSchema = z.object({
  pid: z.number().int(),
  host: z.string(),
  stages: z.array(
    z.object({
      stage: z.string(),
      state: z.enum(["waiting", "running", "made", "reused", "failed"]),
      seconds: z.number().nullable(),
      progress: z.object({ done: z.number(), total: z.number(), text: z.string().optional() }).nullable(),
    }),
  ),
});

export type Status = z.infer<typeof statusSchema>;

/** Shows stages as `display` does, and also keeps `status.json` below `out`, which `mmgeo status` reads from elsewhere. */
export function withStatus({ out, display }: { out: string; display: DisplayStages }): DisplayStages {
  return async ({ stages, work }) => {
    const status: Status = { pid: process.pid, host: hostname(), stages: stages.map(({ name }) => ({ stage: name, state: "waiting", seconds: null, progress: null })) };
    let written = 0;
    let writing: Promise<void> = Promise.resolve();
    const write = (): Promise<void> => {
      written = Date.now();
      return (writing = writing.then(() => writeFileAtomic(join(out, FILE), `${JSON.stringify(status)}\n`)));
    };
    await display({
      stages,
      work: async (stage, progress) => {
        const entry = status.stages.find((entry) => entry.stage === stage.name)!;
        const started = Date.now();
        entry.state = "running";
        await write();
        try {
          const published = await work(stage, (now: Progress) => {
            progress(now);
            entry.progress = now;
            entry.seconds = (Date.now() - started) / 1000;
            // What cannot be written now is written at the end of the stage, or fails it there.
            if (Date.now() - written >= INTERVAL) write().catch(() => undefined);
          });
          Object.assign(entry, { state: published.reused ? "reused" : "made", seconds: published.seconds, progress: null });
          return published;
        } catch (error) {
          entry.state = "failed";
          throw error;
        } finally {
          await write();
        }
      },
    });
  };
}

export interface CurrentStatus extends Status {
  /** whether a run holds the folder now */
  running: boolean;
}

/** @throws {InputError} where nothing was run in the folder */
export async function readStatus(out: string): Promise<CurrentStatus> {
  const file = join(out, FILE);
  if (!existsSync(file)) throw new InputError({ message: "no run has written its status here; give the folder of a run", file: out });
  const status = validate({ schema: statusSchema, value: JSON.parse(await readFile(file, "utf8")), place: { file } });
  const lock = await stat(join(out, "run.lock")).catch(() => null);
  return { ...status, running: lock !== null && Date.now() - lock.mtimeMs < SILENT };
}
