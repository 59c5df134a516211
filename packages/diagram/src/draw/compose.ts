import type { Position, Scene } from "@mmgeo/dataset";
import { isLocated } from "../language/equation.js";
import { namesOf } from "../language/points.js";
import type { Expression, Statement } from "../language/statement.js";
import { figureOf, unmarked } from "./figure.js";
import { arcPositions } from "./frame.js";

/** Directions within this many radians count as level or upright. */
const STRAIGHT = 0.01;
/** Room between unconnected parts, as a share of the larger one's extent. */
const GAP = 0.22;
/** Relations that say nothing about where, or which way round, their figures lie to one another. */
const looseRelation = /^(Mirror)?(Similar|Congruent)Between(Triangle|Quadrilateral)$/;

/**
 * Places a solved figure as a textbook would: each connected part turned so that its long lines are level, parts that
 * have nothing to do with one another set side by side. Parts are only moved and turned, so what held still holds.
 */
export function composeScene(scene: Scene, statements: readonly Statement[]): Scene {
  const plain = unmarked(statements).filter((statement) => statement.kind !== "value");
  if (isLocated(plain)) return scene;
  const figure = figureOf(scene, plain);
  const parts = connectedParts(plain, scene);
  const placed = parts.map((part) => {
    const segments = figure.segments.filter(({ from }) => part.points.has(from)).map(({ from, to }) => [scene.points[from], scene.points[to]] as [Position, Position]);
    const reach = [...[...part.points].map((label) => scene.points[label] as Position), ...figure.arcs.filter(({ circle }) => part.circles.has(circle)).flatMap(arcPositions)];
    const angle = uprightTurn(segments, reach);
    const turned = reach.map((position) => rotate(position, angle));
    return { part, angle, bounds: boundsOf(turned) };
  });
  const offsets = placed.length > 1 ? sideBySide(placed.map(({ bounds }) => bounds)) : placed.map((): Position => [0, 0]);
  const points: Scene["points"] = { ...scene.points };
  const circles: Scene["circles"] = { ...scene.circles };
  for (const [index, { part, angle }] of placed.entries()) {
    const [dx, dy] = offsets[index] as Position;
    const move = (position: Position): Position => {
      const [x, y] = rotate(position, angle);
      return [x + dx, y + dy];
    };
    for (const label of part.points) points[label] = move(scene.points[label] as Position);
    for (const name of part.circles) {
      const circle = scene.circles[name] as Scene["circles"][string];
      circles[name] = { ...circle, center: move(circle.center) };
    }
  }
  return { ...scene, points, circles };
}

interface Part {
  points: Set<string>;
  circles: Set<string>;
}

/** Points and circles that statements tie together. */
function connectedParts(statements: readonly Statement[], scene: Scene): Part[] {
  const leader = new Map<string, string>();
  const find = (key: string): string => {
    const parent = leader.get(key) ?? key;
    return parent === key ? key : find(parent);
  };
  const join = (keys: readonly string[]): void => {
    for (const key of keys) leader.set(find(key), find(keys[0] as string));
  };
  const joinNames = (statement: Statement): void => {
    const { points, circles } = namesOf([statement]);
    join([...points.filter((label) => scene.points[label] !== undefined).map((label) => `point ${label}`), ...circles.filter((name) => scene.circles[name] !== undefined).map((name) => `circle ${name}`)]);
  };
  const visit = (expression: Expression): void => {
    if (expression.kind === "measure") for (const argument of expression.arguments) joinNames({ kind: "value", expression: { ...expression, arguments: [argument] } });
    else if (expression.kind === "operation") expression.operands.forEach(visit);
    else if (expression.kind === "negate" || expression.kind === "function") visit(expression.operand);
  };
  for (const label of Object.keys(scene.points)) leader.set(`point ${label}`, find(`point ${label}`));
  for (const name of Object.keys(scene.circles)) leader.set(`circle ${name}`, find(`circle ${name}`));
  for (const statement of statements) {
    if (statement.kind === "equal") {
      visit(statement.left);
      visit(statement.right);
    } else if (statement.kind === "relation" && looseRelation.test(statement.name)) {
      for (const argument of statement.arguments) join([...argument].filter((label) => scene.points[label] !== undefined).map((label) => `point ${label}`));
    } else joinNames(statement);
  }
  const parts = new Map<string, Part>();
  for (const key of leader.keys()) {
    const part = parts.get(find(key)) ?? { points: new Set<string>(), circles: new Set<string>() };
    (key.startsWith("point ") ? part.points : part.circles).add(key.slice(key.indexOf(" ") + 1));
    parts.set(find(key), part);
  }
  return [...parts.values()];
}

