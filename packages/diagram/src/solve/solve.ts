import type { Scene } from "@mmgeo/dataset";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { checkStatement } from "../check/check.js";
import { formatStatement } from "../language/format.js";
import { closedWalk } from "../language/loop.js";
import type { Statement } from "../language/statement.js";
import { angleGuides } from "./angle-guides.js";
import { crossingsOf, faceSegments } from "./crossings.js";
import { inequalitiesOf } from "./inequalities.js";
import { initialLayout } from "./layout.js";
import { costOf, fit, type Residual } from "./levenberg-marquardt.js";
import { equationsOf } from "./residuals.js";
import { scaleOf } from "./scale.js";
import { type Unknowns, unknownsOf } from "./unknowns.js";

export interface SolveOptions {
  statements: readonly Statement[];
  /** Where the random starts come from; the same seed gives the same drawing. */
  seed: number;
  /** A drawing to start from, such as positions read off a published picture; tried first. */
  start?: Scene;
  /** How many starts are tried before giving up. @default 12 */
  attempts?: number;
}

export interface SolveFailure {
  /** `shape does not close`, `no drawing found`, `contradiction` */
  kind: string;
  message: string;
  /** The statements that do not hold on the best drawing found, or that contradict one another. */
  statements: string[];
}

export type SolveResult =
  /** `statements` are those that were solved and hold: what was given, less what could not be read as a figure (said in `notes`). */
  { ok: true; scene: Scene; notes: string[]; statements: Statement[] } | { ok: false; reason: SolveFailure };

const DEFAULT_ATTEMPTS = 16;
/** Once a drawing is found whose looks are not as they should be, so many more starts may find a better one. */
const STARTS_FOR_LOOKS = 5;
/** What the guides may leave undone on a drawing that is taken at once. */
const GOOD_LOOKS = 1e-3;

/**
 * Finds coordinates on which every statement holds, each proven by the checker. A goal, `Value(…)`, may stand among
 * the statements: it claims nothing, but tells which way round its angles are meant. Never throws for statements that
 * parsed.
 */
export function solve({ statements, seed, start, attempts = DEFAULT_ATTEMPTS }: SolveOptions): SolveResult {
  const claims = statements.filter((statement) => statement.kind !== "value");
  const unclosed = claims.filter(isUnclosedShape);
  const usable = claims.filter((statement) => !unclosed.includes(statement));
  const notes = unclosed.map((statement) => `left out ${formatStatement(statement)}: its pieces do not join into a closed shape`);
  const unknowns = unknownsOf(usable);
  if (unknowns.count === 0) return { ok: false, reason: { kind: "no drawing found", message: "the program names no point or circle", statements: [] } };

  const scale = scaleOf(usable);
  const context = { unknowns, scale };
  const equations = usable.flatMap((statement) => equationsOf(statement, context));
  const guides = [...usable.flatMap((statement) => inequalitiesOf(statement, context)), ...angleGuides(statements, unknowns)];
  const segments = faceSegments(usable, unknowns);
  const generator = xoroshiro128plus(seed);
  const random = (): number => uniformFloat64(generator);

  let nearest: Statement[] | null = null;
  let best: { scene: Scene; looks: number } | null = null;
  let last = attempts;
  for (let attempt = 0; attempt < last; attempt += 1) {
    const x = attempt === 0 && start !== undefined ? fromScene(start, unknowns, scale) : initialLayout({ statements: usable, unknowns, scale, random, shake: attempt === 0 ? 0.02 : Math.min(0.8, 0.12 * attempt) });
    settle({ x, equations, guides, unknowns });
    const scene = toScene(x, unknowns);
    const failing = usable.filter((statement) => checkStatement(statement, scene).verdict !== "true");
    if (failing.length > 0) {
      if (nearest === null || failing.length < nearest.length) nearest = failing;
      continue;
    }
    const looks = costOf(guides, x) + crossingsOf(segments, x);
    if (best === null || looks < best.looks) best = { scene, looks };
    if (best.looks < GOOD_LOOKS) break;
    last = Math.min(last, attempt + 1 + STARTS_FOR_LOOKS);
  }
  if (best !== null) return { ok: true, scene: best.scene, notes, statements: usable };
  const failing = (nearest ?? []).map(formatStatement);
  return { ok: false, reason: { kind: "no drawing found", message: `no drawing satisfies these statements; the nearest fails ${failing.slice(0, 3).join(", ")}${failing.length > 3 ? ` and ${failing.length - 3} more` : ""}`, statements: failing } };
}

/** Symbols first, then everything with the guides, then the equations alone to the last digit. */
function settle({ x, equations, guides, unknowns }: { x: Float64Array; equations: Residual[]; guides: Residual[]; unknowns: Unknowns }): number {
  if (unknowns.symbols.size > 0) fit(equations, x, { maxIterations: 12, target: 1e-12, free: [...unknowns.symbols.values()] });
  fit([...equations, ...guides], x, { maxIterations: 80, target: 1e-16 });
  return fit(equations, x, { maxIterations: 40, target: 1e-26 }).cost;
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

function toScene(x: Float64Array, unknowns: Unknowns): Scene {
  const at = (index: number): number => x[index] as number;
  return {
    points: Object.fromEntries([...unknowns.points].map(([letter, index]) => [letter, [at(index), at(index + 1)] as [number, number]])),
    circles: Object.fromEntries([...unknowns.circles].map(([letter, { center, radius }]) => [letter, { center: [at(center), at(center + 1)] as [number, number], radius: Math.abs(at(radius)) }])),
    symbols: Object.fromEntries([...unknowns.symbols].map(([name, index]) => [name, at(index)])),
  };
}

function fromScene(scene: Scene, unknowns: Unknowns, scale: number): Float64Array {
  const x = new Float64Array(unknowns.count);
  for (const [letter, index] of unknowns.points) {
    const [px, py] = scene.points[letter] ?? [0, 0];
    x[index] = px;
    x[index + 1] = py;
  }
  for (const [letter, { center, radius }] of unknowns.circles) {
    const circle = scene.circles[letter];
    x[center] = circle?.center[0] ?? (x[center] as number);
    x[center + 1] = circle?.center[1] ?? (x[center + 1] as number);
    x[radius] = circle?.radius ?? scale;
  }
  for (const [name, index] of unknowns.symbols) x[index] = scene.symbols[name] ?? scale;
  return x;
}
