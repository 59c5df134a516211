import type { Scene } from "@mmgeo/dataset";
import type { Statement } from "../language/statement.js";
import { search } from "./search.js";

/** Starts per trial. A trial that wrongly finds nothing only leaves the set smaller than it should be by a statement that matters, so a few are spent. */
const ATTEMPTS = 4;
/** Statements that are tried for removal; the largest real problem has some 60. */
const MAX_TRIALS = 80;

/**
 * A set of statements that no drawing satisfies and each of whose proper subsets some drawing does: each statement is
 * left out in turn, and stays out where the rest still cannot be drawn (the deletion filter of Chinneck and Dravnieks,
 * 1991). What holds on the nearest drawing is tried first, so that the suspects remain.
 */
export function smallestContradiction({ claims, seed, suspects, holds }: { claims: readonly Statement[]; seed: number; suspects: readonly Statement[]; holds: (statement: Statement, scene: Scene) => boolean }): Statement[] {
  let core = [...claims];
  const order = [...claims.filter((claim) => !suspects.includes(claim)), ...suspects].slice(0, MAX_TRIALS);
  for (const statement of order) {
    const rest = core.filter((claim) => claim !== statement);
    if (rest.length > 0 && search({ claims: rest, goals: [], seed, attempts: ATTEMPTS, holds }).scene === null) core = rest;
  }
  return core;
}
