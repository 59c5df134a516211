import { readFile } from "node:fs/promises";
import { InputError, parseJson, writeFileAtomic } from "@mmgeo/dataset";
import { runConfigSchema } from "../config.js";
import type { Progress } from "../stage.js";
import { trainEncoderStage } from "../stages/encoder-training.js";
import { progressFileOf, trainingRequestSchema } from "./together.js";

/** Progress is written at most so often. */
const INTERVAL = 500;

/** One of several processes that train together: does what the request in the file named says. */
async function main(file: string): Promise<void> {
  const { config, training, folder } = trainingRequestSchema.parse(parseJson(await readFile(file, "utf8"), { file }));
  let written = 0;
  const progress = (now: Progress): void => {
    if (Date.now() - written < INTERVAL) return;
    written = Date.now();
    void writeFileAtomic(progressFileOf(file), JSON.stringify(now)).catch(() => undefined);
  };
  await trainEncoderStage({ config: runConfigSchema.parse(config), training, folder, progress });
}

main(process.argv[2] ?? "").catch((error: unknown) => {
  process.stderr.write(`mmgeo: ${InputError.isInstance(error) ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
