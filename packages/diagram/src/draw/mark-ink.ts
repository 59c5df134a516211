import type { Position, Scene } from "@mmgeo/dataset";
import { angleOf, arcOf, type Figure, turn } from "./figure.js";
import { arcPositions, type Frame } from "./frame.js";
import { angleText, expressionText, namedText, plainText, type TextBox } from "./label-text.js";
import type { Mark } from "./marks.js";
import type { InkLine, LabelRequest } from "./place-labels.js";
import type { DrawStyle } from "./style.js";

/** A stroked path of the picture, in frame units. */
export interface Stroke {
  path: string;
  /** of the style's line width */
  weight: number;
  dashed?: boolean;
}

export interface MarkInk {
  strokes: Stroke[];
  ink: InkLine[];
  requests: LabelRequest[];
}

interface Context {
  scene: Scene;
  figure: Figure;
  frame: Frame;
  style: DrawStyle;
  /** Centre of the figure in the frame: values go on the outer side where both sides are free. */
  center: Position;
}

const round = (value: number): string => String(Math.round(value * 100) / 100);
const pathOf = (...positions: readonly Position[]): string => positions.map(([x, y], index) => `${index === 0 ? "M" : "L"}${round(x)} ${round(y)}`).join("");
const inkOf = (positions: readonly Position[]): InkLine[] => positions.slice(1).map(([x, y], index) => [positions[index]?.[0] ?? x, positions[index]?.[1] ?? y, x, y]);
const distance = (one: Position, two: Position): number => Math.hypot(one[0] - two[0], one[1] - two[1]);
const mix = (one: Position, two: Position, t: number): Position => [one[0] + (two[0] - one[0]) * t, one[1] + (two[1] - one[1]) * t];
const along = (from: Position, [dx, dy]: Position, length: number): Position => [from[0] + dx * length, from[1] + dy * length];

/** Ink and labels of all marks. Marks of points the figure does not have are left out. */
export function inkOfMarks(marks: readonly Mark[], context: Context): MarkInk {
  const result: MarkInk = { strokes: [], ink: [], requests: [] };
  const labels = new Set(context.figure.points.map(({ label }) => label));
  const has = (letters: string): boolean => [...letters].every((letter) => labels.has(letter));
  const rings = ringRadii(marks, context);
  for (const mark of marks) {
    switch (mark.kind) {
      case "length":
        if (has(mark.from + mark.to)) addLength(mark, context, result);
        break;
      case "tick":
      case "arrow":
        if (has(mark.from + mark.to)) addStrokes(mark, context, result);
        break;
      case "angle":
      case "equalAngle":
        if (has(mark.angle)) addAngle(mark, rings.get(mark.angle) ?? 0, context, result);
        break;
      case "square":
        if (has(mark.angle)) addSquare(mark.angle, context, result);
        break;
      case "circle":
        if (context.figure.circles.some(({ name }) => name === mark.circle)) addCircle(mark, context, result);
        break;
      case "arc":
        if (has(mark.arc.slice(1)) && context.scene.circles[mark.arc.charAt(0)] !== undefined) addArc(mark, context, result);
        break;
    }
  }
  return result;
}

const at = ({ scene, frame }: Context, label: string): Position => frame.place(scene.points[label] as Position);

/** Points of the figure strictly inside a segment of the scene. */
function pointsBetween({ scene, figure }: Context, from: string, to: string): string[] {
  const start = scene.points[from] as Position;
  const end = scene.points[to] as Position;
  const length = distance(start, end);
  return figure.points.flatMap(({ label, at: point }) => {
    if (label === from || label === to) return [];
    return distance(start, point) + distance(point, end) - length < 1e-6 * length ? [label] : [];
  });
}

/** Whether a line of the figure runs all along between two places: no value stands on nothing. */
function isDrawn({ scene, figure, frame }: Context, start: Position, end: Position): boolean {
  const lines = figure.segments.map(({ from, to }) => [frame.place(scene.points[from] as Position), frame.place(scene.points[to] as Position)] as const);
  return [0.02, 0.2, 0.4, 0.6, 0.8, 0.98].every((t) => {
    const place = mix(start, end, t);
    return lines.some(([one, two]) => distance(one, place) + distance(place, two) - distance(one, two) < 1e-3);
  });
}

