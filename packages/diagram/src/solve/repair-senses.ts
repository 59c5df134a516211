import type { Scene } from "@mmgeo/dataset";
import { formatStatement } from "../language/format.js";
import type { Expression, Statement } from "../language/statement.js";
import { repairCircles } from "./repair-circles.js";
import { GOOD_LOOKS, search } from "./search.js";

/** An annotation with more slips than this is not repaired but refused. */
const MAX_REPAIRS = 4;
/** Starts per candidate: the first, planar one finds nearly everything that can be found. */
const ATTEMPTS = 6;
const FEW_ATTEMPTS = 2;
const MAX_CANDIDATES = 48;

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
  if (turned.some((claim, index) => claim !== claims[index])) {
    const result = search({ claims: turned, goals, seed, attempts: ATTEMPTS, holds });
    if (result.scene !== null) return { scene: result.scene, claims: turned, notes: notesOf(claims, turned) };
  }
  const parallels = sideRepair({ claims, goals, seed, failing, holds });
  if (parallels !== null) return parallels;
  let current = [...claims];
  let failures = [...failing];
  const stuck = (): ReturnType<typeof circleRepair> => circleRepair({ claims, goals, seed, failing, holds });
  for (let repairs = 0; repairs < MAX_REPAIRS; repairs += 1) {
    let best: { claims: Statement[]; failing: Statement[]; scene: Scene | null; looks: number } | null = null;
    for (const { statement, variant, attempts } of candidatesOf(failures, current, repairs === 0)) {
      const tried = current.map((claim) => (claim === statement ? variant : claim));
      const result = search({ claims: tried, goals, seed, attempts, holds });
      const better = best === null || result.failing.length < best.failing.length || (result.failing.length === best.failing.length && result.looks < best.looks);
      if (better) best = { claims: tried, failing: result.failing, scene: result.scene, looks: result.looks };
      if (result.looks < GOOD_LOOKS) break;
    }
    if (best === null) return stuck();
    if (best.scene !== null) return { scene: best.scene, claims: best.claims, notes: notesOf(claims, best.claims) };
    if (best.failing.length >= failures.length) return stuck();
    current = best.claims;
    failures = best.failing;
  }
  return stuck();
}

function circleRepair({ claims, goals, seed, holds }: RepairOptions): { scene: Scene; claims: Statement[]; notes: string[] } | null {
  const repaired = repairCircles({ claims, goals, seed, holds });
  if (repaired === null) return null;
  const { scene } = search({ claims: repaired, goals, seed, attempts: ATTEMPTS, holds });
  return scene === null ? null : { scene, claims: repaired, notes: notesOf(claims, repaired) };
}

/** Exchanges the sides of several parallels at once: annotators who have one the wrong way round often have all. */
function sideRepair({ claims, goals, seed, failing, holds }: RepairOptions): { scene: Scene; claims: Statement[]; notes: string[] } | null {
  const isParallel = (statement: Statement): boolean => statement.kind === "relation" && statement.name === "ParallelBetweenLine";
  if (!failing.some(isParallel) || claims.filter(isParallel).length < 2) return null;
  const others = claims.filter((claim) => !isParallel(claim));
  const { scene } = search({ claims: others, goals, seed, attempts: 1, holds });
  if (scene === null) return null;
  // The senses that the rest of the figure suggests, before the parallels bind it.
  const repaired = claims.map((claim) => {
    if (claim.kind !== "relation" || !isParallel(claim)) return claim;
    const [first = "", second = ""] = claim.arguments;
    const at = (letter: string): readonly [number, number] => scene.points[letter] ?? [0, 0];
    const [a, b, c, d] = [at(first.charAt(0)), at(first.charAt(1)), at(second.charAt(0)), at(second.charAt(1))];
    const along = (b[0] - a[0]) * (d[0] - c[0]) + (b[1] - a[1]) * (d[1] - c[1]);
    const turned = along < 0 ? reversed(second) : second;
    const left = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
    if (left < 0) return turned === second ? claim : { ...claim, arguments: [first, turned] };
    return { ...claim, arguments: [turned, first] };
  });
  const result = search({ claims: repaired, goals, seed, attempts: ATTEMPTS, holds });
  return result.scene === null ? null : { scene: result.scene, claims: repaired, notes: notesOf(claims, repaired) };
}

function notesOf(claims: readonly Statement[], repaired: readonly Statement[]): string[] {
  return repaired.flatMap((statement, index) => {
    const original = claims[index];
    if (original === undefined || statement === original) return [];
    return [`read ${formatStatement(original)} as ${formatStatement(statement)}, which the rest of the program asks for`];
  });
}

/** A chord and its arc enclose a piece of the disc, walked counter-clockwise only where the arc is; no figure needs to be looked at. */
function turnedSegment(statement: Statement): Statement {
  if (statement.kind !== "relation" || statement.name !== "Shape" || statement.arguments.length !== 2) return statement;
  const chord = statement.arguments.find((piece) => piece.length === 2);
  const arc = statement.arguments.find((piece) => piece.length === 3);
  if (chord === undefined || arc?.slice(1) !== chord) return statement;
  return { ...statement, arguments: statement.arguments.map((piece) => (piece === chord ? reversed(chord) : piece)) };
}

interface Candidate {
  statement: Statement;
  variant: Statement;
  attempts: number;
}

