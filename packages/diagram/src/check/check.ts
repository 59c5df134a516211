import type { Scene } from "@mmgeo/dataset";
import { isStatement } from "../language/format.js";
import type { Reading } from "../language/meaning.js";
import type { Statement } from "../language/statement.js";
import { type Condition, equalDegrees, equalSizes, type Unit } from "./condition.js";
import { constructionConditions } from "./construction.js";
import { evaluate } from "./measure.js";
import { relationConditions } from "./relation.js";
import { NotDrawn, type View, viewOf } from "./view.js";

export interface CheckResult {
  /** `true`: holds within 1e-6. `false`: fails by a visible margin. `undecided`: anything between, or not measurable. */
  verdict: "true" | "false" | "undecided";
  /** How far the drawing is from the statement, by its worst condition. */
  difference: number;
  unit: Unit;
  /** Why an undecided statement is undecided. */
  reason?: string;
}

export interface CheckOptions {
  /**
   * `cdl` takes senses as CDL has them. `english` is for sentences of a caption: a statement is true if it holds in
   * either reading, and false only if it visibly fails in both, so that "angle CBA is 50" is not false because CDL
   * measures 310.
   * @default "cdl"
   */
  reading?: Reading;
}

/** Checks one statement on a drawing. It shares no formula with the solver. Never throws for a statement that parsed. */
export function checkStatement(statement: Statement, scene: Scene, { reading = "cdl" }: CheckOptions = {}): CheckResult {
  const strict = checkReading(statement, viewOf(scene, "cdl"));
  if (reading === "cdl" || strict.verdict === "true") return strict;
  const loose = checkReading(statement, viewOf(scene, "english"));
  if (loose.verdict === "true" || strict.verdict === "false") return loose;
  return strict;
}

function checkReading(statement: Statement, view: View): CheckResult {
  try {
    return judge(conditionsOf(statement, view));
  } catch (error) {
    if (error instanceof NotDrawn) return { verdict: "undecided", difference: Number.NaN, unit: "none", reason: error.message };
    throw error;
  }
}

function judge(conditions: readonly Condition[]): CheckResult {
  let worst: Condition = { difference: 0, unit: "none", holds: true, visible: false };
  for (const condition of conditions) {
    if (!Number.isFinite(condition.difference)) return { verdict: "undecided", difference: Number.NaN, unit: condition.unit, reason: "its value is not a finite number" };
    if (severity(condition) > severity(worst) || (severity(condition) === severity(worst) && condition.difference > worst.difference)) worst = condition;
  }
  const { difference, unit } = worst;
  if (worst.holds) return { verdict: "true", difference, unit };
  if (worst.visible) return { verdict: "false", difference, unit };
  return { verdict: "undecided", difference, unit, reason: "it fails by less than can be seen" };
}

function severity(condition: Condition): number {
  return condition.visible ? 2 : condition.holds ? 0 : 1;
}

function conditionsOf(statement: Statement, view: View): Condition[] {
  switch (statement.kind) {
    case "relation": {
      const conditions = constructionConditions(statement.name, statement.arguments, view) ?? relationConditions(statement.name, statement.arguments, view);
      if (conditions === null) throw new NotDrawn(`${statement.name} cannot be checked`);
      return conditions;
    }
    case "equal": {
      const left = evaluate(statement.left, view);
      const right = evaluate(statement.right, view);
      const magnitude = Math.max(left.magnitude, right.magnitude);
      return [left.degrees || right.degrees ? equalDegrees(left.value, right.value, magnitude) : equalSizes(left.value, right.value, magnitude)];
    }
    case "value":
      throw new NotDrawn("a goal claims nothing");
    case "mark": {
      if (isStatement(statement.target)) return conditionsOf(statement.target, view);
      const { value } = evaluate(statement.target, view);
      return [{ difference: Number.isFinite(value) ? 0 : Number.NaN, unit: "none", holds: true, visible: false }];
    }
  }
}
