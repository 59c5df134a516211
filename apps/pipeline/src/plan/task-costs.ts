/**
 * What tasks cost, measured by `tooling/bench/workers.mjs` on one core (docs/studies/workers.md): plans and simulations are made of
 * these and of nothing else.
 */
export const taskCosts = {
  /** seconds of a core to solve, prove, draw and caption a problem */
  drawSeconds: 0.0139,
  /** and for each redrawn picture */
  redrawSeconds: 0.0036,
  /** seconds of a core to edit a record's caption and to prove its claims again, for each of its negatives */
  mineSeconds: 0.00023,
  /** bytes of a picture of 112 pixels; they grow about as the side */
  pictureBytes: 1320,
  /** bytes of records.jsonl for each negative */
  lineBytes: 423,
} as const;