/** What fails is suspected first; then what holds but may be the cause of it, with fewer starts. */
function candidatesOf(failing: readonly Statement[], claims: readonly Statement[], first: boolean): Candidate[] {
  const list = (statements: readonly Statement[], attempts: number): Candidate[] =>
    statements.flatMap((statement) => [...variantsOf(statement), ...orderVariants(statement, claims)].map((variant) => ({ statement, variant, attempts }))).sort((a, b) => rank(a.statement) - rank(b.statement));
  const others = claims.filter((claim) => !failing.includes(claim) && (rank(claim) === 0 || (first && rank(claim) !== 2)));
  return [...list(failing, ATTEMPTS), ...list(others, FEW_ATTEMPTS)].slice(0, MAX_CANDIDATES);
}

/** Annotators slip with lines most often, then with names, shapes and angles. */
function rank(statement: Statement): number {
  if (statement.kind !== "relation") return 3;
  if (statement.name === "Shape") return 2;
  return statement.name === "ParallelBetweenLine" || statement.name === "PerpendicularBetweenLine" || statement.name === "IsPerpendicularBisectorOfLine" ? 0 : 1;
}

function rotated(text: string): string {
  return text.slice(1) + text.charAt(0);
}

/** The corners that AC and CD may have been meant for: the vocabulary writes AO and CO, the common letter last, and here it is not. */
function cornerVariants(first: string, second: string): [string, string][] {
  if (first.charAt(1) === second.charAt(1)) return [];
  const letters = [...new Set(first + second)];
  if (letters.length !== 3) return [];
  return letters.flatMap((vertex): [string, string][] => {
    const [one = "", other = ""] = letters.filter((letter) => letter !== vertex);
    return [
      [one + vertex, other + vertex],
      [other + vertex, one + vertex],
    ];
  });
}

function reversed(text: string): string {
  return Array.from(text).reverse().join("");
}

const entities = new Set(["EquilateralTriangle", "Parallelogram", "Rhombus", "Rectangle", "Square", "Polygon"]);

/** The ways a statement may have been meant that differ from it in sense only. */
export function variantsOf(statement: Statement): Statement[] {
  if (statement.kind === "equal") return angleVariants(statement);
  if (statement.kind !== "relation") return [];
  const { name, arguments: list } = statement;
  const [first = "", second = ""] = list;
  const named = (...variant: string[]): Statement => ({ kind: "relation", name, arguments: variant });
  if (name === "Trapezoid" || name === "IsoscelesTrapezoid") return [named(reversed(first)), named(rotated(first))];
  if (name === "RightTriangle") return [named(reversed(first)), named(rotated(first)), named(rotated(rotated(first)))];
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
    case "SimilarBetweenTriangle":
    case "CongruentBetweenTriangle":
    case "MirrorSimilarBetweenTriangle":
    case "MirrorCongruentBetweenTriangle": {
      const other = name.startsWith("Mirror") ? name.slice("Mirror".length) : `Mirror${name}`;
      return [{ kind: "relation", name: other, arguments: [first, second.charAt(0) + reversed(second.slice(1))] }];
    }
    case "PerpendicularBetweenLine":
      return [named(second, first), ...cornerVariants(first, second).map((corner) => named(...corner))];
    case "IsPerpendicularBisectorOfLine":
      return [named(first, reversed(second))];
    case "IsBisectorOfAngle":
      // The ray starts at the vertex.
      return [reversed(second), rotated(second), rotated(rotated(second))].filter((corner) => corner === reversed(second) || first.startsWith(corner.charAt(1))).flatMap((corner) => (corner === reversed(second) ? [corner] : [corner, reversed(corner)])).map((corner) => named(first, corner));
    case "IsMedianOfTriangle":
    case "IsAltitudeOfTriangle":
      // The segment starts at the first vertex.
      return [rotated(second), rotated(rotated(second))].filter((triangle) => triangle.charAt(0) === first.charAt(0) && !second.startsWith(first.charAt(0))).map((triangle) => named(first, triangle));
    case "IsoscelesTriangle":
    case "IsoscelesRightTriangle":
    case "Kite": {
      const turns = first.length === 3 ? [first, rotated(first), rotated(rotated(first))] : [first, rotated(first)];
      return turns.flatMap((letters) => [letters, letters.charAt(0) + reversed(letters.slice(1))]).filter((letters) => letters !== first).map((letters) => named(letters));
    }
    case "IsMidpointOfArc":
      return [named(first, second.charAt(0) + reversed(second.slice(1)))];
    default:
      return [];
  }
}

/** The order of points on a circle as the arcs of the shapes have it, either way round. */
function orderVariants(statement: Statement, claims: readonly Statement[]): Statement[] {
  if (statement.kind !== "relation" || statement.name !== "Cocircular") return [];
  const [circle = "", letters = ""] = statement.arguments;
  const neighbours = new Map<string, Set<string>>(Array.from(letters, (letter) => [letter, new Set<string>()]));
  for (const claim of claims) {
    if (claim.kind !== "relation" || claim.name !== "Shape") continue;
    for (const piece of claim.arguments) {
      if (piece.length !== 3 || !piece.startsWith(circle)) continue;
      const [from = "", to = ""] = piece.slice(1);
      neighbours.get(from)?.add(to);
      neighbours.get(to)?.add(from);
    }
  }
  if (letters.length < 4 || [...neighbours.values()].some((set) => set.size !== 2)) return [];
  let cycle = letters.charAt(0);
  while (cycle.length < letters.length) {
    const next = [...(neighbours.get(cycle.charAt(cycle.length - 1)) ?? [])].find((letter) => !cycle.includes(letter));
    if (next === undefined) return [];
    cycle += next;
  }
  return [cycle, reversed(cycle)].map((order) => ({ ...statement, arguments: [circle, order] }));
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
