import { ProgramError } from "../language/program-error.js";
import { constructions, type Predicate } from "./alphageometry-constructions.js";

/** A letter each is needed for points and for circles without one. */
const MAX_POINTS = 20;
const MAX_CLAUSES = 100;
const MAX_LENGTH = 20_000;

/** Goals that can be checked, with how many names they take. */
const goals: Record<string, readonly number[]> = { coll: [3, 4, 5, 6], cong: [4], cyclic: [4, 5, 6], eqangle: [8], eqratio: [8], midp: [3], para: [4], perp: [4], simtri: [6], "simtri*": [6], contri: [6], "contri*": [6] };

export interface ConstructionProblem {
  /** in order of construction */
  points: string[];
  /** what each clause constructs and says, in order */
  clauses: { points: string[]; predicates: Predicate[] }[];
  /** what is to be shown; null where the line asks nothing */
  conjecture: Predicate | null;
}

/**
 * Reads a line of AlphaGeometry's construction language, `a b c = triangle a b c; d = foot d a b c ? cong a d a d`.
 * Throws a ProgramError with line and column.
 */
export function parseConstructions(text: string, { file = null, line = 1 }: { file?: string | null; line?: number } = {}): ConstructionProblem {
  const fail = (message: string, column: number): never => {
    throw new ProgramError({ file, line, column: column + 1, message });
  };
  if (text.length > MAX_LENGTH) fail(`the line has ${text.length} characters, at most ${MAX_LENGTH} are read`, MAX_LENGTH);
  const question = text.indexOf("?");
  const points: string[] = [];
  const clauses: ConstructionProblem["clauses"] = [];
  let start = 0;
  for (const [index, clause] of (question === -1 ? text : text.slice(0, question)).split(";").entries()) {
    if (index >= MAX_CLAUSES) fail(`more than ${MAX_CLAUSES} clauses`, start);
    readClause(clause, start);
    start += clause.length + 1;
  }
  if (points.length === 0) fail("no point is constructed; a problem begins as in a b c = triangle a b c", 0);
  return { points, clauses, conjecture: question === -1 ? null : readGoal(text.slice(question + 1).trim(), question + 1) };

  function readClause(clause: string, offset: number): void {
    const equals = clause.indexOf("=");
    if (equals === -1) fail(`expected = between the new points and their construction, found ${JSON.stringify(clause.trim())}`, offset);
    const fresh = words(clause.slice(0, equals)).map((word) => word.replace(/@.*$/, ""));
    if (fresh.length === 0) fail("no new point stands before =", offset);
    for (const name of fresh) {
      if (!/^[a-z][a-z0-9_']*$/i.test(name)) fail(`${JSON.stringify(name)} is no name of a point`, offset);
      if (points.includes(name)) fail(`the point ${name} is constructed twice`, offset);
      points.push(name);
    }
    if (points.length > MAX_POINTS) fail(`more than ${MAX_POINTS} points`, offset);
    const predicates: Predicate[] = [];
    clauses.push({ points: fresh, predicates });
    let place = offset + equals + 1;
    for (const part of clause.slice(equals + 1).split(",")) {
      const [name = "", ...list] = words(part);
      const construction = constructions.get(name);
      if (construction === undefined) return fail(`unknown construction ${JSON.stringify(name)}`, place);
      // `on_line a b` may leave the new points out.
      const given = list.some((word) => fresh.includes(word)) || list.length === construction.parameters.length ? list : [...fresh, ...list];
      if (given.length !== construction.parameters.length) fail(`${name} takes ${construction.parameters.length} names (${construction.parameters.join(" ")}), found ${list.length}`, place);
      const binding = new Map(construction.parameters.map((parameter, index) => [parameter, given[index] as string]));
      for (const [index, actual] of given.entries()) {
        const isNumber = name === "s_angle" && index === 3;
        if (isNumber ? !/^-?\d+(\.\d+)?$/.test(actual) : !points.includes(actual)) fail(`${JSON.stringify(actual)} is ${isNumber ? "no number of degrees" : "not constructed yet"}`, place);
      }
      for (const [predicate, ...names] of construction.predicates) predicates.push([predicate, ...names.map((parameter) => binding.get(parameter) ?? parameter)]);
      place += part.length + 1;
    }
  }

  function readGoal(goal: string, offset: number): Predicate {
    const [name = "", ...names] = words(goal);
    const counts = Object.hasOwn(goals, name) ? goals[name] : undefined;
    if (counts === undefined) return fail(`unknown goal ${JSON.stringify(name)}; known are ${Object.keys(goals).join(", ")}`, offset);
    if (!counts.includes(names.length)) fail(`${name} takes ${counts.join(" or ")} names, found ${names.length}`, offset);
    for (const point of names) if (!points.includes(point)) fail(`${JSON.stringify(point)} is not constructed`, offset);
    return [name, ...names];
  }
}

function words(text: string): string[] {
  return text.trim().split(/\s+/).filter((word) => word !== "");
}
