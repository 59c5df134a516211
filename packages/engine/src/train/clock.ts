/** How fast a run goes. */
export interface Speed {
  readonly examplesPerSecond: number;
  readonly secondsLeft: number;
  readonly operationsPerSecond: number;
  readonly utilisation: number | null;
  readonly waitingShare: number;
}

/** Measures a run from when it is made; what a resumed run did before does not count. */
export class Clock {
  private readonly started = performance.now();
  private waited = 0;
  private readonly run: { first: number; steps: number; examplesPerStep: number; productRate?: number | undefined };

  constructor(run: { first: number; steps: number; examplesPerStep: number; productRate?: number | undefined }) {
    this.run = run;
  }

  /** Awaits data and counts the time as waiting. */
  async waiting<Value>(value: Promise<Value>): Promise<Value> {
    const asked = performance.now();
    const result = await value;
    this.waited += performance.now() - asked;
    return result;
  }

  /** @param operations done in matrix products since the start */
  after(step: number, operations: number): Speed {
    const { first, steps, examplesPerStep, productRate } = this.run;
    const seconds = Math.max(1e-9, (performance.now() - this.started) / 1000);
    const done = step - first;
    const operationsPerSecond = operations / seconds;
    return {
      examplesPerSecond: (done * examplesPerStep) / seconds,
      secondsLeft: done === 0 ? 0 : (seconds / done) * (steps - step),
      operationsPerSecond,
      utilisation: productRate === undefined ? null : operationsPerSecond / productRate,
      waitingShare: done === 0 ? 0 : this.waited / 1000 / seconds,
    };
  }
}
