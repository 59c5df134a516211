import type { Position } from "@mmgeo/dataset";
import { TOLERANCE, VISIBLE_AREA, VISIBLE_DEGREES, VISIBLE_RELATIVE } from "./margins.js";
import { angle, apart, distance, heading, linesApart, NotDrawn, perimeter, positions, signedArea, type View } from "./view.js";

export type Unit = "degree" | "relative" | "none";

/** One thing that a statement says: how far the drawing is from it, whether it holds, whether its failure can be seen. */
export interface Condition {
  difference: number;
  unit: Unit;
  holds: boolean;
  visible: boolean;
}

const DEGREE_TOLERANCE = (TOLERANCE * 180) / Math.PI;

/** Two lengths, areas or numbers are equal; `size` is what their difference is compared with, the larger of the two unless told. */
export function equalSizes(first: number, second: number, size: number = Math.max(Math.abs(first), Math.abs(second))): Condition {
  const gap = Math.abs(first - second);
  const difference = gap === 0 ? 0 : gap / size;
  return { difference, unit: "relative", holds: difference <= TOLERANCE, visible: difference >= VISIBLE_RELATIVE };
}

/** Two angles are equal; within the tolerance relative to `size` where that is more than a radian. */
export function equalDegrees(first: number, second: number, size = 0): Condition {
  const difference = Math.abs(first - second);
  return { difference, unit: "degree", holds: difference <= Math.max(DEGREE_TOLERANCE, TOLERANCE * size), visible: difference >= VISIBLE_DEGREES };
}

/** A point lies where it should; the gap is compared with `size`. */
export function samePlace(point: Position, target: Position, size: number): Condition {
  if (size === 0) throw new NotDrawn("two of its points lie in one place");
  const difference = distance(point, target) / size;
  return { difference, unit: "relative", holds: difference <= TOLERANCE, visible: difference >= VISIBLE_RELATIVE };
}

/** The corners run counter-clockwise about a visible area. A reader of English does not mind the sense, but the figure must not be flat. */
export function counterClockwise(view: View, letters: string): Condition {
  return positiveArea(signedArea(positions(view, letters)), perimeter(positions(view, letters)), view);
}

export function positiveArea(area: number, around: number, view: View): Condition {
  const share = (view.reading === "english" ? Math.abs(area) : area) / (around * around);
  return { difference: Math.max(0, -share), unit: "none", holds: share > TOLERANCE, visible: share < -VISIBLE_AREA };
}

/** Segments given by their letters have the same length. */
export function equalSegments(view: View, first: string, second: string): Condition {
  return equalSizes(lengthOf(view, first), lengthOf(view, second));
}

export function lengthOf(view: View, segment: string): number {
  const [from, to] = positions(view, segment);
  return distance(from as Position, to as Position);
}

export function headingOf(view: View, segment: string): number {
  const [from, to] = positions(view, segment);
  return heading(from as Position, to as Position);
}

/** Two segments point the same way; read as English, their lines are parallel. */
export function sameDirection(view: View, first: string, second: string): Condition {
  const compare = view.reading === "english" ? linesApart : apart;
  return equalDegrees(compare(headingOf(view, first), headingOf(view, second)), 0);
}

/** Angle ABC measures so many degrees. */
export function angleIs(view: View, letters: string, degrees: number): Condition {
  return equalDegrees(angle(view, letters), degrees);
}

/** Two lines meet at a right angle, wherever they meet. */
export function perpendicular(view: View, first: string, second: string): Condition {
  return equalDegrees(linesApart(headingOf(view, first), headingOf(view, second)), 90);
}

/** A point lies on a circle; the gap is compared with the radius. */
export function onCircle(view: View, letter: string, circle: string): Condition {
  const { center, radius } = view.circle(circle);
  return equalSizes(distance(view.point(letter), center), radius, radius);
}

/** The points lie on one line in this order: the angle at every inner point is straight. */
export function inOrder(view: View, letters: string): Condition[] {
  const list: Condition[] = [];
  for (let index = 1; index + 1 < letters.length; index += 1) {
    const back = headingOf(view, letters.charAt(index) + letters.charAt(index - 1));
    const on = headingOf(view, letters.charAt(index) + letters.charAt(index + 1));
    list.push(equalDegrees(apart(back, on), 180));
  }
  return list;
}
