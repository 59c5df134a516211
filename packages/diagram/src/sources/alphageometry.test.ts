import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkStatement } from "../check/check.js";
import { parseStatement } from "../language/parse.js";
import { ProgramError } from "../language/program-error.js";
import { solve } from "../solve/solve.js";
import { constructions } from "./alphageometry-constructions.js";
import { translateConstructions } from "./alphageometry.js";
import { parseConstructions } from "./alphageometry-parse.js";
import { readProblemStatements } from "./problem-statements.js";

/** Set MMGEO_SLOW=1 for a hundred thousand inputs (a minute or two). */
const slow = process.env["MMGEO_SLOW"] === "1";

const translated = (text: string, seed = 1) => translateConstructions(parseConstructions(text), { id: "t", source: "t", seed });

describe("parseConstructions", () => {
  it.each([
    ["a b c = triangle a b c; d = foot d a b", 28],
    ["a b c = triangle a b c; d = food d a b c", 28],
    ["a b c = triangle a b c; d = foot d a b e", 28],
    ["a b = segment a b; a = free a", 19],
    ["a b segment a b", 1],
    ["a b c = triangle a b c ? perp a b", 25],
    ["a b c = triangle a b c ? right a b c d", 25],
    ["", 1],
  ])("says where %j goes wrong", (text, column) => {
    expect(() => parseConstructions(text, { file: "p.txt", line: 4 })).toThrow(ProgramError);
    try {
      parseConstructions(text, { file: "p.txt", line: 4 });
    } catch (error) {
      expect((error as ProgramError).column).toBe(column);
      expect((error as ProgramError).line).toBe(4);
    }
  });

  it("never throws anything but a ProgramError", () => {
    const piece = fc.constantFrom(...constructions.keys(), "a", "b", "c", "d", "=", ";", ",", "?", "perp", "constructor", "1", "α");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 25 }).map((list) => list.join(" ")), (text) => {
        try {
          parseConstructions(text);
        } catch (error) {
          expect(error).toBeInstanceOf(ProgramError);
        }
      }),
      { numRuns: slow ? 100_000 : 2000 },
    );
  }, slow ? 600_000 : 20_000);
});

describe("translateConstructions", () => {
  it.each([
    "a b c = triangle a b c; h = orthocenter h a b c; d = foot d a b c ? coll a h d",
    "a b c = triangle a b c; o = circle o a b c; d = on_circle d o a ? eqangle a c a d b c b d",
    "a b c = triangle a b c; i = incenter i a b c; d = foot d i b c; e = foot e i a c ? cong i d i e",
    "a b = segment a b; c = nsquare c a b; d = psquare d a b ? midp a c d",
    "a b c = triangle a b c; d = midpoint d b c; e = midpoint e c a ? para d e a b",
    "a b c = triangle a b c; d = midpoint d b c; e = midpoint e c a ? simtri a b c e d c",
    "a b c = triangle a b c; d = foot d a b c; e = foot e b a c ? cyclic a b d e",
  ])("finds a figure of %s in which the goal holds", (text) => {
    const problem = translated(text);
    const start = problem.start;
    expect(start).toBeDefined();
    if (start === undefined) return;
    const { all, unreadable } = readProblemStatements(problem);
    expect(unreadable).toEqual([]);
    expect(all.filter((statement) => checkStatement(statement, start).verdict !== "true")).toEqual([]);
    expect(checkStatement(parseStatement(problem.question?.goal ?? ""), start).verdict).toBe("true");
    const solved = solve({ statements: all, seed: 1, start });
    expect(solved.ok && solved.scene).toBe(start);
  });

  it("does not call a false conjecture true", () => {
    const problem = translated("a b c = triangle a b c; d = midpoint d b c ? perp a d b c");
    expect(checkStatement(parseStatement(problem.question?.goal ?? ""), problem.start ?? { points: {}, circles: {}, symbols: {} }).verdict).not.toBe("true");
  });

  it("gives a figure for every construction there is", () => {
    const missing: string[] = [];
    for (const [name, { parameters, predicates }] of constructions) {
      if (predicates.length === 0) continue;
      const used = parameters.map((parameter) => (name === "s_angle" && parameter === "y" ? "40" : parameter));
      const names = used.filter((parameter) => parameter !== "40");
      // everything the construction names is constructed by it here, so each is a figure of its own
      if (translated(`${names.join(" ")} = ${name} ${used.join(" ")}`, 3).start === undefined) missing.push(name);
    }
    expect(missing).toEqual([]);
  });
});
