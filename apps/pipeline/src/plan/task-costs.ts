/**
 * What tasks cost, measured by `tooling/bench/workers.mjs` on one core (docs/studies/workers.md): plans and simulations are made of
 * these and of nothing else.
 */
export const taskCosts = {
  /** seconds of a core to solve, prove, draw and caption a problem */
  drawSeconds: 0.012,
  /** and for each redrawn picture */
  redrawSeconds: 0.012,
  /** seconds of a core to edit a record's caption and to prove its claims again, for each of its negatives */
  mineSeconds: 0.0008,
  /** bytes of a picture of 112 pixels, and how they grow with the side */
  pictureBytes: 2000,
  /** bytes of a line of records.jsonl, for each negative */
  lineBytes: 900,
} as const;
