/**
 * When a statement holds, and when it visibly does not. Between the two a statement is undecided: nothing may be
 * claimed or denied about a drawing that a reader could not see.
 */

/** A statement holds when its two sides agree within this share of the larger; directions, within this many radians. */
export const TOLERANCE = 1e-6;

/** Angles and directions differ visibly from this many degrees on: some 7 pixels at the end of a segment of 100. */
export const VISIBLE_DEGREES = 4;

/** Lengths, areas, ratios and numbers differ visibly from this share of the larger on: 6 pixels in a segment of 100. */
export const VISIBLE_RELATIVE = 0.06;

/** A polygon's turning sense is visible when its area is at least this share of its squared perimeter (an equilateral triangle has 0.048). */
export const VISIBLE_AREA = 0.002;
