import { Listr, ListrLogger, ProcessOutput } from "listr2";
import type { Progress, Stage } from "../stage.js";
import type { Published } from "../store/store.js";
import { log } from "./output.js";

/** Where there is no terminal, a line of progress at most this often. */
const PLAIN_INTERVAL = 10_000;

function describe({ done, total, text }: Progress, started: number): string {
  const seconds = (Date.now() - started) / 1000;
  const left = done > 0 && done < total ? `, ${Math.ceil((seconds / done) * (total - done))} s left` : "";
  return `${done} of ${total}${text === undefined ? "" : ` ${text}`}${left}`;
}

const outcome = ({ reused, seconds }: Published): string => (reused ? "already done" : `${seconds.toFixed(1)} s`);

/** Does the stages' work one after the other, with a bar of tasks on a terminal and plain lines elsewhere; all on standard error. */
export async function displayStages({ stages, work }: { stages: readonly Stage[]; work: (stage: Stage, progress: (progress: Progress) => void) => Promise<Published> }): Promise<void> {
  if (process.stderr.isTTY !== true) {
    for (const stage of stages) {
      const started = Date.now();
      let last = started;
      log(`${stage.title} …`);
      const published = await work(stage, (progress) => {
        if (Date.now() - last < PLAIN_INTERVAL) return;
        last = Date.now();
        log(`  ${describe(progress, started)}`);
      });
      log(`${stage.title}: ${outcome(published)}`);
    }
    return;
  }
  const tasks = new Listr(
    stages.map((stage) => ({
      title: stage.title,
      task: async (_, task) => {
        const started = Date.now();
        const published = await work(stage, (progress) => {
          task.output = describe(progress, started);
        });
        task.title = `${stage.title}: ${outcome(published)}`;
      },
    })),
    { rendererOptions: { logger: new ListrLogger({ processOutput: new ProcessOutput(process.stderr, process.stderr) }) } },
  );
  await tasks.run();
}
