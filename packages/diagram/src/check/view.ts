import type { Position, Scene } from "@mmgeo/dataset";
import type { Reading } from "../language/meaning.js";

/** A statement names something the drawing does not have. */
export class NotDrawn extends Error {}

/** What the checker reads off a drawing. All angles in degrees. */
export interface View {
  reading: Reading;
  point(letter: string): Position;
  circle(letter: string): { center: Position; radius: number };
  symbol(name: string): number;
}

export function viewOf(scene: Scene, reading: Reading): View {
  const own = <T>(table: Record<string, T>, key: string, what: string): T => {
    const value = Object.hasOwn(table, key) ? table[key] : undefined;
    if (value === undefined) throw new NotDrawn(`the drawing has no ${what} ${key}`);
    return value;
  };
  return {
    reading,
    point: (letter) => own(scene.points, letter, "point"),
    circle: (letter) => own(scene.circles, letter, "circle"),
    symbol: (name) => own(scene.symbols, name, "value for"),
  };
}

export function distance(first: Position, second: Position): number {
  return Math.hypot(second[0] - first[0], second[1] - first[1]);
}

/** Direction from one point to another, degrees from -180 to 180, counter-clockwise from the x axis. */
export function heading(from: Position, to: Position): number {
  if (distance(from, to) === 0) throw new NotDrawn("two of its points lie in one place");
  return (Math.atan2(to[1] - from[1], to[0] - from[0]) * 180) / Math.PI;
}

/** An angle brought into [0, 360). */
export function positiveTurn(degrees: number): number {
  const turn = degrees % 360;
  return turn < 0 ? turn + 360 : turn;
}

/** How far apart two directions are, 0 to 180. */
export function apart(first: number, second: number): number {
  const turn = positiveTurn(first - second);
  return Math.min(turn, 360 - turn);
}

/** How far apart two undirected lines are, 0 to 90. */
export function linesApart(first: number, second: number): number {
  const turn = apart(first, second);
  return Math.min(turn, 180 - turn);
}

/** Angle ABC as CDL means it, counter-clockwise from ray BC to ray BA; read as English, the angle up to 180. */
export function angle(view: View, letters: string): number {
  const [start, vertex, end] = positions(view, letters);
  const turn = positiveTurn(heading(vertex as Position, start as Position) - heading(vertex as Position, end as Position));
  return view.reading === "english" ? Math.min(turn, 360 - turn) : turn;
}

/** Arc OAB in degrees, counter-clockwise from A to B about the centre of circle O; read as English, the shorter way. */
export function arcTurn(view: View, arc: string): number {
  const { center } = view.circle(arc.charAt(0));
  const turn = positiveTurn(heading(center, view.point(arc.charAt(2))) - heading(center, view.point(arc.charAt(1))));
  return view.reading === "english" ? Math.min(turn, 360 - turn) : turn;
}

export function positions(view: View, letters: string): Position[] {
  return [...letters].map((letter) => view.point(letter));
}

/** Twice nothing, once the area: positive where the corners run counter-clockwise. */
export function signedArea(corners: readonly Position[]): number {
  const [origin] = corners;
  if (origin === undefined) return 0;
  let sum = 0;
  for (const [index, corner] of corners.entries()) {
    const next = corners[(index + 1) % corners.length] ?? origin;
    sum += (corner[0] - origin[0]) * (next[1] - origin[1]) - (next[0] - origin[0]) * (corner[1] - origin[1]);
  }
  return sum / 2;
}

export function perimeter(corners: readonly Position[]): number {
  return corners.reduce((sum, corner, index) => sum + distance(corner, corners[(index + 1) % corners.length] ?? corner), 0);
}

/** Distance of a point from the line through two others. */
export function distanceFromLine(point: Position, from: Position, to: Position): number {
  const length = distance(from, to);
  if (length === 0) throw new NotDrawn("two of its points lie in one place");
  return Math.abs((to[0] - from[0]) * (point[1] - from[1]) - (to[1] - from[1]) * (point[0] - from[0])) / length;
}

export function middle(first: Position, second: Position): Position {
  return [(first[0] + second[0]) / 2, (first[1] + second[1]) / 2];
}
