import { closedWalk, type Step } from "../language/loop.js";
import type { Statement } from "../language/statement.js";
import { circleOf, doubleArea, perimeterTerm, pointsOf } from "./expression-term.js";
import type { Residual } from "./levenberg-marquardt.js";
import type { Context } from "./residuals.js";
import { applied, cross, length, product, quotient, scaled, sum, type Term, turn, unknown, wrappedDirections } from "./term.js";

/** Corners narrower than this look degenerate, radians. */
const LEAST_CORNER = (12 * Math.PI) / 180;
/** Neighbouring points nearer than this share of the scale run into one another. */
const LEAST_GAP = 0.12;

const polygons = new Set(["RightTriangle", "IsoscelesTriangle", "IsoscelesRightTriangle", "EquilateralTriangle", "Kite", "Parallelogram", "Rhombus", "Rectangle", "Square", "Trapezoid", "IsoscelesTrapezoid", "RightTrapezoid", "Polygon"]);

/**
 * What a statement asks beyond its equations, and what makes it look like a textbook's figure: senses, order on a
 * circle, sides, least gaps and corners. These guide the fit; whether senses hold is for the checker to say.
 */
export function inequalitiesOf(statement: Statement, { unknowns, scale }: Context): Residual[] {
  if (statement.kind !== "relation") return [];
  const { name, arguments: list } = statement;
  const [first = "", second = ""] = list;
  const gap = (one: number, other: number): Residual => ({ term: scaled(length(one, other), 1 / scale), weight: 1, atLeast: LEAST_GAP });
  const counterClockwise = (letters: string): Residual[] => polygonSense(pointsOf(unknowns, letters));

  if (polygons.has(name)) return counterClockwise(first);
  switch (name) {
    case "Shape":
      return shapeSense(list, { unknowns, scale });
    case "Collinear": {
      const points = pointsOf(unknowns, first);
      return points.slice(1).map((point, index) => gap(points[index] as number, point));
    }
    case "Cocircular":
      return circleOrder(pointsOf(unknowns, second), { unknowns, scale }, first);
    case "ParallelBetweenLine": {
      const [a = 0, b = 0] = pointsOf(unknowns, first);
      const [c = 0] = pointsOf(unknowns, second);
      // AB lies to the left of CD
      return [{ term: scaled(quotient(cross(b, a, c), length(a, b)), 1 / scale), weight: 1, atLeast: LEAST_GAP }];
    }
    case "IsTangentOfCircle": {
      const [outside = 0, touch = 0] = pointsOf(unknowns, first);
      return [gap(outside, touch)];
    }
    default:
      return [];
  }
}

function polygonSense(points: readonly number[]): Residual[] {
  if (points.length === 3) return cornersOf(points);
  const around = perimeterTerm(points);
  return [{ term: quotient(doubleArea(points), product(around, around)), weight: 4, atLeast: 0.03 }];
}

/** Every corner of a triangle turns left by a visible angle. */
function cornersOf([a = 0, b = 0, c = 0]: readonly number[]): Residual[] {
  return [
    [a, b, c],
    [b, c, a],
    [c, a, b],
  ].map(([vertex = 0, next = 0, previous = 0]) => ({ term: corner(vertex, next, previous), weight: 0.5, atLeast: LEAST_CORNER }));
}

/** The angle counter-clockwise from ray vertex-next to ray vertex-previous, in (-pi, pi]. */
function corner(vertex: number, next: number, previous: number): Term {
  return wrappedDirections([
    { from: vertex, to: previous, coefficient: 1 },
    { from: vertex, to: next, coefficient: -1 },
  ]);
}

function shapeSense(pieces: readonly string[], context: Context): Residual[] {
  const { unknowns, scale } = context;
  const walk = closedWalk(pieces);
  const gaps = pieces.filter((piece) => piece.length === 2).map((piece): Residual => {
    const [from = 0, to = 0] = pointsOf(unknowns, piece);
    return { term: scaled(length(from, to), 1 / scale), weight: 1, atLeast: LEAST_GAP };
  });
  if (walk === null) {
    if (pieces.length !== 2 || pieces.some((piece) => piece.length !== 2)) return [];
    const [one = "", other = ""] = pieces;
    const shared = Array.from(one).find((letter) => other.includes(letter));
    if (shared === undefined) return gaps;
    const [vertex = 0, previous = 0, next = 0] = pointsOf(unknowns, shared + one.replace(shared, "") + other.replace(shared, ""));
    // Shape(HC,CD) names the angle HCD, drawn in most figures as one of less than 180
    return [...gaps, { term: corner(vertex, next, previous), weight: 0.3, atLeast: LEAST_CORNER }];
  }
  const letters = walk.map((step) => step.from).join("");
  const distinct = new Set(letters).size === letters.length;
  if (walk.every((step) => step.arc === null)) return distinct && letters.length >= 3 ? [...gaps, ...polygonSense(pointsOf(unknowns, letters))] : gaps;
  return [...gaps, arcSense(walk, unknowns)];
}

/** The area of a shape with arcs is positive: the polygon of its corners, and the discs' segments between arcs and chords. */
function arcSense(walk: readonly Step[], unknowns: Context["unknowns"]): Residual {
  const corners = pointsOf(unknowns, walk.map((step) => step.from).join(""));
  const parts: Term[] = corners.length >= 3 ? [doubleArea(corners)] : [];
  const factors = parts.map(() => 1);
  const sizes: Term[] = [];
  for (const { from, to, arc } of walk) {
    const [start = 0, end = 0] = pointsOf(unknowns, from + to);
    if (arc === null) {
      sizes.push(length(start, end));
      continue;
    }
    const { center, radius } = circleOf(unknowns, arc.circle);
    const [first, last] = arc.counterClockwise ? [start, end] : [end, start];
    const swept = applied(turn(center, first, last), (angle) => angle - Math.sin(angle), (angle) => 1 - Math.cos(angle));
    parts.push(product(product(unknown(radius), unknown(radius)), swept));
    factors.push(arc.counterClockwise ? 1 : -1);
    sizes.push(unknown(radius));
  }
  const size = sum(sizes);
  return { term: quotient(sum(parts, factors), product(size, size)), weight: 4, atLeast: 0.02 };
}

/** Points follow one another counter-clockwise on a circle, with visible gaps. */
function circleOrder(points: readonly number[], { unknowns, scale }: Context, circle: string): Residual[] {
  const { radius } = circleOf(unknowns, circle);
  const size: Residual = { term: scaled(unknown(radius), 1 / scale), weight: 1, atLeast: 0.2 };
  if (points.length < 3) return points.length === 2 ? [size, { term: quotient(length(points[0] as number, points[1] as number), positive(radius)), weight: 0.5, atLeast: 0.2 }] : [size];
  const list: Residual[] = [size];
  const count = points.length === 3 ? 1 : points.length;
  for (let index = 0; index < count; index += 1) {
    const triple = [0, 1, 2].map((step) => points[(index + step) % points.length] as number);
    list.push(...cornersOf(triple));
  }
  return list;
}

function positive(radius: number): Term {
  return applied(unknown(radius), (value) => Math.max(1e-9, Math.abs(value)), (value) => (value < 0 ? -1 : 1));
}
