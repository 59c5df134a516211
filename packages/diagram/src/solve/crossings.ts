import { closedWalk } from "../language/loop.js";
import type { Statement } from "../language/statement.js";
import type { Unknowns } from "./unknowns.js";

/** The segments that the faces of a drawing are made of, each once, as pairs of point indices. */
export function faceSegments(statements: readonly Statement[], unknowns: Unknowns): (readonly [number, number])[] {
  const segments = new Map<string, readonly [number, number]>();
  for (const statement of statements) {
    if (statement.kind !== "relation" || statement.name !== "Shape" || closedWalk(statement.arguments) === null) continue;
    for (const piece of statement.arguments) {
      if (piece.length !== 2) continue;
      const from = unknowns.points.get(piece.charAt(0));
      const to = unknowns.points.get(piece.charAt(1));
      if (from !== undefined && to !== undefined) segments.set([...piece].sort().join(""), [from, to]);
    }
  }
  return [...segments.values()];
}

/** How many pairs of segments cross inside both. Faces of a drawing meet at their corners only, so a good drawing has none. */
export function crossingsOf(segments: readonly (readonly [number, number])[], x: Float64Array): number {
  let count = 0;
  for (const [index, [a, b]] of segments.entries()) {
    for (let other = index + 1; other < segments.length; other += 1) {
      const [c, d] = segments[other] as readonly [number, number];
      if (a === c || a === d || b === c || b === d) continue;
      if (side(a, b, c, x) * side(a, b, d, x) < 0 && side(c, d, a, x) * side(c, d, b, x) < 0) count += 1;
    }
  }
  return count;
}

/** 1 left of the line, -1 right of it, 0 on it within what rounding leaves. */
function side(from: number, to: number, point: number, x: Float64Array): number {
  const ux = (x[to] as number) - (x[from] as number);
  const uy = (x[to + 1] as number) - (x[from + 1] as number);
  const vx = (x[point] as number) - (x[from] as number);
  const vy = (x[point + 1] as number) - (x[from + 1] as number);
  const cross = ux * vy - uy * vx;
  return Math.abs(cross) <= 1e-6 * Math.sqrt((ux * ux + uy * uy) * (vx * vx + vy * vy)) ? 0 : Math.sign(cross);
}
