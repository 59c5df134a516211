import type { Statement } from "../language/statement.js";
import { pointsOf } from "./expression-term.js";
import { faceSegments } from "./crossings.js";
import type { Residual } from "./levenberg-marquardt.js";
import type { Context } from "./residuals.js";
import { absolute, applied, difference, length, type Term } from "./term.js";

/** Faint beside the guides for sense and order: these only settle what the statements leave open. */
const WEIGHT = 0.15;
/** Segments are drawn between these shares of the typical length, as logarithms. */
const SHORTEST = Math.log(0.4);
const LONGEST = Math.log(2.2);
/** Two lengths that need not be equal differ by this logarithm, some 28 %, so that a rectangle does not pass for a square. */
const APART = 0.25;

/** Pairs of segments, by places in the name of an entity, that are not to look equal; one entry a pair. */
const unlike: Record<string, readonly (readonly [string, string])[]> = {
  Rectangle: [["01", "12"]],
  Parallelogram: [["01", "12"], ["02", "13"]],
  Rhombus: [["02", "13"]],
  Trapezoid: [["03", "12"]],
  IsoscelesTrapezoid: [["03", "12"]],
  RightTrapezoid: [["03", "12"]],
  Kite: [["01", "12"]],
  IsoscelesTriangle: [["01", "12"]],
  RightTriangle: [["01", "12"]],
};

/** What makes a figure look like a textbook's where its statements leave it open: segments of like size, no accidental equality. */
export function styleGuides(statements: readonly Statement[], { unknowns, scale }: Context): Residual[] {
  const segments = new Map<string, readonly [number, number]>();
  const add = ([from, to]: readonly [number, number]): void => {
    if (from !== to) segments.set(`${Math.min(from, to)} ${Math.max(from, to)}`, [from, to]);
  };
  for (const segment of faceSegments(statements, unknowns)) add(segment);
  const guides: Residual[] = [];
  for (const statement of statements) {
    if (statement.kind !== "relation") continue;
    const [first = ""] = statement.arguments;
    if (statement.name === "Collinear") {
      const points = pointsOf(unknowns, first);
      for (const [index, point] of points.slice(1).entries()) add([points[index] as number, point]);
    } else if (statement.name === "Shape") {
      for (const piece of statement.arguments) if (piece.length === 2) add(pointsOf(unknowns, piece) as [number, number]);
    }
    for (const [one, other] of unlike[statement.name] ?? []) {
      const [left, right] = [one, other].map((places) => {
        const [from = 0, to = 0] = pointsOf(unknowns, first.charAt(Number(places.charAt(0))) + first.charAt(Number(places.charAt(1))));
        return logarithm(length(from, to));
      });
      guides.push({ term: absolute(difference(left as Term, right as Term)), weight: WEIGHT, atLeast: APART });
    }
  }
  const unit = Math.log(scale);
  for (const [from, to] of segments.values()) {
    const size = logarithm(length(from, to));
    guides.push({ term: size, weight: WEIGHT, atLeast: unit + SHORTEST }, { term: applied(size, (value) => -value, () => -1), weight: WEIGHT, atLeast: -unit - LONGEST });
  }
  return guides;
}

function logarithm(term: Term): Term {
  return applied(term, Math.log, (value) => 1 / value);
}