function addLength(mark: Extract<Mark, { kind: "length" }>, context: Context, result: MarkInk): void {
  const { style, center } = context;
  const box = expressionText(mark.value, { face: style.face, size: style.fontSize * 0.92 });
  let [start, end] = [at(context, mark.from), at(context, mark.to)];
  const length = distance(start, end);
  if (length < 1e-6) return;
  const normal: Position = [(end[1] - start[1]) / length, -(end[0] - start[0]) / length];
  const outward = (mix(start, end, 0.5)[0] - center[0]) * normal[0] + (mix(start, end, 0.5)[1] - center[1]) * normal[1] >= 0 ? 1 : -1;
  if (!isDrawn(context, start, end)) {
    result.strokes.push({ path: pathOf(start, end), weight: 0.6, dashed: true });
    result.ink.push(...inkOf([start, end]));
  } else if (pointsBetween(context, mark.from, mark.to).length > 0) {
    // A value for a whole side that has points on it would be read as that of a part: a dimension line says which.
    const offset = style.fontSize * 1.15 * outward;
    const bar = style.fontSize * 0.25 * outward;
    [start, end] = [along(start, normal, offset), along(end, normal, offset)];
    result.strokes.push({ path: pathOf(start, end) + [start, end].map((tip) => pathOf(along(tip, normal, -bar), along(tip, normal, bar))).join(""), weight: 0.55 });
    result.ink.push(...inkOf([start, end]));
  }
  const half = Math.abs(normal[0]) * (box.width / 2) + Math.abs(normal[1]) * ((box.ascent + box.descent) / 2);
  const candidates: LabelRequest["candidates"] = [];
  for (const [t, shift] of [[0.5, 0], [0.43, 0.6], [0.57, 0.6], [0.36, 1.4], [0.64, 1.4], [0.28, 2.6], [0.72, 2.6], [0.2, 4.5], [0.8, 4.5]] as const) {
    for (const side of [1, -1]) for (const gap of [2.6, 5.5]) candidates.push({ at: along(mix(start, end, t), normal, side * (half + gap)), cost: shift + (side === outward ? 0 : 1.5) + (gap - 2.6) * 0.7 });
  }
  result.requests.push({ text: `length ${mark.from}${mark.to}`, box, candidates });
}

function addStrokes(mark: Extract<Mark, { kind: "tick" | "arrow" }>, context: Context, result: MarkInk): void {
  const [start, end] = [at(context, mark.from), at(context, mark.to)];
  const length = distance(start, end);
  if (length < 4) return;
  const direction: Position = [(end[0] - start[0]) / length, (end[1] - start[1]) / length];
  const normal: Position = [direction[1], -direction[0]];
  const size = context.style.fontSize * (mark.kind === "tick" ? 0.26 : 0.3);
  const step = context.style.fontSize * 0.2;
  for (let stroke = 0; stroke < mark.strokes; stroke += 1) {
    // Arrows sit past the middle, so that a segment can carry both.
    const middle = along(mix(start, end, mark.kind === "tick" ? 0.5 : 0.62), direction, (stroke - (mark.strokes - 1) / 2) * step);
    const ends: Position[] =
      mark.kind === "tick"
        ? [along(middle, normal, size), along(middle, normal, -size)]
        : [along(along(middle, normal, size * 0.75), direction, -size), middle, along(along(middle, normal, -size * 0.75), direction, -size)];
    result.strokes.push({ path: pathOf(...ends), weight: 0.8 });
    result.ink.push(...inkOf(ends));
  }
}

interface Corner {
  vertex: Position;
  from: number;
  extent: number;
  reach: number;
}

/** The corner of an angle ABC: counter-clockwise in the scene from ray BC to ray BA. */
function cornerOf(context: Context, angle: string): Corner {
  const [a = "", b = "", c = ""] = angle;
  const vertex = context.scene.points[b] as Position;
  const [start, end] = [context.scene.points[c] as Position, context.scene.points[a] as Position];
  const from = angleOf(vertex, start);
  const corner = at(context, b);
  return { vertex: corner, from, extent: turn(from, angleOf(vertex, end)), reach: Math.min(distance(corner, at(context, a)), distance(corner, at(context, c))) };
}

