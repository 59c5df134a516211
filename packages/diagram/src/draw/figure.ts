import { InputError, type Position, type Scene } from "@mmgeo/dataset";
import { isStatement } from "../language/format.js";
import { namesOf } from "../language/points.js";
import { conicOf, type Equation, equationOf } from "../language/equation.js";
import type { Statement } from "../language/statement.js";
import { traceCurve, type Window } from "./curves.js";

/** What a program puts on paper, in the scene's own coordinates, before any mark or label. */
export interface Figure {
  points: { label: string; at: Position; /** on no drawn line or circle, or the centre of a circle */ dot: boolean }[];
  segments: { from: string; to: string }[];
  /** counter-clockwise from `start` to `end` */
  arcs: { circle: string; start: string; end: string; center: Position; radius: number; from: number; extent: number }[];
  circles: { name: string; center: Position; radius: number; /** how its name is shown */ label: "center" | "dot" | "rim" | "none" }[];
  /** the origin's letter, where coordinate axes are drawn */
  axes: string | null;
  /** curves by their equations */
  graphs: Equation[];
  /** the part of the plane that is shown, where there are axes or curves */
  window: Window | null;
}

const fullTurn = 2 * Math.PI;

export function angleOf(center: Position, point: Position): number {
  return Math.atan2(point[1] - center[1], point[0] - center[0]);
}

/** Counter-clockwise turn from one direction to another, in [0, 2π). */
export function turn(from: number, to: number): number {
  const difference = (to - from) % fullTurn;
  return difference < 0 ? difference + fullTurn : difference;
}

/** Arc `OAB` of a scene: on circle O counter-clockwise from A to B. */
export function arcOf(scene: Scene, arc: string): { center: Position; radius: number; from: number; extent: number } {
  const [name = "", start = "", end = ""] = arc;
  const circle = scene.circles[name] as Scene["circles"][string];
  const from = angleOf(circle.center, scene.points[start] as Position);
  return { ...circle, from, extent: turn(from, angleOf(circle.center, scene.points[end] as Position)) };
}

const entityPolygon = /^(Right|Isosceles|IsoscelesRight|Equilateral)Triangle$|^(Kite|Parallelogram|Rhombus|Rectangle|Square|Trapezoid|IsoscelesTrapezoid|RightTrapezoid|Polygon)$/;

/** Statements with the targets of marks taken out of their marks. */
export function unmarked(statements: readonly Statement[]): Statement[] {
  return statements.flatMap((statement) => (statement.kind !== "mark" ? [statement] : isStatement(statement.target) ? [statement.target] : []));
}

/** The pieces (segments `AB`, arcs `OAB`) that a program draws: those of its shapes, or, where it has none, those its entities and relations name. */
function piecesOf(statements: readonly Statement[]): string[] {
  const shapes = statements.flatMap((statement) => (statement.kind === "relation" && statement.name === "Shape" ? statement.arguments.filter((piece) => piece.length > 1) : []));
  if (shapes.length > 0) return shapes;
  return statements.flatMap((statement) => {
    if (statement.kind !== "relation" || statement.name === "Graph") return [];
    const [first = ""] = statement.arguments;
    if (entityPolygon.test(statement.name)) return [...first].map((letter, index) => letter + first.charAt((index + 1) % first.length));
    if (statement.name === "Collinear") return [first.charAt(0) + first.charAt(first.length - 1)];
    if (statement.name === "Arc") return [first];
    return statement.arguments.filter((argument) => argument.length === 2 && !statement.name.startsWith("Cocircular"));
  });
}

