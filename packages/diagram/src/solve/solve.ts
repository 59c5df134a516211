import type { Scene } from "@mmgeo/dataset";
import { checkStatement } from "../check/check.js";
import { formatStatement } from "../language/format.js";
import { closedWalk } from "../language/loop.js";
import { namesOf } from "../language/points.js";
import type { Expression, Statement } from "../language/statement.js";
import { vocabulary } from "../language/vocabulary.js";
import { smallestContradiction } from "./contradiction.js";
import { repairByPicture } from "./repair-by-picture.js";
import { repairSenses } from "./repair-senses.js";
import { search } from "./search.js";

export interface SolveOptions {
  statements: readonly Statement[];
  /** Where the random starts come from; the same seed gives the same drawing. */
  seed: number;
  /** A drawing to start from, such as positions read off a published picture; tried first. */
  start?: Scene;
  /** How many starts are tried before giving up. Where given, nothing more is tried: no repair and no explanation, unless asked for. @default 40 */
  attempts?: number;
  /**
   * Put right statements that name something the wrong way round, when that makes the program hold, or leave out the one
   * that a given `start` denies, and say so in the notes. For programs of people; an edited program is to be drawn as it stands.
   * @default true, false where `attempts` is given
   */
  repair?: boolean;
  /** On failure, look for the smallest set of statements that contradict one another; costs up to a few hundred tries. @default true, false where `attempts` is given */
  explain?: boolean;
}

export interface SolveFailure {
  /** `contradiction` (found by `explain`), `no drawing found`, `nothing to draw` */
  kind: string;
  /** One line for a person, with the statements. */
  message: string;
  /** The statements that contradict one another, or that do not hold on the nearest drawing. */
  statements: string[];
}

export type SolveResult =
  | {
      ok: true;
      scene: Scene;
      /** What was left out or put right, in words. */
      notes: string[];
      /** What was solved and holds: what was given, less goals and what cannot be drawn, with repairs. */
      statements: Statement[];
    }
  | { ok: false; reason: SolveFailure };

const DEFAULT_ATTEMPTS = 40;

const holds = (statement: Statement, scene: Scene): boolean => checkStatement(statement, scene).verdict === "true";

/** How far a statement is from a picture, as a share of a length or of half a right angle; null where the picture does not tell. Points on lines and circles are no matter of numbers. */
function distanceFrom(statement: Statement, picture: Scene): number | null {
  if (statement.kind === "relation" && vocabulary.get(statement.name)?.kind === "construction") return null;
  const { difference, unit } = checkStatement(statement, picture);
  return Number.isFinite(difference) ? difference / (unit === "degree" ? 45 : 1) : null;
}

/**
 * Finds coordinates on which every statement holds, each proven by the checker. A goal, `Value(…)`, may stand among
 * the statements: it claims nothing, but tells which way round its angles are meant. Never throws for statements that
 * parsed.
 */
export function solve({ statements, seed, start, attempts, repair = attempts === undefined, explain = attempts === undefined }: SolveOptions): SolveResult {
  const goals = statements.filter((statement) => statement.kind === "value");
  const given = statements.filter((statement) => statement.kind !== "value");
  const notes: string[] = [];
  const claims = given.filter((statement) => {
    const slip = unreadableAs(statement, given);
    if (slip !== null) notes.push(`left out ${formatStatement(statement)}: ${slip}`);
    return slip === null;
  });
  const names = namesOf(claims);
  if (names.points.length + names.circles.length === 0) return { ok: false, reason: { kind: "nothing to draw", message: "the program names no point or circle", statements: [] } };

  const found = search({ claims, goals, seed, start, attempts: attempts ?? DEFAULT_ATTEMPTS, holds });
  if (found.scene !== null) return { ok: true, scene: found.scene, notes, statements: claims };
  if (repair) {
    const repaired = repairSenses({ claims, goals, seed, failing: found.failing, holds });
    const settled = repaired ?? (start === undefined ? null : repairByPicture({ claims, goals, seed, picture: start, holds, distance: distanceFrom }));
    if (settled !== null) return { ok: true, scene: settled.scene, notes: [...notes, ...settled.notes], statements: settled.claims };
  }
  if (explain) {
    const core = smallestContradiction({ claims, seed, suspects: found.failing, holds }).map(formatStatement);
    return { ok: false, reason: { kind: "contradiction", message: `these statements contradict one another: ${core.join(", ")}`, statements: core } };
  }
  const failing = found.failing.map(formatStatement);
  return { ok: false, reason: { kind: "no drawing found", message: `no drawing satisfies these statements; the nearest fails ${failing.slice(0, 3).join(", ")}${failing.length > 3 ? ` and ${failing.length - 3} more` : ""}`, statements: failing } };
}

/** Why a construction statement cannot be read as part of a figure, or null. */
function unreadableAs(statement: Statement, program: readonly Statement[]): string | null {
  if (statement.kind === "equal") return namesPointTwice(statement.left) || namesPointTwice(statement.right) ? "it names a point twice" : null;
  if (statement.kind !== "relation") return null;
  const [first = ""] = statement.arguments;
  if (statement.name === "Collinear" && new Set(first).size < first.length) return "it names a point twice";
  if (isUnclosedShape(statement)) return "its pieces do not join into a closed shape";
  if (statement.name !== "Shape" || statement.arguments.length < 3 || statement.arguments.some((piece) => piece.length !== 2)) return null;
  const corners = [...new Set(statement.arguments.join(""))];
  if (corners.length < statement.arguments.length) return null;
  return linesOf(program).some((line) => corners.every((letter) => line.has(letter))) ? "its corners lie on one line" : null;
}

/** Whether an angle, segment or arc of an expression has the same point at two places. */
function namesPointTwice(expression: Expression): boolean {
  switch (expression.kind) {
    case "measure": {
      const [letters = ""] = expression.arguments;
      const points = /Arc|Sector/.test(expression.name) ? letters.slice(1) : letters;
      return new Set(points).size < points.length;
    }
    case "operation":
      return expression.operands.some(namesPointTwice);
    case "negate":
    case "function":
      return namesPointTwice(expression.operand);
    default:
      return false;
  }
}

/** The points of each line, lines that share two points put together. */
function linesOf(program: readonly Statement[]): Set<string>[] {
  const lines: Set<string>[] = [];
  for (const statement of program) {
    if (statement.kind !== "relation" || statement.name !== "Collinear") continue;
    const letters = new Set(statement.arguments[0]);
    const same = lines.find((line) => [...letters].filter((letter) => line.has(letter)).length >= 2);
    if (same === undefined) lines.push(letters);
    else for (const letter of letters) same.add(letter);
  }
  return lines;
}

function isUnclosedShape(statement: Statement): boolean {
  if (statement.kind !== "relation" || statement.name !== "Shape") return false;
  const pieces = statement.arguments;
  if (pieces.length === 1) return pieces[0]?.length !== 1 && closedWalk(pieces) === null;
  if (pieces.length === 2 && pieces.every((piece) => piece.length === 2)) {
    const [first = "", second = ""] = pieces;
    return !Array.from(first).some((letter) => second.includes(letter));
  }
  return closedWalk(pieces) === null;
}
