import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomic } from "@mmgeo/dataset";
import { z } from "zod";
import type { RunConfig } from "../config.js";
import type { Progress, Stage } from "../stage.js";
import { codeDigest } from "./code.js";
import { digestOfFolder, digestOfValue } from "./digest.js";

/** Says which stage was published where, what went in and what came out; written last, so that its presence means complete. */
const MANIFEST = "stage.json";

const manifestSchema = z.object({
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
}

async function readManifest(folder: string): Promise<z.infer<typeof manifestSchema> | null> {
  const file = join(folder, MANIFEST);
  if (!existsSync(file)) return null;
  const parsed = manifestSchema.safeParse(JSON.parse(await readFile(file, "utf8")));
  return parsed.success ? parsed.data : null;
}

/**
 * Runs a stage, or finds it done. Its key is made of the contents that went in, the parameters and the code that shapes the
 * result, so a change does again exactly what depends on it. The work happens in `<key>.partial` and is published by one
 * rename: whoever looks finds a whole folder or none.
 */
export async function publish({ store, stage, config, inputs, progress }: { store: string; stage: Stage; config: RunConfig; inputs: ReadonlyMap<string, Published>; progress: (progress: Progress) => void }): Promise<Published> {
  const needed = Object.fromEntries(
    stage.inputs.map((name) => {
      const published = inputs.get(name);
      if (published === undefined) throw new Error(`stage ${stage.name} needs ${name}, which does not come before it`);
      return [name, { key: published.key, digest: published.digest }];
    }),
  );
  const parameters = stage.parameters(config);
  const code = await codeDigest(stage.packages);
  const key = digestOfValue({ stage: stage.name, inputs: Object.fromEntries(Object.entries(needed).map(([name, { digest }]) => [name, digest])), parameters, code }).slice(0, 16);
  const folder = join(store, `${stage.name}-${key}`);
  const found = stage.always?.(config) === true ? null : await readManifest(folder);
  if (found !== null) return { stage: stage.name, folder, key, digest: found.digest, reused: true, seconds: found.seconds };

  const partial = `${folder}.partial`;
  await mkdir(partial, { recursive: true });
  const started = performance.now();
  await stage.run({ folder: partial, inputs: Object.fromEntries(stage.inputs.map((name) => [name, inputs.get(name)!.folder])), config, progress });
  const seconds = (performance.now() - started) / 1000;
  const digest = await digestOfFolder(partial, (file) => file === MANIFEST);
  await writeFileAtomic(join(partial, MANIFEST), `${JSON.stringify({ stage: stage.name, key, digest, inputs: needed, parameters, code, seconds }, null, 2)}\n`);
  // Either a stage that is done each time, or a folder without a manifest, which cannot have been published by us.
  await rm(folder, { recursive: true, force: true });
  await rename(partial, folder);
  return { stage: stage.name, folder, key, digest, reused: false, seconds };
}
