import type { Scene } from "@mmgeo/dataset";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { isLocated } from "../language/equation.js";
import type { Statement } from "../language/statement.js";
import { angleGuides } from "./angle-guides.js";
import { crossingsOf, faceSegments } from "./crossings.js";
import { inequalitiesOf } from "./inequalities.js";
import { initialLayout } from "./layout.js";
import { costOf, fit, type Residual } from "./levenberg-marquardt.js";
import { equationsOf } from "./residuals.js";
import { scaleOf } from "./scale.js";
import { styleGuides } from "./style-guides.js";
import { trapezoidGuides } from "./trapezoid-guides.js";
import { type Unknowns, unknownsOf } from "./unknowns.js";
import { upright } from "./upright.js";

/** Once a drawing is found whose looks are not as they should be, so many more starts may find a better one. */
const STARTS_FOR_LOOKS = 8;
/** What the guides may leave undone on a drawing that is taken at once. */
export const GOOD_LOOKS = 1e-3;

/** Guides ask for a good look and may stand in the way of an unusual figure, so every third start all but leaves them out. */
const FAINT = 0.1;

export interface SearchOptions {
  /** What has to hold. */
  claims: readonly Statement[];
  /** What is asked, for the sense of its angles. */
  goals: readonly Statement[];
  seed: number;
  attempts: number;
  start?: Scene;
  /** Whether a statement is proven on a drawing. */
  holds: (statement: Statement, scene: Scene) => boolean;
}

export interface SearchResult {
  /** The best-looking drawing on which every claim holds, or null. */
  scene: Scene | null;
  /** The claims that fail on the nearest drawing found. */
  failing: Statement[];
  /** What the guides leave undone on the drawing; 0 is a good look. */
  looks: number;
}

/** Fits coordinates to statements from several seeded starts. */
export function search({ claims, goals, seed, attempts, start, holds }: SearchOptions): SearchResult {
  if (start !== undefined && claims.every((claim) => holds(claim, start))) return { scene: start, failing: [], looks: 0 };
  const unknowns = unknownsOf(claims);
  const scale = scaleOf(claims);
  const context = { unknowns, scale };
  const equations = claims.flatMap((statement) => equationsOf(statement, context));
  const guides = [...claims.flatMap((statement) => inequalitiesOf(statement, context)), ...angleGuides([...claims, ...goals], unknowns), ...trapezoidGuides(claims, context)];
  const style = styleGuides(claims, context);
  const faintGuides = guides.map((guide) => ({ ...guide, weight: guide.weight * FAINT }));
  const segments = faceSegments(claims, unknowns);
  const generator = xoroshiro128plus(seed);
  const random = (): number => uniformFloat64(generator);

  let nearest: Statement[] | null = null;
  let best: { scene: Scene; looks: number } | null = null;
  let last = attempts;
  for (let attempt = 0; attempt < last; attempt += 1) {
    const x = attempt === 0 && start !== undefined ? fromScene(start, unknowns, scale) : initialLayout({ statements: claims, unknowns, scale: scale * sizeFactor(attempt, random), random, shake: attempt === 0 ? 0.02 : Math.min(0.8, 0.12 * attempt) });
    settle({ x, equations, guides: attempt % 3 === 2 ? faintGuides : [...guides, ...style], unknowns });
    const scene = toScene(x, unknowns);
    const failing = claims.filter((statement) => !holds(statement, scene));
    if (failing.length > 0) {
      if (nearest === null || failing.length < nearest.length) nearest = failing;
      continue;
    }
    const looks = costOf(guides, x) + crossingsOf(segments, x);
    if (best === null || looks < best.looks) best = { scene, looks };
    if (best.looks < GOOD_LOOKS) break;
    last = Math.min(last, attempt + 1 + STARTS_FOR_LOOKS);
  }
  return best !== null ? { scene: start === undefined && !isLocated(claims) ? upright(best.scene, levelCandidates(segments, claims, unknowns)) : best.scene, failing: [], looks: best.looks } : { scene: null, failing: nearest ?? [], looks: Number.POSITIVE_INFINITY };
}

/** Segments that may come to lie level: those of the faces and the lines that points are collinear on. */
function levelCandidates(segments: readonly (readonly [number, number])[], claims: readonly Statement[], unknowns: Unknowns): [string, string][] {
  const letters = new Map([...unknowns.points].map(([letter, index]) => [index, letter]));
  const lines = claims.flatMap((claim): [string, string][] => {
    if (claim.kind !== "relation" || claim.name !== "Collinear") return [];
    const [line = ""] = claim.arguments;
    return [[line.charAt(0), line.charAt(line.length - 1)]];
  });
  return [...segments.map(([from, to]): [string, string] => [letters.get(from) ?? "", letters.get(to) ?? ""]), ...lines];
}

/** The figure may be far larger or smaller than the numbers of the program suggest, so every other later start tries another size. */
function sizeFactor(attempt: number, random: () => number): number {
  return attempt < 2 || attempt % 2 === 0 ? 1 : Math.exp((random() - 0.4) * 3);
}

/** Symbols first, then everything with the guides, then the equations alone to the last digit. */
function settle({ x, equations, guides, unknowns }: { x: Float64Array; equations: Residual[]; guides: Residual[]; unknowns: Unknowns }): number {
  if (unknowns.symbols.size > 0) fit(equations, x, { maxIterations: 12, target: 1e-12, free: [...unknowns.symbols.values()] });
  fit([...equations, ...guides], x, { maxIterations: 80, target: 1e-16 });
  return fit(equations, x, { maxIterations: 40, target: 1e-26 }).cost;
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
