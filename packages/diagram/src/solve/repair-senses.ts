import type { Scene } from "@mmgeo/dataset";
import { formatStatement } from "../language/format.js";
import type { Expression, Statement } from "../language/statement.js";
import { search } from "./search.js";

/** An annotation with more slips than this is not repaired but refused. */
const MAX_REPAIRS = 4;
/** Starts per candidate: the first, planar one finds nearly everything that can be found. */
const ATTEMPTS = 6;
const MAX_CANDIDATES = 40;

interface RepairOptions {
  claims: readonly Statement[];
  goals: readonly Statement[];
  seed: number;
  failing: readonly Statement[];
  holds: (statement: Statement, scene: Scene) => boolean;
}

/**
 * Looks for statements that name something the wrong way round (a shape walked clockwise, an arc from its end, angle
 * CBA for ABC, parallel lines with their sides exchanged): turns the one round that leaves the fewest statements
 * failing, until all hold. Null where that does not help.
 */
export function repairSenses({ claims, goals, seed, failing, holds }: RepairOptions): { scene: Scene; claims: Statement[]; notes: string[] } | null {
  const turned = claims.map(turnedSegment);
  const changed = turned.flatMap((claim, index) => (claim === claims[index] ? [] : [noteOf(claims[index] as Statement, claim)]));
  if (changed.length > 0) {
    const result = search({ claims: turned, goals, seed, attempts: ATTEMPTS, holds });
    if (result.scene !== null) return { scene: result.scene, claims: turned, notes: changed };
  }
  const notes: string[] = [];
  let current = [...claims];
  let failures = [...failing];
  for (let repairs = 0; repairs < MAX_REPAIRS; repairs += 1) {
    let best: { claims: Statement[]; failing: Statement[]; scene: Scene | null; note: string } | null = null;
    for (const { statement, variant } of candidatesOf(failures, current)) {
      const tried = current.map((claim) => (claim === statement ? variant : claim));
      const result = search({ claims: tried, goals, seed, attempts: ATTEMPTS, holds });
      if (best !== null && result.failing.length >= best.failing.length) continue;
      best = { claims: tried, failing: result.failing, scene: result.scene, note: noteOf(statement, variant) };
      if (result.scene !== null) break;
    }
    if (best === null) return null;
    notes.push(best.note);
    if (best.scene !== null) return { scene: best.scene, claims: best.claims, notes };
    if (best.failing.length >= failures.length) return null;
    current = best.claims;
    failures = best.failing;
  }
  return null;
}

function noteOf(statement: Statement, variant: Statement): string {
  return `read ${formatStatement(statement)} as ${formatStatement(variant)}: it is named the wrong way round`;
}

/** A chord and its arc enclose a piece of the disc, walked counter-clockwise only where the arc is; no figure needs to be looked at. */
function turnedSegment(statement: Statement): Statement {
  if (statement.kind !== "relation" || statement.name !== "Shape" || statement.arguments.length !== 2) return statement;
  const chord = statement.arguments.find((piece) => piece.length === 2);
  const arc = statement.arguments.find((piece) => piece.length === 3);
  if (chord === undefined || arc?.slice(1) !== chord) return statement;
  return { ...statement, arguments: statement.arguments.map((piece) => (piece === chord ? reversed(chord) : piece)) };
}

/** What fails is suspected first; where a letter too many fails, the parallels and shapes that hold may be the cause too. */
function candidatesOf(failing: readonly Statement[], claims: readonly Statement[]): { statement: Statement; variant: Statement }[] {
  const list = (statements: readonly Statement[]) => statements.flatMap((statement) => variantsOf(statement).map((variant) => ({ statement, variant })));
  const others = claims.filter((claim) => !failing.includes(claim) && claim.kind === "relation" && claim.name === "ParallelBetweenLine");
  const cost = ({ statement }: { statement: Statement }): number => (statement.kind === "relation" ? (statement.name === "ParallelBetweenLine" ? 0 : statement.name === "Shape" ? 2 : 1) : 3);
  return [...list(failing), ...list(others)].sort((a, b) => cost(a) - cost(b)).slice(0, MAX_CANDIDATES);
}

function reversed(text: string): string {
  return Array.from(text).reverse().join("");
}

const entities = new Set(["RightTriangle", "EquilateralTriangle", "Parallelogram", "Rhombus", "Rectangle", "Square", "Trapezoid", "IsoscelesTrapezoid", "Polygon"]);

/** The ways a statement may have been meant that differ from it in sense only. */
export function variantsOf(statement: Statement): Statement[] {
  if (statement.kind === "equal") return angleVariants(statement);
  if (statement.kind !== "relation") return [];
  const { name, arguments: list } = statement;
  const [first = "", second = ""] = list;
  const named = (...variant: string[]): Statement => ({ kind: "relation", name, arguments: variant });
  if (entities.has(name)) return [named(reversed(first))];
  switch (name) {
    case "Shape": {
      const whole = Array.from(list, (piece) => (piece.length === 3 ? piece : reversed(piece))).reverse();
      const arcs = list.flatMap((piece, index) => (piece.length === 3 ? [named(...list.slice(0, index), piece.charAt(0) + reversed(piece.slice(1)), ...list.slice(index + 1))] : []));
      return [named(...whole), ...arcs];
    }
    case "Cocircular":
      return second.length >= 3 ? [named(first, reversed(second))] : [];
    case "ParallelBetweenLine":
      return [named(second, first), named(first, reversed(second)), named(reversed(first), second)];
    case "PerpendicularBetweenLine":
      return [named(second, first)];
    case "IsPerpendicularBisectorOfLine":
    case "IsBisectorOfAngle":
      return [named(first, reversed(second))];
    case "IsoscelesTriangle":
    case "IsoscelesRightTriangle":
    case "Kite":
      return [named(first.charAt(0) + reversed(first.slice(1)))];
    case "IsMidpointOfArc":
      return [named(first, second.charAt(0) + reversed(second.slice(1)))];
    default:
      return [];
  }
}

/** An equation with one of its angles or arcs named the other way round. */
function angleVariants(statement: Extract<Statement, { kind: "equal" }>): Statement[] {
  const sided = (side: "left" | "right"): Statement[] => expressionVariants(statement[side]).map((expression) => ({ ...statement, [side]: expression }));
  return [...sided("left"), ...sided("right")];
}

function expressionVariants(expression: Expression): Expression[] {
  switch (expression.kind) {
    case "measure": {
      const [letters = ""] = expression.arguments;
      if (expression.name === "MeasureOfAngle") return [{ ...expression, arguments: [reversed(letters)] }];
      if (expression.name === "MeasureOfArc" || expression.name === "LengthOfArc") return [{ ...expression, arguments: [letters.charAt(0) + reversed(letters.slice(1))] }];
      return [];
    }
    case "operation":
      return expression.operands.flatMap((operand, index) => expressionVariants(operand).map((variant) => ({ ...expression, operands: [...expression.operands.slice(0, index), variant, ...expression.operands.slice(index + 1)] })));
    case "negate":
    case "function":
      return expressionVariants(expression.operand).map((operand) => ({ ...expression, operand }));
    default:
      return [];
  }
}