/** Collects what is drawn. Throws an InputError where the scene lacks a point or circle of the program. */
export function figureOf(scene: Scene, statements: readonly Statement[]): Figure {
  const plain = unmarked(statements);
  const names = namesOf(plain);
  const position = (label: string): Position => {
    const at = scene.points[label];
    if (at === undefined) throw new InputError({ message: `the scene has no point ${label}; solve the program again`, field: `scene.points.${label}` });
    return at;
  };
  const circleOf = (name: string): { center: Position; radius: number } => {
    const circle = scene.circles[name];
    if (circle === undefined) throw new InputError({ message: `the scene has no circle ${name}; solve the program again`, field: `scene.circles.${name}` });
    return circle;
  };

  const segments = new Map<string, { from: string; to: string }>();
  const arcs = new Map<string, Figure["arcs"][number]>();
  for (const piece of piecesOf(plain)) {
    if (piece.length === 2) {
      const [from = "", to = ""] = piece;
      position(from);
      position(to);
      segments.set([from, to].sort().join(""), { from, to });
    } else {
      const [circle = "", start = "", end = ""] = piece;
      circleOf(circle);
      position(start);
      position(end);
      arcs.set(piece, { circle, start, end, ...arcOf(scene, piece) });
    }
  }
  const covered = new Set([...arcs.values()].map((arc) => arc.circle));
  const centers = new Map<string, string>();
  for (const statement of plain) {
    if (statement.kind === "relation" && statement.name === "IsCentreOfCircle") centers.set(statement.arguments[1] ?? "", statement.arguments[0] ?? "");
  }

  const directions = new Map<string, number[]>();
  for (const { from, to } of segments.values()) {
    const angle = angleOf(position(from), position(to));
    directions.set(from, [...(directions.get(from) ?? []), angle]);
    directions.set(to, [...(directions.get(to) ?? []), angle + Math.PI]);
  }
  const onRim = new Set(plain.flatMap((statement) => (statement.kind === "relation" && statement.name === "Cocircular" ? [...(statement.arguments[1] ?? "")] : [])));
  // A point that no line ends or bends at would not be seen.
  const unseen = (label: string): boolean => {
    const own = directions.get(label) ?? [];
    if (own.length === 0) return !onRim.has(label);
    const first = own[0] as number;
    const straight = own.every((angle) => Math.abs(Math.sin(angle - first)) < 1e-6);
    return straight && own.some((angle) => Math.cos(angle - first) < 0) && !onRim.has(label);
  };
  const axes = plain.flatMap((statement) => (statement.kind === "relation" && statement.name === "Axes" ? statement.arguments : []))[0] ?? null;
  const graphs = plain.flatMap((statement) => equationOf(statement) ?? []);
  const centerLetters = new Set(centers.values());
  const loneCircle = (label: string): boolean => names.circles.includes(label) && scene.points[label] === undefined;
  const points = names.points
    .filter((label) => !loneCircle(label))
    .map((label) => ({ label, at: position(label), dot: label !== axes && (centerLetters.has(label) || unseen(label)) }));
  const named = new Set(points.map((point) => point.label));
  const circles = names.circles.map((name) => {
    const { center, radius } = circleOf(name);
    return { name, center, radius, label: labelPlace({ name, center: centers.get(name), named }), whole: !covered.has(name) };
  });
  return {
    points,
    segments: [...segments.values()],
    arcs: [...arcs.values(), ...circles.filter(({ whole }) => whole).map(({ name, center, radius }) => ({ circle: name, start: "", end: "", center, radius, from: 0, extent: fullTurn }))],
    circles: circles.map(({ name, center, radius, label }) => ({ name, center, radius, label })),
    axes,
    graphs,
    window: axes === null && graphs.length === 0 ? null : windowOf([...points.map(({ at }) => at), ...circles.flatMap(({ center: [x, y], radius }): Position[] => [[x - radius, y - radius], [x + radius, y + radius]]), ...graphs.flatMap((graph) => closedReach(graph, points.map(({ at }) => at)))]),
  };
}

/** Room about the figure in the plane, as a share of its extent. */
const WINDOW_MARGIN = 0.22;

/** The reach of a circle or an ellipse, so that it is shown whole; of other curves a part is enough. */
function closedReach(graph: Equation, places: readonly Position[]): Position[] {
  const curve = conicOf(graph);
  if (curve !== "circle" && curve !== "ellipse") return [];
  const reach = 4 * Math.max(1, ...places.flat().map(Math.abs));
  return traceCurve(graph, { left: -reach, right: reach, bottom: -reach, top: reach }, {}).flat();
}

/** What is shown of the plane: the figure and room about it, as wide as high, so that curves are seen to go on. */
function windowOf(places: readonly Position[]): Window {
  const [xs, ys] = [places.map(([x]) => x), places.map(([, y]) => y)];
  const [left, right, bottom, top] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const extent = Math.max(right - left, top - bottom, 2);
  const half = extent * (0.5 + WINDOW_MARGIN);
  const [x, y] = [(left + right) / 2, (bottom + top) / 2];
  return { left: x - half, right: x + half, bottom: y - half, top: y + half };
}

/**
 * A circle's name stands at its centre. Where the centre is another point the name stands at the rim, and where the
 * letter is already that of a point it is in the picture once and is not written twice.
 */
function labelPlace({ name, center, named }: { name: string; center: string | undefined; named: ReadonlySet<string> }): Figure["circles"][number]["label"] {
  if (center === name) return "center";
  if (named.has(name)) return "none";
  return center === undefined ? "dot" : "rim";
}
