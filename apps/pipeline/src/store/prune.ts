import { readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { InputError } from "@mmgeo/dataset";
import { z } from "zod";
import { filesBelow } from "./digest.js";

const stagesSchema = z.array(z.object({ stage: z.string(), key: z.string() }));
/** What a run's and a study's report have in common: the stages behind them. */
const runReport = z.object({ provenance: stagesSchema });
const studyReport = z.object({ provenance: z.array(z.object({ stages: stagesSchema })) });

/** The folders of the store that the reports beside it are made of. */
async function referenced(out: string): Promise<Set<string>> {
  const names = new Set<string>();
  const add = (stages: z.infer<typeof stagesSchema>): void => stages.forEach(({ stage, key }) => names.add(`${stage}-${key}`));
  for (const file of ["report.json", "study.json"]) {
    const text = await readFile(join(out, file), "utf8").catch(() => null);
    if (text === null) continue;
    const value: unknown = JSON.parse(text);
    const run = runReport.safeParse(value);
    if (run.success) add(run.data.provenance);
    else for (const { stages } of studyReport.parse(value).provenance) add(stages);
  }
  return names;
}

async function bytesBelow(folder: string): Promise<number> {
  let bytes = 0;
  for (const file of await filesBelow(folder)) bytes += (await stat(join(folder, file))).size;
  return bytes;
}

export interface Pruned {
  removed: { name: string; bytes: number }[];
  kept: string[];
}

/**
 * Removes from the store below `out` what no report there is made of: results of earlier settings, and what stopped stages
 * left. With `dryRun` nothing is removed. To be called while no run holds the folder.
 */
export async function pruneStore({ out, dryRun = false }: { out: string; dryRun?: boolean }): Promise<Pruned> {
  const store = join(out, "store");
  const wanted = await referenced(out);
  if (wanted.size === 0) throw new InputError({ message: "no report there says what is needed (report.json or study.json); finish the run first, or remove the folder", file: out });
  const names = (await readdir(store)).toSorted();
  const pruned: Pruned = { removed: [], kept: names.filter((name) => wanted.has(name)) };
  for (const name of names.filter((name) => !wanted.has(name))) {
    pruned.removed.push({ name, bytes: await bytesBelow(join(store, name)) });
    if (dryRun) continue;
    // Renamed first: whoever looks meanwhile finds a whole folder or none.
    const aside = join(store, `${name}.removed.partial`);
    await rename(join(store, name), aside);
    await rm(aside, { recursive: true });
  }
  return pruned;
}
