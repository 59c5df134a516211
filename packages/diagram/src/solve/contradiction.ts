import type { Scene } from "@mmgeo/dataset";
import type { Statement } from "../language/statement.js";
import { search } from "./search.js";

/** Starts per trial of the first pass; a trial that wrongly finds nothing leaves out a statement that matters, which the second pass brings back. */
const ATTEMPTS = 4;
/** Starts per trial of the second pass, whose sets are small. */
const MORE_ATTEMPTS = 16;
/** Removals tried; the largest real problem has some 60 statements. */
const MAX_TRIALS = 80;
/** Above so many statements, blocks of them are tried for removal before single ones. */
const FEW = 60;
/** How often what was left out is brought back. */
const MAX_ROUNDS = 6;

interface ContradictionOptions {
  claims: readonly Statement[];
  seed: number;
  suspects: readonly Statement[];
  holds: (statement: Statement, scene: Scene) => boolean;
}

/**
 * A set of statements that no drawing satisfies and each of whose proper subsets some drawing does: each statement is
 * left out in turn, and stays out where the rest still cannot be drawn (the deletion filter of Chinneck and Dravnieks,
 * 1991; of a long program blocks first, halved from pass to pass). What holds on the nearest drawing is tried first, so that the suspects remain. Numeric trials may miss a
 * drawing; so the set is tried again from other starts, and where it can be drawn, what its drawing violates is
 * brought back before a second, slower pass.
 */
export function smallestContradiction({ claims, seed, suspects, holds }: ContradictionOptions): Statement[] {
  const order = [...claims.filter((claim) => !suspects.includes(claim)), ...suspects];
  let core = filtered({ claims: order, seed, attempts: ATTEMPTS, holds });
  let complete = true;
  for (let round = 1; round <= MAX_ROUNDS; round += 1) {
    const { scene } = search({ claims: core, goals: [], seed: seed + round, attempts: MORE_ATTEMPTS, holds });
    if (scene === null) break;
    complete = false;
    const violated = claims.filter((claim) => !core.includes(claim) && !holds(claim, scene));
    if (violated.length === 0) return [...claims];
    core = [...core, ...violated];
  }
  return complete ? inOrder(core, claims) : inOrder(filtered({ claims: core, seed: seed + 1, attempts: MORE_ATTEMPTS, holds }), claims);
}

function filtered({ claims, seed, attempts, holds }: { claims: readonly Statement[]; seed: number; attempts: number; holds: ContradictionOptions["holds"] }): Statement[] {
  let core = [...claims];
  let trials = 0;
  for (let size = claims.length > FEW ? Math.ceil(claims.length / 2) : 1; ; size = Math.ceil(size / 2)) {
    for (const block of blocksOf(core, size)) {
      if (trials === MAX_TRIALS) return core;
      trials += 1;
      const rest = core.filter((claim) => !block.includes(claim));
      if (rest.length > 0 && search({ claims: rest, goals: [], seed, attempts, holds }).scene === null) core = rest;
    }
    if (size === 1) return core;
  }
}

function blocksOf(claims: readonly Statement[], size: number): Statement[][] {
  return Array.from({ length: Math.ceil(claims.length / size) }, (_, index) => claims.slice(index * size, (index + 1) * size));
}

function inOrder(core: readonly Statement[], claims: readonly Statement[]): Statement[] {
  return claims.filter((claim) => core.includes(claim));
}
