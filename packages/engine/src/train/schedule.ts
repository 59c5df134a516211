/** How the learning rate goes over a run. */
export interface Schedule {
  /** The highest rate, reached at the end of the warm-up. */
  readonly learningRate: number;
  /** After the warm-up: half a cosine to the floor, a line to it, or no change. @default "cosine" */
  readonly schedule?: "cosine" | "linear" | "constant";
  /** Share of the steps in which the rate rises linearly from 0. @default 0.03 */
  readonly warmupRatio?: number;
  /** The rate at the end, as a share of the highest. @default 0 */
  readonly floor?: number;
}

/** The learning rate of a step, counted from 1 to `steps`. */
export function learningRateAt({ learningRate, schedule = "cosine", warmupRatio = 0.03, floor = 0 }: Schedule, step: number, steps: number): number {
  const warmup = Math.ceil(warmupRatio * steps);
  if (step <= warmup) return (learningRate * step) / warmup;
  const progress = (step - warmup) / Math.max(1, steps - warmup);
  const share = schedule === "constant" ? 1 : schedule === "linear" ? 1 - progress : (1 + Math.cos(Math.PI * progress)) / 2;
  return learningRate * (floor + (1 - floor) * share);
}
