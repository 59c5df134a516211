import { UnreadableError } from "./expression.js";
import { realValueOf } from "./evaluate.js";
import { parseAnswer } from "./parse.js";

/** Relative difference within which two computed numbers are one: far above rounding in doubles, far below any real difference. */
export const relativeTolerance = 1e-9;

/** The real number that a text stands for (`6`, `12.5°`, `2\sqrt{3}`, `180*acos(13/15)/pi`, `5 cm`), or null. */
export function numericValue(text: string): number | null {
  try {
    return realValueOf(parseAnswer(text).expression);
  } catch (error) {
    if (error instanceof UnreadableError) return null;
    throw error;
  }
}

export function closeTo(a: number, b: number, tolerance = relativeTolerance): boolean {
  return a === b || (Number.isFinite(a) && Number.isFinite(b) && Math.abs(a - b) <= tolerance * Math.max(1e-9, Math.abs(a), Math.abs(b)));
}
