import type { Scene } from "@mmgeo/dataset";
import { checkStatement } from "../check/check.js";
import { formatStatement } from "../language/format.js";
import { closedWalk } from "../language/loop.js";
import { namesOf } from "../language/points.js";
import type { Statement } from "../language/statement.js";
import { smallestContradiction } from "./contradiction.js";
import { repairSenses } from "./repair-senses.js";
import { search } from "./search.js";

export interface SolveOptions {
  statements: readonly Statement[];
  /** Where the random starts come from; the same seed gives the same drawing. */
  seed: number;
  /** A drawing to start from, such as positions read off a published picture; tried first. */
  start?: Scene;
  /** How many starts are tried before giving up. @default 16 */
  attempts?: number;
  /**
   * Put right statements that name something the wrong way round, when that makes the program hold, and say so in
   * the notes. For programs of people; an edited program is to be drawn as it stands.
   * @default false
   */
  repair?: boolean;
  /** On failure, look for the smallest set of statements that contradict one another; costs up to a few hundred tries. @default false */
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

const DEFAULT_ATTEMPTS = 16;

const holds = (statement: Statement, scene: Scene): boolean => checkStatement(statement, scene).verdict === "true";

/**
 * Finds coordinates on which every statement holds, each proven by the checker. A goal, `Value(…)`, may stand among
 * the statements: it claims nothing, but tells which way round its angles are meant. Never throws for statements that
 * parsed.
 */
export function solve({ statements, seed, start, attempts = DEFAULT_ATTEMPTS, repair = false, explain = false }: SolveOptions): SolveResult {
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

  const found = search({ claims, goals, seed, start, attempts, holds });
  if (found.scene !== null) return { ok: true, scene: found.scene, notes, statements: claims };
  if (repair) {
    const repaired = repairSenses({ claims, goals, seed, failing: found.failing, holds });
    if (repaired !== null) return { ok: true, scene: repaired.scene, notes: [...notes, ...repaired.notes], statements: repaired.claims };
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
  if (statement.kind !== "relation") return null;
  const [first = ""] = statement.arguments;
  if (statement.name === "Collinear" && new Set(first).size < first.length) return "it names a point twice";
  if (isUnclosedShape(statement)) return "its pieces do not join into a closed shape";
  if (statement.name !== "Shape" || statement.arguments.length < 3 || statement.arguments.some((piece) => piece.length !== 2)) return null;
  const corners = new Set(statement.arguments.join(""));
  const flat = program.some((other) => other.kind === "relation" && other.name === "Collinear" && [...corners].every((letter) => other.arguments[0]?.includes(letter)));
  return flat && corners.size === statement.arguments.length ? "its corners lie on one line" : null;
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
