import type { Position } from "@mmgeo/dataset";
import { fit, type Residual } from "../solve/levenberg-marquardt.js";
import { applied, cross, type Direction, difference, length, linear, product, quotient, scaled, sum, type Term, wrappedDirections } from "../solve/term.js";
import type { ConstructionProblem } from "./alphageometry-parse.js";
import type { Predicate } from "./alphageometry-constructions.js";

const SCALE = 4;
const ATTEMPTS = 48;
/** Starts for the points of one clause. */
const TRIES = 10;
/** Points nearer than this share of the scale are hardly told apart. */
const LEAST_GAP = 0.22;
const LEAST_CORNER = 0.25;
/** Half the sum of squared residuals of a figure that holds to rounding. */
const EXACT = 1e-22;

/**
 * Places the points of a construction, clause by clause as it is written, so that every predicate holds and none
 * coincide: the numeric figure from which orders and senses are read, which AlphaGeometry leaves open and CDL says.
 * Null where none is found.
 */
export function sketch({ points, clauses }: ConstructionProblem, random: () => number): Map<string, Position> | null {
  const index = new Map(points.map((name, position) => [name, 2 * position]));
  const at = (name: string): number => index.get(name) ?? 0;
  const placed: string[] = [];
  const stages = clauses.map(({ points: fresh, predicates }) => {
    placed.push(...fresh);
    const guides = predicates.flatMap((predicate) => sidesOf(predicate, at));
    for (const one of fresh) {
      for (const other of placed.slice(0, placed.indexOf(one))) guides.push({ term: scaled(length(at(one), at(other)), 1 / SCALE), weight: 1, atLeast: LEAST_GAP });
    }
    return { free: fresh.flatMap((name) => [at(name), at(name) + 1]), equations: predicates.flatMap((predicate) => equationsOf(predicate, at)), guides };
  });
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    // Crowded figures are let through in the end.
    const strictness = attempt < ATTEMPTS / 2 ? 0.8 : attempt < (3 * ATTEMPTS) / 4 ? 0.4 : 0.15;
    const x = new Float64Array(2 * points.length);
    if (stages.every((stage) => place(stage, x, strictness, random))) {
      fit(stages.flatMap(({ equations }) => equations), x, { maxIterations: 10, target: 1e-28 });
      return new Map(points.map((name) => [name, [x[at(name)] as number, x[at(name) + 1] as number]]));
    }
  }
  return null;
}

interface Stage {
  free: number[];
  equations: Residual[];
  guides: Residual[];
}

/** Finds places for the points of one clause; those before it stay. */
function place({ free, equations, guides }: Stage, x: Float64Array, strictness: number, random: () => number): boolean {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    for (const unknown of free) x[unknown] = SCALE * 1.6 * (random() - 0.5);
    fit([...equations, ...guides], x, { maxIterations: 60, target: 1e-14, free });
    const { cost } = fit(equations, x, { maxIterations: 40, target: 1e-27, free });
    const inFrame = free.every((unknown) => Math.abs(x[unknown] as number) < (2 * SCALE) / strictness);
    if (cost < EXACT && inFrame && guides.every(({ term, atLeast = 0 }) => term.value(x) >= strictness * atLeast)) return true;
  }
  return false;
}

/** What a predicate says as equations. Lines have no sense here: directions count twice. */
function equationsOf([name, ...names]: Predicate, at: (name: string) => number): Residual[] {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = names.map((point) => at(point));
  const line = (from: number, to: number, coefficient: number): Direction => ({ from, to, coefficient });
  const equal = (one: Term, other: Term): Residual => ({ term: difference(one, other), weight: 1 / SCALE });
  switch (name) {
    case "coll":
      return names.slice(2).map((point) => ({ term: quotient(cross(a, b, at(point)), length(a, b)), weight: 1 / SCALE }));
    case "cong":
      return [equal(length(a, b), length(c, d))];
    case "round":
      return names.slice(2).map((point) => equal(length(a, at(point)), length(a, b)));
    case "midp":
      return [0, 1].map((axis) => ({
        term: linear([
          [a + axis, 1],
          [b + axis, -0.5],
          [c + axis, -0.5],
        ]),
        weight: 1 / SCALE,
      }));
    case "perp":
      return [{ term: wrappedDirections([line(a, b, 2), line(c, d, -2)], Math.PI), weight: 0.5 }];
    case "para":
      return [{ term: wrappedDirections([line(a, b, 2), line(c, d, -2)]), weight: 0.5 }];
    case "eqangle":
      return [{ term: wrappedDirections([line(c, d, 2), line(a, b, -2), line(g, h, -2), line(e, f, 2)]), weight: 0.5 }];
    case "cyclic":
      return names.slice(3).map((point) => ({ term: wrappedDirections([line(c, a, 2), line(c, b, -2), line(at(point), a, -2), line(at(point), b, 2)]), weight: 0.5 }));
    case "s_angle":
      return [{ term: wrappedDirections([line(b, c, 2), line(b, a, -2)], (-2 * Number(names[3]) * Math.PI) / 180), weight: 0.5 }];
    case "rconst":
      return [{ term: sum([length(a, b), length(c, d)], [Number(names[5]), -Number(names[4])]), weight: 1 / SCALE }];
    default:
      return [];
  }
}

/** What a predicate says as inequalities: polygons are not flat and do not cross themselves, centres lie where they should. */
function sidesOf([name, ...names]: Predicate, at: (name: string) => number): Residual[] {
  const points = names.map(at);
  const [x = 0, a = 0, b = 0, c = 0] = points;
  const side = (p: number, q: number, r: number): Term => applied(cross(p, q, r), (value) => value / SCALE ** 2, () => 1 / SCALE ** 2);
  if (name === "inside") return [[a, b], [b, c], [c, a]].map(([p = 0, q = 0]) => ({ term: product(side(p, q, x), side(a, b, c)), weight: 1, atLeast: 0.02 }));
  if (name === "left" || name === "right") return [{ term: scaled(side(x, a, b), name === "left" ? 1 : -1), weight: 1, atLeast: 0.05 }];
  if (name === "outside") return [{ term: scaled(product(side(b, c, x), side(a, b, c)), -1), weight: 1, atLeast: 0.02 }];
  if (name !== "draw" || points.length < 3) return [];
  return points.map((vertex, position) => {
    const next = points[(position + 1) % points.length] as number;
    const previous = points[(position + points.length - 1) % points.length] as number;
    const corner = wrappedDirections([
      { from: vertex, to: previous, coefficient: 1 },
      { from: vertex, to: next, coefficient: -1 },
    ]);
    return { term: eitherWay(corner, cross(x, a, b)), weight: 0.5, atLeast: LEAST_CORNER };
  });
}

/** A corner of a polygon that runs the way its first three points do, as construction leaves the sense open. */
function eitherWay(corner: Term, turning: Term): Term {
  let sense = 1;
  return {
    value: (x) => {
      sense = turning.value(x) < 0 ? -1 : 1;
      return sense * corner.value(x);
    },
    accumulate: (adjoint, x, row) => corner.accumulate(adjoint * sense, x, row),
  };
}
