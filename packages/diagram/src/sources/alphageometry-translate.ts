import type { Position } from "@mmgeo/dataset";
import type { Statement } from "../language/statement.js";
import { parseStatement } from "../language/parse.js";
import type { Predicate } from "./alphageometry-constructions.js";

/** Letters of the points, where they lie, and the lines they are known to share. */
export interface Figure {
  letters: ReadonlyMap<string, string>;
  places: ReadonlyMap<string, Position>;
  /** sets of letters */
  lines: Set<string>[];
}

type At = (letter: string) => Position;

function heading(at: At, from: string, to: string): number {
  const [a, b] = [at(from), at(to)];
  return Math.atan2(b[1] - a[1], b[0] - a[0]);
}

/** Degrees counter-clockwise from one direction to another, in [0, 360). */
function turn(from: number, to: number): number {
  const degrees = (((to - from) * 180) / Math.PI) % 360;
  return degrees < 0 ? degrees + 360 : degrees;
}

/** Twice the signed area of a triangle. */
function side(at: At, a: string, b: string, c: string): number {
  const [p, q, r] = [at(a), at(b), at(c)];
  return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]);
}

/** Letters in the order in which they lie on their line. */
export function alongLine(at: At, letters: readonly string[]): string {
  const [first = "", ...rest] = letters;
  const far = rest.reduce((best, letter) => (Math.hypot(at(letter)[0] - at(first)[0], at(letter)[1] - at(first)[1]) > Math.hypot(at(best)[0] - at(first)[0], at(best)[1] - at(first)[1]) ? letter : best), rest[0] ?? first);
  const direction = heading(at, first, far);
  const share = (letter: string): number => at(letter)[0] * Math.cos(direction) + at(letter)[1] * Math.sin(direction);
  return [...letters].sort((a, b) => share(a) - share(b)).join("");
}

/** Letters in the order in which they follow one another counter-clockwise about a centre. */
export function aroundCentre(at: At, center: Position, letters: readonly string[]): string {
  const angle = (letter: string): number => Math.atan2(at(letter)[1] - center[1], at(letter)[0] - center[0]);
  return [...letters].sort((a, b) => angle(a) - angle(b)).join("");
}

/** The centre of the circle through three points. */
export function circumcentre([a, b, c]: readonly [Position, Position, Position]): Position {
  const [bx, by, cx, cy] = [b[0] - a[0], b[1] - a[1], c[0] - a[0], c[1] - a[1]];
  const d = 2 * (bx * cy - by * cx);
  return [a[0] + (cy * (bx * bx + by * by) - by * (cx * cx + cy * cy)) / d, a[1] + (bx * (cx * cx + cy * cy) - cx * (bx * bx + by * by)) / d];
}

/**
 * A predicate as CDL, with the orders and senses that the figure has; null where CDL has no statement for it.
 * Lines and circles of the construction are gathered elsewhere; here they are what a goal says.
 */
export function statementOf([name, ...names]: Predicate, figure: Figure, freeLetter: () => string): Statement | null {
  const letters = names.map((point) => figure.letters.get(point) ?? point);
  const at: At = (letter) => figure.places.get(letter) ?? [0, 0];
  const [a = "", b = "", c = "", d = ""] = letters;
  const read = (text: string): Statement => parseStatement(text);
  switch (name) {
    case "coll":
      return read(`Collinear(${alongLine(at, [...new Set(letters)])})`);
    case "cong":
      return read(`Equal(LengthOfLine(${a}${b}),LengthOfLine(${c}${d}))`);
    case "midp":
      return read(`IsMidpointOfLine(${a},${b}${c})`);
    case "perp":
      return perpendicular(a + b, c + d, figure, at);
    case "para":
      return parallel(a, b, c, d, at);
    case "eqangle":
      return equalAngles(letters, figure, at);
    case "eqratio":
      return read(`Equal(Mul(LengthOfLine(${a}${b}),LengthOfLine(${letters[6]}${letters[7]})),Mul(LengthOfLine(${c}${d}),LengthOfLine(${letters[4]}${letters[5]})))`);
    case "cyclic": {
      const center = circumcentre([at(a), at(b), at(c)]);
      return read(`Cocircular(${freeLetter()},${aroundCentre(at, center, letters)})`);
    }
    case "simtri":
    case "simtri*":
    case "contri":
    case "contri*":
      return alike(name.startsWith("sim") ? "Similar" : "Congruent", letters, at);
    case "s_angle": {
      const degrees = Number(names[3]);
      const measured = turn(heading(at, b, c), heading(at, b, a));
      return read(Math.abs(measured - degrees) < 1 ? `Equal(MeasureOfAngle(${a}${b}${c}),${degrees})` : `Equal(MeasureOfAngle(${c}${b}${a}),${degrees})`);
    }
    case "rconst":
      return read(`Equal(Div(LengthOfLine(${a}${b}),LengthOfLine(${c}${d})),${names[4]}/${names[5]})`);
    default:
      return null;
  }
}

