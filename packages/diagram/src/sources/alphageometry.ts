import { readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { InputError, type Position, type Scene } from "@mmgeo/dataset";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { checkStatement } from "../check/check.js";
import { formatStatement } from "../language/format.js";
import { parseStatement } from "../language/parse.js";
import type { Problem } from "../problem.js";
import type { Predicate } from "./alphageometry-constructions.js";
import { type ConstructionProblem, parseConstructions } from "./alphageometry-parse.js";
import { sketch } from "./alphageometry-sketch.js";
import { alongLine, aroundCentre, circumcentre, type Figure, statementOf } from "./alphageometry-translate.js";

const MAX_FILE_BYTES = 20_000_000;

/** A construction problem in CDL, with the drawing its orders and senses were read from. */
export interface AlphaGeometryProblem extends Problem {
  /** null where no drawing was found; the problem then has no statements */
  start: Scene | undefined;
}

/**
 * Reads problems in AlphaGeometry's construction language, two lines each: a name, then `points = construction; … ? goal`.
 * A folder is read for its `jgex_ag.txt`. The goal becomes the question's, as a CDL statement: it is to be checked, not
 * measured. Throws an InputError or a ProgramError with line and column.
 */
export async function* readAlphaGeometry(path: string, { seed = 1, limit = Number.POSITIVE_INFINITY }: { seed?: number; limit?: number } = {}): AsyncIterable<AlphaGeometryProblem> {
  const information = await stat(path).catch(() => null);
  if (information === null) throw new InputError({ file: path, message: "no such file or folder; give a file of constructions such as jgex_ag.txt" });
  const file = information.isDirectory() ? join(path, "jgex_ag.txt") : path;
  const { size } = await stat(file).catch(() => {
    throw new InputError({ file, message: "no such file; give a file of constructions such as jgex_ag.txt" });
  });
  if (size > MAX_FILE_BYTES) throw new InputError({ file, message: `has ${size} bytes, at most ${MAX_FILE_BYTES} are read` });
  const lines = (await readFile(file, "utf8")).split("\n");
  let name: string | null = null;
  let count = 0;
  for (const [index, line] of lines.entries()) {
    const text = line.trim();
    if (text === "") continue;
    if (name === null) {
      name = text;
      continue;
    }
    if (count >= limit) return;
    count += 1;
    yield translateConstructions(parseConstructions(text, { file, line: index + 1 }), { id: idOf(name, count), source: `${basename(file)}/${name}`, seed });
    name = null;
  }
}

function idOf(name: string, count: number): string {
  const short = basename(name).replace(/\.gex$/, "").replace(/[^\w-]+/g, "-");
  return `alphageometry-${String(count).padStart(3, "0")}-${short}`.slice(0, 80);
}

/** A construction may have several figures (which of two intersections is meant is often left open); so many are tried for one on which its conjecture holds. */
const FIGURES = 16;

/** Finds a drawing of a construction, one on which its conjecture holds where there is one, and says it in CDL. */
export function translateConstructions(problem: ConstructionProblem, { id, source, seed }: { id: string; source: string; seed: number }): AlphaGeometryProblem {
  const generator = xoroshiro128plus(seed);
  const random = (): number => uniformFloat64(generator);
  let first: AlphaGeometryProblem | null = null;
  for (let figure = 0; figure < FIGURES; figure += 1) {
    const translated = translateFigure(problem, { id, source, random });
    first ??= translated;
    const goal = translated.question?.goal ?? null;
    if (goal === null || translated.start === undefined || checkStatement(parseStatement(goal), translated.start).verdict === "true") return translated;
  }
  return first as AlphaGeometryProblem;
}

function translateFigure(problem: ConstructionProblem, { id, source, random }: { id: string; source: string; random: () => number }): AlphaGeometryProblem {
  const placed = sketch(problem, random);
  const translated: AlphaGeometryProblem = { id, construction: [], text: [], image: [], question: null, source, licence: "Apache-2.0", start: undefined };
  if (placed === null) return translated;
  const letters = lettersOf(problem.points);
  const places = new Map([...placed].map(([name, at]) => [letters.get(name) ?? name, at]));
  const used = new Set(letters.values());
  const freeLetter = (): string => {
    const letter = [..."OWQVUZYXTSRPNMLKJIHGFEDCBA"].find((candidate) => !used.has(candidate)) ?? "O";
    used.add(letter);
    return letter;
  };
  const figure: Figure = { letters, places, lines: linesOf(problem, letters) };
  const at = (letter: string): Position => places.get(letter) ?? [0, 0];
  const circles: Scene["circles"] = {};
  const construction = new Set<string>();
  const text = new Set<string>();

  for (const [name, ...names] of predicatesOf(problem)) {
    const list = names.map((point) => letters.get(point) ?? point);
    if (name === "draw") {
      const [a = "", b = "", c = ""] = list;
      const left = list.length < 3 || (at(b)[0] - at(a)[0]) * (at(c)[1] - at(a)[1]) - (at(b)[1] - at(a)[1]) * (at(c)[0] - at(a)[0]) > 0;
      if (list.length >= 3) text.add(`Polygon(${(left ? list : [...list].reverse()).join("")})`);
      else text.add(`Line(${list.join("")})`);
    } else if (name !== "coll" && name !== "round" && !sides.has(name)) {
      const statement = statementOf([name, ...names], figure, freeLetter);
      if (statement === null) continue;
      text.add(formatStatement(statement));
      if (name === "cong") for (const pair of [list.slice(0, 2), list.slice(2, 4)]) text.add(`Line(${pair.sort().join("")})`);
      if (statement.kind === "relation" && statement.name === "Cocircular") addCircle(statement.arguments[0] ?? "", list);
    }
  }
  for (const line of figure.lines) construction.add(`Collinear(${alongLine(at, [...line])})`);
  for (const { center, points } of roundsOf(problem, letters)) {
    const circle = circles[center] === undefined ? center : freeLetter();
    circles[circle] = { center: at(center), radius: Math.hypot(at(points[0] ?? "")[0] - at(center)[0], at(points[0] ?? "")[1] - at(center)[1]) };
    construction.add(`Cocircular(${circle},${aroundCentre(at, at(center), points)})`);
    text.add(`IsCentreOfCircle(${center},${circle})`);
  }
  const goal = problem.conjecture === null ? null : statementOf(problem.conjecture, figure, freeLetter);
  if (goal?.kind === "relation" && goal.name === "Cocircular") addCircle(goal.arguments[0] ?? "", [...(goal.arguments[1] ?? "")]);
  // A figure of free points alone still has something to draw.
  if (construction.size === 0) for (const letter of letters.values()) construction.add(`Shape(${letter})`);
  return { ...translated, construction: [...construction], text: [...text], question: goal === null ? null : { text: "", choices: null, answer: "true", goal: formatStatement(goal) }, start: { points: Object.fromEntries(places), circles, symbols: {} } };

  function addCircle(circle: string, on: readonly string[]): void {
    const [a = "", b = "", c = ""] = on;
    const center = circumcentre([at(a), at(b), at(c)]);
    circles[circle] = { center, radius: Math.hypot(at(a)[0] - center[0], at(a)[1] - center[1]) };
  }
}

function predicatesOf({ clauses }: ConstructionProblem): Predicate[] {
  return clauses.flatMap(({ predicates }) => predicates);
}

/** Predicates that only choose among figures. */
const sides = new Set(["inside", "outside", "left", "right"]);

/** A capital for each point: its own where it is free. */
function lettersOf(points: readonly string[]): Map<string, string> {
  const letters = new Map<string, string>();
  const used = new Set<string>();
  const plain = points.filter((name) => /^[a-z]$/i.test(name) && !used.has(name.toUpperCase()) && used.add(name.toUpperCase()));
  for (const name of plain) letters.set(name, name.toUpperCase());
  for (const name of points) {
    if (letters.has(name)) continue;
    const letter = [..."PQRSTUVWXYZLMNOKJIHGFEDCBA"].find((candidate) => !used.has(candidate)) ?? "P";
    used.add(letter);
    letters.set(name, letter);
  }
  return letters;
}

/** Points known to be collinear, lines with two points in common put together. */
function linesOf(problem: ConstructionProblem, letters: ReadonlyMap<string, string>): Set<string>[] {
  const lines: Set<string>[] = [];
  for (const [name, ...names] of predicatesOf(problem)) {
    if (name !== "coll" && name !== "midp") continue;
    const line = new Set(names.map((point) => letters.get(point) ?? point));
    if (line.size < 3) continue;
    for (const other of lines.slice()) {
      if ([...line].filter((letter) => other.has(letter)).length < 2) continue;
      for (const letter of other) line.add(letter);
      lines.splice(lines.indexOf(other), 1);
    }
    lines.push(line);
  }
  return lines;
}

/** Drawn circles: centre and points, those with a point in common put together. */
function roundsOf(problem: ConstructionProblem, letters: ReadonlyMap<string, string>): { center: string; points: string[] }[] {
  const rounds: { center: string; points: string[] }[] = [];
  for (const [name, ...names] of predicatesOf(problem)) {
    if (name !== "round") continue;
    const [center = "", ...points] = names.map((point) => letters.get(point) ?? point);
    const same = rounds.find((round) => round.center === center && points.some((point) => round.points.includes(point)));
    if (same === undefined) rounds.push({ center, points: [...new Set(points)] });
    else same.points = [...new Set([...same.points, ...points])];
  }
  return rounds;
}