function rotate([x, y]: Position, angle: number): Position {
  if (angle === 0) return [x, y];
  return [x * Math.cos(angle) - y * Math.sin(angle), x * Math.sin(angle) + y * Math.cos(angle)];
}

interface Bounds {
  left: number;
  right: number;
  bottom: number;
  top: number;
}

function boundsOf(positions: readonly Position[]): Bounds {
  const bounds = { left: Infinity, right: -Infinity, bottom: Infinity, top: -Infinity };
  for (const [x, y] of positions) {
    bounds.left = Math.min(bounds.left, x);
    bounds.right = Math.max(bounds.right, x);
    bounds.bottom = Math.min(bounds.bottom, y);
    bounds.top = Math.max(bounds.top, y);
  }
  return bounds;
}

/** The turn that makes the most line level, then upright, with the longest level line at the foot of the figure for choice. */
function uprightTurn(segments: readonly (readonly [Position, Position])[], reach: readonly Position[]): number {
  const lines = segments.map(([[x1, y1], [x2, y2]]) => ({ direction: Math.atan2(y2 - y1, x2 - x1), length: Math.hypot(x2 - x1, y2 - y1), middle: [(x1 + x2) / 2, (y1 + y2) / 2] as Position }));
  const total = lines.reduce((sum, { length }) => sum + length, 0);
  let best = 0;
  let bestScore = -Infinity;
  const candidates = [0, ...lines.flatMap(({ direction }) => [0, 0.5, 1, 1.5].map((quarter) => quarter * Math.PI - direction))];
  for (const candidate of candidates) {
    const angle = Math.atan2(Math.sin(candidate), Math.cos(candidate));
    const { bottom, top } = boundsOf(reach.map((position) => rotate(position, angle)));
    let score = 0;
    let foot = 0;
    for (const { direction, length, middle } of lines) {
      const turned = Math.abs(Math.sin(direction + angle));
      if (turned < STRAIGHT) {
        score += length;
        if (rotate(middle, angle)[1] - bottom < 0.02 * (top - bottom)) foot = Math.max(foot, length);
      } else if (turned > 1 - STRAIGHT * STRAIGHT) score += 0.7 * length;
    }
    // As it is, or nearly, unless another way is better: figures are not turned over for nothing.
    score += 0.5 * foot - 0.1 * total * (Math.abs(angle) / Math.PI);
    if (score > bestScore + 1e-9 * total) {
      best = angle;
      bestScore = score;
    }
  }
  return best;
}

/** Offsets that put parts in a row or in a column, whichever fills a square better, in the order they lie in. */
function sideBySide(bounds: readonly Bounds[]): Position[] {
  const width = ({ left, right }: Bounds): number => right - left;
  const height = ({ top, bottom }: Bounds): number => top - bottom;
  const gap = GAP * Math.max(...bounds.map((box) => Math.max(width(box), height(box))));
  const total = (size: (box: Bounds) => number): number => bounds.reduce((sum, box) => sum + size(box) + gap, -gap);
  const most = (size: (box: Bounds) => number): number => Math.max(...bounds.map(size));
  const inRow = Math.max(total(width), most(height)) <= Math.max(total(height), most(width));
  const order = bounds.map((_, index) => index).sort((one, two) => (inRow ? centre(bounds[one] as Bounds)[0] - centre(bounds[two] as Bounds)[0] : centre(bounds[two] as Bounds)[1] - centre(bounds[one] as Bounds)[1]));
  const offsets: Position[] = bounds.map(() => [0, 0]);
  let at = 0;
  for (const index of order) {
    const box = bounds[index] as Bounds;
    offsets[index] = inRow ? [at - box.left, -centre(box)[1]] : [-centre(box)[0], at - box.top];
    at += inRow ? width(box) + gap : -(height(box) + gap);
  }
  return offsets;
}

function centre({ left, right, bottom, top }: Bounds): Position {
  return [(left + right) / 2, (bottom + top) / 2];
}
