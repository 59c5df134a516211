import type { Position } from "@mmgeo/dataset";
import type { SeededRandom } from "../seeded-random.js";

/**
 * A problem before its letters are chosen: CDL over the letters of the sketch, the coordinates it was computed from, and
 * the answer. Lengths are in the problem's units, y points upwards, polygons run counter-clockwise as CDL has them.
 */
export interface Sketch {
  construction: string[];
  text: string[];
  goal: string;
  answer: number;
  points: Record<string, Position>;
  circles?: Record<string, { center: Position; radius: number }>;
  symbols?: Record<string, number>;
}

export type Family = (random: SeededRandom) => Sketch;

const degree = Math.PI / 180;

export const polar = (length: number, degrees: number, [x, y]: Position = [0, 0]): Position => [x + length * Math.cos(degrees * degree), y + length * Math.sin(degrees * degree)];
export const between = ([x1, y1]: Position, [x2, y2]: Position, t: number): Position => [x1 + (x2 - x1) * t, y1 + (y2 - y1) * t];
export const sine = (degrees: number): number => Math.sin(degrees * degree);
export const cosine = (degrees: number): number => Math.cos(degrees * degree);
export const tangent = (degrees: number): number => Math.tan(degrees * degree);

/** A whole number of steps of `step` in [low, high]. */
export const stepped = (random: SeededRandom, low: number, high: number, step: number): number => low + step * random.integer(0, Math.floor((high - low) / step));

/** Triangle with angle `beta` at B and `gamma` at C over base BC of the given length: the apex A. */
export function apex(base: number, beta: number, gamma: number): Position {
  return polar((base * sine(gamma)) / sine(beta + gamma), beta);
}

/** Legs and hypotenuse in whole numbers. */
export const pythagorean: readonly (readonly [number, number, number])[] = [[3, 4, 5], [6, 8, 10], [5, 12, 13], [8, 15, 17], [9, 12, 15], [12, 16, 20], [7, 24, 25], [15, 20, 25], [10, 24, 26], [20, 21, 29], [18, 24, 30], [12, 35, 37]];
