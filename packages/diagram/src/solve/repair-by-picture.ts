import type { Scene } from "@mmgeo/dataset";
import { formatStatement } from "../language/format.js";
import type { Statement } from "../language/statement.js";
import { search } from "./search.js";

/** Starts per statement left out. */
const ATTEMPTS = 4;
/** What the picture denies by less than this (a share, or a share of half a right angle) may be drawn carelessly. */
const DENIED = 0.08;
/** Statements tried, the most denied first. */
const MAX_CANDIDATES = 8;

interface PictureRepairOptions {
  claims: readonly Statement[];
  goals: readonly Statement[];
  seed: number;
  /** The published picture. */
  picture: Scene;
  holds: (statement: Statement, scene: Scene) => boolean;
  /** How far a statement is from the picture, as a share; null where the picture does not tell. */
  distance: (statement: Statement, scene: Scene) => number | null;
}

/**
 * Where statements contradict one another and there is a published picture, the one that the picture denies most is
 * left out, if all others then hold: textbook figures are drawn to other numbers than a careless problem states. Null
 * where leaving out one does not help.
 */
export function repairByPicture({ claims, goals, seed, picture, holds, distance }: PictureRepairOptions): { scene: Scene; claims: Statement[]; notes: string[] } | null {
  const denied = claims
    .map((statement) => ({ statement, share: distance(statement, picture) ?? 0 }))
    .filter(({ share }) => share > DENIED)
    .sort((one, other) => other.share - one.share)
    .slice(0, MAX_CANDIDATES);
  for (const { statement, share } of denied) {
    const rest = claims.filter((claim) => claim !== statement);
    const { scene } = search({ claims: rest, goals, seed, start: picture, attempts: ATTEMPTS, holds });
    if (scene !== null) return { scene, claims: rest, notes: [`left out ${formatStatement(statement)}: it contradicts the others, and the published picture is ${Math.round(share * 100)} % off it`] };
  }
  return null;
}
