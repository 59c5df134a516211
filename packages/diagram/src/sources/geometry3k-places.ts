import type { Position } from "@mmgeo/dataset";
import type { Form } from "./geometry3k-form.js";

export interface PlacesOptions {
  /** pixels, y downwards; [-1, -1] is Geometry3K's mark for a point that was not found */
  positions: Record<string, [number, number]>;
  letter: (name: string) => string;
  /** a point and the two of the line it lies on */
  lines: readonly (readonly string[])[];
  /** pairs of figures said to be similar or congruent, corner by corner */
  alike: readonly (readonly [string[], string[]])[];
}

/** Room between a figure and the copy that stands for one without positions, as a share of the picture's width. */
const GAP = 0.3;

/**
 * Positions with y upwards. A point that was not found goes where two of its lines cross, beyond those of its line, or
 * to where it stands in a copy of the figure that its own is said to be similar to.
 */
export function placesOf({ positions, letter, lines, alike }: PlacesOptions): Map<string, Position> {
  const places = new Map<string, Position>();
  for (const [name, [x, y]] of Object.entries(positions)) if (x !== -1 || y !== -1) places.set(letter(name), [x, -y]);
  const known = [...places.values()];
  const middle: Position = [mean(known.map(([x]) => x)), mean(known.map(([, y]) => y))];
  const width = known.length === 0 ? 0 : Math.max(...known.map(([x]) => x)) - Math.min(...known.map(([x]) => x));
  for (const [one, other] of [...alike, ...alike.map(([left, right]) => [right, left] as const)]) {
    if (!one.every((name) => places.has(name)) || other.some((name) => places.has(name))) continue;
    for (const [index, name] of other.entries()) {
      const [x, y] = places.get(one[index] as string) as Position;
      places.set(name, [x + (1 + GAP) * width, y]);
    }
  }
  for (const [index, name] of Object.keys(positions).entries()) {
    const own = letter(name);
    if (places.has(own)) continue;
    const through = linesThrough(own, lines, places);
    const crossing = through.length < 2 ? null : crossingOf(through);
    const [first, second] = through[0] ?? [];
    places.set(own, crossing ?? (first === undefined || second === undefined ? [middle[0] + 40 * (index + 1), middle[1] + 60] : [first[0] - 0.7 * (second[0] - first[0]), first[1] - 0.7 * (second[1] - first[1])]));
  }
  return places;
}

/** Two placed points of each line that a point lies on. */
function linesThrough(point: string, lines: readonly (readonly string[])[], places: ReadonlyMap<string, Position>): [Position, Position][] {
  return lines.flatMap((line): [Position, Position][] => {
    if (!line.includes(point)) return [];
    const [first, second] = line.filter((name) => name !== point).map((name) => places.get(name));
    return first === undefined || second === undefined ? [] : [[first, second]];
  });
}

/** Where the first line crosses another that is not nearly parallel to it, or null. */
function crossingOf([first, ...others]: readonly [Position, Position][]): Position | null {
  const [[ax, ay], [bx, by]] = first as [Position, Position];
  for (const [[cx, cy], [dx, dy]] of others) {
    const [ux, uy, vx, vy] = [bx - ax, by - ay, dx - cx, dy - cy];
    const cross = ux * vy - uy * vx;
    if (Math.abs(cross) < 0.05 * Math.hypot(ux, uy) * Math.hypot(vx, vy)) continue;
    const share = ((cx - ax) * vy - (cy - ay) * vx) / cross;
    return [ax + share * ux, ay + share * uy];
  }
  return null;
}

/** Figures said to be similar or congruent, with letters for names, corner by corner. */
export function likenesses(forms: readonly Form[], letter: (name: string) => string): [string[], string[]][] {
  return forms.flatMap((form): [string[], string[]][] => {
    const [one, other] = form.children;
    if ((form.name !== "Similar" && form.name !== "Congruent") || one === undefined || other === undefined || one.children.length < 3 || one.children.length !== other.children.length) return [];
    return [[one.children.map(({ name }) => letter(name)), other.children.map(({ name }) => letter(name))]];
  });
}

function mean(list: readonly number[]): number {
  return list.length === 0 ? 0 : list.reduce((sum, value) => sum + value, 0) / list.length;
}
