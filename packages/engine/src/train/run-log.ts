import { createReadStream, existsSync } from "node:fs";
import { appendFile, mkdir, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Speed } from "./clock.js";
import { EventFile } from "./event-file.js";

/** What a run writes down about itself: `metrics.jsonl`, one line a step, the same for the same run; and an event file for TensorBoard, with speeds as well. */
export class RunLog {
  private readonly folder: string;
  private readonly metricsFile: string;
  private readonly events: EventFile;

  constructor(folder: string) {
    this.folder = folder;
    this.metricsFile = join(folder, "metrics.jsonl");
    this.events = new EventFile(folder);
  }

  /** Begins or goes on after `step`: what was logged of later steps is dropped. */
  async open(step: number): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    await trimMetrics(this.metricsFile, step);
    await this.events.open(step + 1);
  }

  async write(step: number, metrics: Readonly<Record<string, number>>, speed: Speed): Promise<void> {
    await appendFile(this.metricsFile, `${JSON.stringify({ step, ...metrics })}\n`);
    const speeds = Object.entries(speed).flatMap(([name, value]) => (typeof value === "number" ? [[`speed/${name}`, value] as const] : []));
    await this.events.write(step, Object.fromEntries([...Object.entries(metrics), ...speeds]));
  }
}

/** Drops the metrics of steps that a resumed run will do again, and a line cut short by a kill. */
async function trimMetrics(file: string, step: number): Promise<void> {
  if (!existsSync(file)) return writeFile(file, "");
  let length = 0;
  for await (const line of createInterface({ input: createReadStream(file) })) {
    let recorded: number;
    try {
      recorded = (JSON.parse(line) as { step: number }).step;
    } catch {
      break;
    }
    if (!(recorded <= step)) break;
    length += Buffer.byteLength(line) + 1;
  }
  await truncate(file, length);
}
