import { Listr, ListrLogger, ProcessOutput } from "listr2";
import type { DisplayStages } from "../run.js";
import type { Progress } from "../stage.js";
import type { Published } from "../store/store.js";
import { jsonLog, log } from "./output.js";

/** Where there is no terminal, a line of progress at most this often. */
const PLAIN_INTERVAL = 10_000;

/** Seconds as people say them. */
function duration(seconds: number): string {
  if (seconds < 120) return `${Math.ceil(seconds)} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

/** Progress after so many seconds in words, with the rate and the time that is left at it. */
export function describeProgress({ done, total, text = "" }: Progress, seconds: number): string {
  const rate = done / Math.max(seconds, 1e-3);
  // Trainings say their own rate.
  const said = done === 0 || text.includes("a second") ? "" : `, ${rate.toFixed(rate < 10 ? 1 : 0)} a second`;
  const left = done > 0 && done < total ? `, ${duration((total - done) / rate)} left` : "";
  return `${done} of ${total}${text === "" ? "" : ` ${text}`}${said}${left}`;
}

const since = (started: number): number => (Date.now() - started) / 1000;

const outcome = ({ reused, seconds, setAside }: Published): string =>
  reused ? "already done" : `${seconds.toFixed(1)} s${setAside.length === 0 ? "" : `; ${setAside.length} task${setAside.length === 1 ? "" : "s"} set aside after three tries each, the first with: ${setAside[0]}`}`;

/** Does the stages' work one after the other, with a bar of tasks on a terminal and plain lines elsewhere; all on standard error. */
export const displayStages: DisplayStages = async ({ stages, work }) => {
  if (jsonLog || process.stderr.isTTY !== true) {
    for (const stage of stages) {
      const started = Date.now();
      let last = started;
      log(`${stage.title} …`, { stage: stage.name, state: "running" });
      const published = await work(stage, (progress) => {
        if (Date.now() - last < PLAIN_INTERVAL) return;
        last = Date.now();
        log(`  ${describeProgress(progress, since(started))}`, { stage: stage.name, ...progress });
      });
      log(`${stage.title}: ${outcome(published)}`, { stage: stage.name, state: published.reused ? "reused" : "made", seconds: published.seconds, key: published.key, digest: published.digest });
    }
    return;
  }
  const tasks = new Listr(
    stages.map((stage) => ({
      title: stage.title,
      task: async (_, task) => {
        const started = Date.now();
        const published = await work(stage, (progress) => {
          task.output = describeProgress(progress, since(started));
        });
        task.title = `${stage.title}: ${outcome(published)}`;
      },
    })),
    { rendererOptions: { logger: new ListrLogger({ processOutput: new ProcessOutput(process.stderr, process.stderr) }) } },
  );
  await tasks.run();
};
