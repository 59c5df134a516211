import type { Position } from "@mmgeo/dataset";
import { type Equation, valueAt } from "../language/equation.js";

/** The part of the plane that a picture with axes or curves shows. */
export interface Window {
  left: number;
  right: number;
  bottom: number;
  top: number;
}

/** Cells along each side of the window; a curve bends little within 1.5 pixels of a 224-pixel picture. */
const CELLS = 144;

/**
 * A curve by its equation as polylines in the window: where the difference of the two sides changes sign along the
 * edges of a grid (marching squares, Lorensen and Cline 1987 in two dimensions). Poles change sign too and are told by
 * the difference there, which is large.
 */
export function traceCurve({ left, right }: Pick<Equation, "left" | "right">, window: Window, symbols: Record<string, number>): Position[][] {
  const [width, height] = [(window.right - window.left) / CELLS, (window.top - window.bottom) / CELLS];
  // Off the lattice of round numbers, where a curve would run through the corners of cells.
  const at = (i: number, j: number): Position => [window.left + (i + 0.0137) * width, window.bottom + (j + 0.0173) * height];
  const f = ([x, y]: Position): number => valueAt(left, x, y, symbols) - valueAt(right, x, y, symbols);
  const values = Array.from({ length: CELLS + 1 }, (_row, j) => Array.from({ length: CELLS + 1 }, (_cell, i) => f(at(i, j))));
  const valueOf = (i: number, j: number): number => values[j]?.[i] ?? Number.NaN;
  const crossings = new Map<string, Position>();
  const crossing = (i1: number, j1: number, i2: number, j2: number): string | null => {
    const [one, two] = [valueOf(i1, j1), valueOf(i2, j2)];
    if (!Number.isFinite(one) || !Number.isFinite(two) || one > 0 === two > 0) return null;
    const key = `${i1},${j1},${i2},${j2}`;
    if (!crossings.has(key)) {
      const [from, to] = [at(i1, j1), at(i2, j2)];
      const share = one / (one - two);
      const place: Position = [from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1])];
      // At a crossing the difference is smaller than on either side of it, at a pole larger.
      if (!(Math.abs(f(place)) <= Math.min(Math.abs(one), Math.abs(two)))) return null;
      crossings.set(key, place);
    }
    return key;
  };
  const links = new Map<string, string[]>();
  const link = (one: string, two: string): void => {
    links.set(one, [...(links.get(one) ?? []), two]);
    links.set(two, [...(links.get(two) ?? []), one]);
  };
  for (let j = 0; j < CELLS; j += 1) {
    for (let i = 0; i < CELLS; i += 1) {
      const found = [crossing(i, j, i + 1, j), crossing(i + 1, j, i + 1, j + 1), crossing(i, j + 1, i + 1, j + 1), crossing(i, j, i, j + 1)].filter((key) => key !== null);
      if (found.length === 2) link(found[0] as string, found[1] as string);
      else if (found.length === 4) {
        link(found[0] as string, found[1] as string);
        link(found[2] as string, found[3] as string);
      }
    }
  }
  return chained(links).map((keys) => keys.map((key) => crossings.get(key) as Position));
}

/** Links joined end to end; open chains first from their ends, then closed ones. */
function chained(links: ReadonlyMap<string, readonly string[]>): string[][] {
  const used = new Set<string>();
  const chains: string[][] = [];
  const starts = [...links].filter(([, next]) => next.length === 1).map(([key]) => key);
  for (const start of [...starts, ...links.keys()]) {
    if (used.has(start)) continue;
    const chain = [start];
    used.add(start);
    for (let end: string | undefined = start; end !== undefined; ) {
      end = links.get(end)?.find((key) => !used.has(key));
      if (end === undefined) break;
      used.add(end);
      chain.push(end);
    }
    const last = chain.at(-1) as string;
    if (chain.length > 2 && links.get(last)?.includes(start) === true) chain.push(start);
    if (chain.length > 1) chains.push(chain);
  }
  return chains;
}