/** Angles at one vertex that overlap get arcs of different radii; the smallest lies innermost. */
function ringRadii(marks: readonly Mark[], context: Context): Map<string, number> {
  const labels = new Set(context.figure.points.map(({ label }) => label));
  const byVertex = new Map<string, { angle: string; corner: Corner }[]>();
  for (const mark of marks) {
    if ((mark.kind !== "angle" && mark.kind !== "equalAngle") || ![...mark.angle].every((letter) => labels.has(letter))) continue;
    const vertex = mark.angle.charAt(1);
    byVertex.set(vertex, [...(byVertex.get(vertex) ?? []), { angle: mark.angle, corner: cornerOf(context, mark.angle) }]);
  }
  const rings = new Map<string, number>();
  for (const list of byVertex.values()) {
    list.sort((one, two) => one.corner.extent - two.corner.extent);
    for (const [index, { angle, corner }] of list.entries()) {
      const inner = list.slice(0, index).filter((other) => {
        const start = turn(corner.from, other.corner.from);
        return start < corner.extent - 1e-6 || turn(other.corner.from, corner.from) < other.corner.extent - 1e-6;
      });
      rings.set(angle, inner.length === 0 ? 0 : 1 + Math.max(...inner.map((other) => rings.get(other.angle) ?? 0)));
    }
  }
  return rings;
}

function arcPath(frame: Frame, corner: Pick<Corner, "vertex" | "from" | "extent">, radius: number): { path: string; positions: Position[] } {
  const steps = Math.max(3, Math.ceil(corner.extent / 0.35));
  const positions = Array.from({ length: steps + 1 }, (_, index) => along(corner.vertex, frame.direction(corner.from + (corner.extent * index) / steps), radius));
  const [first, last] = [positions[0] as Position, positions.at(-1) as Position];
  const sweep = frame.mirrored ? 1 : 0;
  return { path: `M${round(first[0])} ${round(first[1])}A${round(radius)} ${round(radius)} 0 ${corner.extent > Math.PI ? 1 : 0} ${sweep} ${round(last[0])} ${round(last[1])}`, positions };
}

function addAngle(mark: Extract<Mark, { kind: "angle" | "equalAngle" }>, ring: number, context: Context, result: MarkInk): void {
  const { style, frame } = context;
  const named = cornerOf(context, mark.angle);
  // Angles are as equal on the other side: the inner one is marked, as on paper.
  const inner = mark.kind === "equalAngle" && named.extent > Math.PI;
  const corner = inner ? { ...named, from: named.from + named.extent, extent: 2 * Math.PI - named.extent } : named;
  const narrow = corner.extent < 0.6 ? 1.5 : corner.extent < 0.9 ? 1.2 : 1;
  const radius = Math.min(style.fontSize * (0.72 * narrow + 0.3 * ring), corner.reach * 0.6);
  const strokes = mark.kind === "equalAngle" ? mark.strokes : 1;
  for (let stroke = 0; stroke < strokes; stroke += 1) {
    const { path, positions } = arcPath(frame, corner, radius + stroke * style.fontSize * 0.15);
    result.strokes.push({ path, weight: 0.7 });
    result.ink.push(...inkOf(positions));
  }
  if (mark.kind === "equalAngle") return;
  const box = angleText(mark.value, { face: style.face, size: style.fontSize * 0.86 });
  const candidates: LabelRequest["candidates"] = [];
  for (const shift of [0, -0.15, 0.15, -0.3, 0.3]) {
    const direction = frame.direction(corner.from + corner.extent * (0.5 + shift));
    const half = Math.abs(direction[0]) * (box.width / 2) + Math.abs(direction[1]) * ((box.ascent + box.descent) / 2);
    for (const away of [1.5, 4, 7, 11, 16, 22, 29, 37]) candidates.push({ at: along(corner.vertex, direction, radius + half + away), cost: Math.abs(shift) * 6 + away * 0.22 });
  }
  // Where the way along the bisector leaves the frame, towards the middle of the figure.
  const inward = distance(corner.vertex, context.center);
  if (inward > 1e-6) for (const share of [0.3, 0.5, 0.7]) candidates.push({ at: mix(corner.vertex, context.center, share), cost: 60 + share * 4 });
  result.requests.push({ text: `angle ${mark.angle}`, box, candidates });
}

function addSquare(angle: string, context: Context, result: MarkInk): void {
  const [a = "", b = "", c = ""] = angle;
  const vertex = at(context, b);
  const [first, second] = [at(context, a), at(context, c)];
  const size = Math.min(context.style.fontSize * 0.5, 0.4 * Math.min(distance(vertex, first), distance(vertex, second)));
  const unit = (to: Position): Position => {
    const length = Math.max(distance(vertex, to), 1e-9);
    return [((to[0] - vertex[0]) / length) * size, ((to[1] - vertex[1]) / length) * size];
  };
  const [u, v] = [unit(first), unit(second)];
  const ends: Position[] = [[vertex[0] + u[0], vertex[1] + u[1]], [vertex[0] + u[0] + v[0], vertex[1] + u[1] + v[1]], [vertex[0] + v[0], vertex[1] + v[1]]];
  result.strokes.push({ path: pathOf(...ends), weight: 0.75 });
  result.ink.push(...inkOf(ends));
}

