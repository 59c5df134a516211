import type { TrainProgress } from "./options.js";

const width = 24;
/** Between two lines where the output is no terminal. */
const lineMilliseconds = 10_000;

/** For `onProgress`: a bar that stays in its line on a terminal; elsewhere, a line every ten seconds and at the end. */
export function progressBar(output: { write(text: string): unknown; readonly isTTY?: boolean } = process.stderr): (progress: TrainProgress) => void {
  let last = Number.NEGATIVE_INFINITY;
  return (progress) => {
    const { step, steps } = progress;
    const isLast = step === steps;
    if (output.isTTY === true) {
      const filled = Math.round((step / steps) * width);
      output.write(`\r${"█".repeat(filled)}${"░".repeat(width - filled)} ${describe(progress)}\u001b[K${isLast ? "\n" : ""}`);
      return;
    }
    if (!isLast && performance.now() - last < lineMilliseconds) return;
    last = performance.now();
    output.write(`${describe(progress)}\n`);
  };
}

function describe({ step, steps, loss, examplesPerSecond, secondsLeft, utilisation }: TrainProgress): string {
  const left = step === steps ? "" : `, ${duration(secondsLeft)} left`;
  const share = utilisation === null ? "" : `, ${Math.round(100 * utilisation)} % of the device's product rate`;
  return `${step}/${steps}  loss ${loss.toPrecision(4)}, ${examplesPerSecond.toPrecision(3)} examples/s${share}${left}`;
}

function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
