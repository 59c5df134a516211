import type { Scene } from "@mmgeo/dataset";
import type { Statement } from "../language/statement.js";
import { search } from "./search.js";

/** Starts for the figure without the orders, and for the repaired one. */
const ATTEMPTS = 4;

type Cocircular = Extract<Statement, { kind: "relation" }>;

const isOrdered = (statement: Statement): statement is Cocircular => statement.kind === "relation" && statement.name === "Cocircular" && (statement.arguments[1] ?? "").length >= 3;

/**
 * Points named on a circle in another order than they lie in, or one letter for another: the points are put on their
 * circles in no order, and the order of the drawing that comes out is the one meant. Null where that does not help.
 */
export function repairCircles({ claims, goals, seed, holds }: { claims: readonly Statement[]; goals: readonly Statement[]; seed: number; holds: (statement: Statement, scene: Scene) => boolean }): Statement[] | null {
  if (!claims.some(isOrdered)) return null;
  const lettered = claims.map((claim) => (isOrdered(claim) ? withArcLetters(claim, claims) : claim));
  const loose = lettered.flatMap((claim): Statement[] => (isOrdered(claim) ? [...(claim.arguments[1] ?? "")].map((letter) => ({ ...claim, arguments: [claim.arguments[0] ?? "", letter] })) : [claim]));
  const { scene } = search({ claims: loose, goals, seed, attempts: ATTEMPTS, holds });
  if (scene === null) return null;
  const repaired = lettered.map((claim, index) => {
    if (!isOrdered(claim) || holds(claim, scene)) return lettered[index] as Statement;
    const [circle = "", letters = ""] = claim.arguments;
    const center = scene.circles[circle]?.center ?? [0, 0];
    const angle = (letter: string): number => {
      const [x, y] = scene.points[letter] ?? [0, 0];
      return Math.atan2(y - center[1], x - center[0]);
    };
    return { ...claim, arguments: [circle, [...letters].sort((one, other) => angle(one) - angle(other)).join("")] };
  });
  return repaired.some((claim, index) => claim !== claims[index]) ? repaired : null;
}

/** `Cocircular(O,ABC)` where every arc of circle O ends at A, B or D: C was written for D. */
function withArcLetters(claim: Cocircular, claims: readonly Statement[]): Cocircular {
  const [circle = "", letters = ""] = claim.arguments;
  const ends = new Set(claims.flatMap((other) => (other.kind === "relation" && other.name === "Shape" ? other.arguments.filter((piece) => piece.length === 3 && piece.startsWith(circle)).flatMap((piece) => Array.from(piece.slice(1))) : [])));
  const surplus = [...letters].filter((letter) => !ends.has(letter));
  const missing = [...ends].filter((letter) => !letters.includes(letter));
  if (surplus.length !== 1 || missing.length !== 1) return claim;
  return { ...claim, arguments: [circle, letters.replace(surplus[0] as string, missing[0] as string)] };
}
