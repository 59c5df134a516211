import type { Scene } from "@mmgeo/dataset";
import { measure } from "../check/measure.js";
import { repairStatement } from "../language/repair.js";
import type { Problem } from "../problem.js";
import { seedOf } from "../seeded-random.js";
import { solve } from "../solve/solve.js";
import { readProblemStatements } from "../sources/problem-statements.js";
import { closedForm } from "./closed-form.js";

export type ProblemAnswer =
  | { ok: true; id: string; /** lengths in the problem's units, angles in degrees */ value: number; /** such as `3*sqrt(3)/2`, where one fits */ closedForm: string | null; published: string | null; scene: Scene; notes: string[] }
  | { ok: false; id: string; reason: string };

/** Answers a problem by drawing it and measuring what is asked. Two drawings have to agree: a goal that the statements leave open has no answer. */
export function answerProblem(problem: Problem, { seed = 1 }: { /** @default 1 */ seed?: number } = {}): ProblemAnswer {
  const failed = (reason: string): ProblemAnswer => ({ ok: false, id: problem.id, reason });
  const goal = problem.question?.goal ?? null;
  if (goal === null) return failed("the problem asks for nothing; add Value(…)");
  const { statement } = repairStatement(goal);
  if (statement.kind !== "value") return failed(`${goal} is no goal; it is written Value(…)`);
  const { all } = readProblemStatements(problem);
  const statements = [...all.filter(({ kind }) => kind !== "mark"), statement];
  const values: { value: number; scene: Scene; notes: string[] }[] = [];
  for (const offset of [0, 1]) {
    const solved = solve({ statements, seed: seedOf(problem.id, seed + offset) });
    if (!solved.ok) return failed(solved.reason.message);
    const value = measure(statement.expression, solved.scene);
    if (value === null) return failed(`${goal} cannot be measured on the drawing`);
    values.push({ value, scene: solved.scene, notes: solved.notes });
  }
  const [first, second] = values as [(typeof values)[number], (typeof values)[number]];
  if (Math.abs(first.value - second.value) > 1e-5 * Math.max(1, Math.abs(first.value))) return failed(`${goal} is not determined: one drawing measures ${first.value.toPrecision(6)}, another ${second.value.toPrecision(6)}`);
  return { ok: true, id: problem.id, value: first.value, closedForm: closedForm(first.value), published: problem.question?.answer || null, scene: first.scene, notes: first.notes };
}