function addCircle(mark: Extract<Mark, { kind: "circle" }>, context: Context, result: MarkInk): void {
  const { style, frame, scene } = context;
  const { center, radius } = scene.circles[mark.circle] as Scene["circles"][string];
  // Of circles about one centre it could not be told whose radius it is.
  if (Object.entries(scene.circles).some(([name, other]) => name !== mark.circle && distance(other.center, center) < 1e-6 * radius)) return;
  const box = namedText(mark.letter, mark.value, { face: style.face, size: style.fontSize * 0.86 });
  const middle = frame.place(center);
  const candidates = [0.3, 0.45, 0.6, 0.72].flatMap((share) => Array.from({ length: 16 }, (_, index) => ({ at: along(middle, frame.direction((index * Math.PI) / 8), share * radius * frame.scale), cost: share * 3 + Math.abs(index - 12) * 0.1 })));
  result.requests.push({ text: `${mark.letter} ${mark.circle}`, box, candidates });
}

function addArc(mark: Extract<Mark, { kind: "arc" }>, context: Context, result: MarkInk): void {
  const { style, frame } = context;
  const arc = arcOf(context.scene, mark.arc);
  const box: TextBox = mark.degrees ? angleText(mark.value, { face: style.face, size: style.fontSize * 0.86 }) : expressionText(mark.value, { face: style.face, size: style.fontSize * 0.86 });
  const candidates: LabelRequest["candidates"] = [];
  for (const shift of [0, -0.12, 0.12, -0.25, 0.25]) {
    const angle = arc.from + arc.extent * (0.5 + shift);
    const rim = frame.place([arc.center[0] + arc.radius * Math.cos(angle), arc.center[1] + arc.radius * Math.sin(angle)]);
    const direction = frame.direction(angle);
    const half = Math.abs(direction[0]) * (box.width / 2) + Math.abs(direction[1]) * ((box.ascent + box.descent) / 2);
    for (const side of [1, -1]) for (const gap of [3, 6]) candidates.push({ at: along(rim, direction, side * (half + gap)), cost: Math.abs(shift) * 8 + (side === 1 ? 0 : 2) + (gap - 3) * 0.6 });
  }
  result.requests.push({ text: `arc ${mark.arc}`, box, candidates });
}

/** Candidate places of a point's letter: all about the point, nearest first, away from the figure's middle for choice. */
export function pointRequest(label: string, position: Position, context: Context, dot: boolean): LabelRequest {
  const { style, center } = context;
  const box = plainText(label, { face: style.face, size: style.fontSize });
  const outward = Math.atan2(position[1] - center[1], position[0] - center[0]);
  const candidates: LabelRequest["candidates"] = [];
  for (let index = 0; index < 24; index += 1) {
    const angle = (index * Math.PI) / 12;
    const [x, y] = [Math.cos(angle), Math.sin(angle)];
    const preference = (1 - Math.cos(angle - outward)) * 0.9;
    for (const gap of [dot ? 4.6 : 2, dot ? 6.5 : 4.5, 9, 12]) {
      // On the boundary of the box grown by the gap, so that the distance to the point is the same on every side.
      const reach = 1 / Math.max(Math.abs(x) / (box.width / 2 + gap), Math.abs(y) / ((box.ascent + box.descent) / 2 + gap));
      candidates.push({ at: [position[0] + x * reach * 0.97, position[1] + y * reach * 0.97], cost: preference + (gap - 2) * 0.75 });
    }
  }
  return { text: label, box, candidates };
}

/** Candidate places of a circle's name outside its rim. */
export function rimRequest(name: string, circle: { center: Position; radius: number }, context: Context): LabelRequest {
  const box = plainText(name, { face: context.style.face, size: context.style.fontSize });
  const rim = arcPositions({ ...circle, from: 0, extent: 2 * Math.PI });
  const middle = context.frame.place(circle.center);
  return {
    text: name,
    box,
    candidates: rim.flatMap((place) => {
      const edge = context.frame.place(place);
      const length = Math.max(distance(edge, middle), 1e-9);
      const direction: Position = [(edge[0] - middle[0]) / length, (edge[1] - middle[1]) / length];
      const half = Math.abs(direction[0]) * (box.width / 2) + Math.abs(direction[1]) * ((box.ascent + box.descent) / 2);
      return [{ at: along(edge, direction, half + 3), cost: 1 }];
    }),
  };
}