function perpendicular(first: string, second: string, figure: Figure, at: At): Statement {
  const corner = commonPoint(first, second, figure);
  if (corner === null) return parseStatement(`PerpendicularBetweenLine(${first},${second})`);
  const { vertex, one, other } = corner;
  const right = Math.abs(turn(heading(at, vertex, other), heading(at, vertex, one)) - 90) < 1;
  return parseStatement(right ? `PerpendicularBetweenLine(${one}${vertex},${other}${vertex})` : `PerpendicularBetweenLine(${other}${vertex},${one}${vertex})`);
}

/** Same direction, the first line to the left of the second. */
function parallel(a: string, b: string, c: string, d: string, at: At): Statement | null {
  const shared = [a, b].find((letter) => letter === c || letter === d);
  // Parallel lines with a common point are one line.
  if (shared !== undefined) return parseStatement(`Collinear(${alongLine(at, [...new Set([a, b, c, d])])})`);
  const along = Math.cos(heading(at, a, b) - heading(at, c, d)) > 0 ? c + d : d + c;
  return parseStatement(side(at, a, b, c) < 0 ? `ParallelBetweenLine(${a}${b},${along})` : `ParallelBetweenLine(${along},${a}${b})`);
}

function lineOf(segment: string, { lines }: Figure): Set<string> {
  const own = new Set(segment);
  return lines.find((line) => [...own].every((letter) => line.has(letter))) ?? own;
}

/** A point that two lines have in common, and another point of each. */
function commonPoint(first: string, second: string, figure: Figure): { vertex: string; one: string; other: string } | null {
  const [left, right] = [lineOf(first, figure), lineOf(second, figure)];
  const vertex = Array.from(first).find((letter) => right.has(letter)) ?? [...left].find((letter) => right.has(letter));
  if (vertex === undefined) return null;
  const one = Array.from(first).find((letter) => letter !== vertex) ?? "";
  const other = Array.from(second).find((letter) => letter !== vertex) ?? "";
  return { vertex, one, other };
}

/** The angle from one line to another equals that of two more; lines are paired the other way where the first two share no point. */
function equalAngles([a = "", b = "", c = "", d = "", e = "", f = "", g = "", h = ""]: readonly string[], figure: Figure, at: At): Statement | null {
  for (const [first, second, third, fourth] of [
    [a + b, c + d, e + f, g + h],
    [a + b, e + f, c + d, g + h],
  ] as const) {
    const left = angleBetween(first, second, figure, at);
    const right = angleBetween(third, fourth, figure, at);
    if (left === null || right === null) continue;
    const gap = Math.round((left.degrees - right.degrees) / 180) * 180;
    const one = `MeasureOfAngle(${left.name})`;
    const other = `MeasureOfAngle(${right.name})`;
    if (gap === 0) return parseStatement(`Equal(${one},${other})`);
    return parseStatement(gap > 0 ? `Equal(${one},Add(${other},${gap}))` : `Equal(Add(${one},${-gap}),${other})`);
  }
  return null;
}

function angleBetween(first: string, second: string, figure: Figure, at: At): { name: string; degrees: number } | null {
  const corner = commonPoint(first, second, figure);
  if (corner === null || corner.one === corner.other) return null;
  const { vertex, one, other } = corner;
  return { name: other + vertex + one, degrees: turn(heading(at, vertex, one), heading(at, vertex, other)) };
}

function alike(kind: "Similar" | "Congruent", [a = "", b = "", c = "", d = "", e = "", f = ""]: readonly string[], at: At): Statement {
  const [first, second] = side(at, a, b, c) > 0 ? [a + b + c, d + e + f] : [a + c + b, d + f + e];
  // CDL names both triangles counter-clockwise; a mirrored partner then runs the other way.
  if (side(at, second.charAt(0), second.charAt(1), second.charAt(2)) > 0) return parseStatement(`${kind}BetweenTriangle(${first},${second})`);
  return parseStatement(`Mirror${kind}BetweenTriangle(${first},${second.charAt(0)}${second.charAt(2)}${second.charAt(1)})`);
}
