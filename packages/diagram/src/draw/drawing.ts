import { InputError, type Position, type Scene } from "@mmgeo/dataset";
import type { Expression, Statement } from "../language/statement.js";
import { type SeededRandom, seededRandom } from "../seeded-random.js";
import { type Figure, figureOf } from "./figure.js";
import { arcPositions, fitFrame, type Frame } from "./frame.js";
import { inkOfMarks, pointRequest, rimRequest, type Stroke } from "./mark-ink.js";
import { type Mark, marksOf } from "./marks.js";
import { inkOfPlane } from "./plane.js";
import { type InkLine, type PlacedLabel, placeLabels } from "./place-labels.js";
import { type Region, regionsOf } from "./regions.js";
import { defaultStyle, type DrawStyle, frameSize } from "./style.js";

/** A picture as plain data: strokes, dots and placed labels in the frame of 224 by 224 units, y downwards. */
export interface Drawing {
  style: DrawStyle;
  /** what lies under the lines, in this order: shaded, or as the ground again */
  fills: { path: string; shaded: boolean }[];
  strokes: Stroke[];
  dots: Position[];
  labels: PlacedLabel[];
  marks: Mark[];
}

export interface DrawOptions {
  scene: Scene;
  /** The program: its construction is drawn, what its `Mark` statements name is written. */
  statements: readonly Statement[];
  style?: Partial<DrawStyle>;
  /** Of the places of labels and the jitter of lines. */
  seed: number;
  /** Measures a term for `Mark(LengthOfLine(AB))`, whose value is not in the program. */
  measure?: (expression: Expression, scene: Scene) => number | null;
}

/** Margins tried in turn, in em of the labels, until every label lies inside the frame. */
const margins = [1.35, 1.8, 2.4, 3.2];
const round = (value: number): string => String(Math.round(value * 100) / 100);

/**
 * Lays a picture out. Every point and circle of the program has its label in it, inside the frame; an InputError says
 * which does not fit.
 */
export function layOut({ scene, statements, style: styleChanges = {}, seed, measure }: DrawOptions): Drawing {
  const style = { ...defaultStyle, ...styleChanges };
  const figure = figureOf(scene, statements);
  const marks = marksOf({ statements, scene, measure });
  const regions = regionsOf(statements, scene);
  let outside = "";
  for (const margin of margins) {
    const drawing = layOutIn({ scene, figure, marks, regions, style, frame: fitFrame(figure, style, margin * style.fontSize), random: seededRandom("draw", seed) });
    const stray = drawing.labels.find(({ left, top, right, bottom }) => left < 0 || top < 0 || right > frameSize || bottom > frameSize);
    if (stray === undefined) return drawing;
    outside = stray.text;
  }
  throw new InputError({ message: `label ${JSON.stringify(outside)} does not fit into the frame; draw with a smaller fontSize (now ${style.fontSize} of ${frameSize})` });
}

function layOutIn({ scene, figure, marks, regions, style, frame, random }: { scene: Scene; figure: Figure; marks: readonly Mark[]; regions: readonly Region[]; style: DrawStyle; frame: Frame; random: SeededRandom }): Drawing {
  const ink: InkLine[] = [];
  const strokes: Stroke[] = [];
  const places = new Map(figure.points.map(({ label, at }) => [label, frame.place(at)]));
  const lines: string[] = [];
  for (const { from, to } of figure.segments) {
    const [start, end] = [places.get(from) as Position, places.get(to) as Position];
    ink.push([...start, ...end]);
    lines.push(linePath(start, end, style.jitter, random));
  }
  for (const arc of figure.arcs) {
    const positions = arcPositions(arc).map(frame.place);
    for (const [index, [x, y]] of positions.slice(1).entries()) ink.push([...(positions[index] as Position), x, y]);
    lines.push(curvePath(positions, arc.radius * frame.scale, arc.extent, frame.mirrored));
  }
  strokes.push({ path: lines.join(""), weight: 1 });
  const plane = inkOfPlane({ figure, frame, style, symbols: scene.symbols });
  strokes.push(...plane.strokes);
  ink.push(...plane.ink);

  const corners = [...places.values()];
  const center: Position = corners.length === 0 ? [frameSize / 2, frameSize / 2] : [corners.reduce((sum, [x]) => sum + x, 0) / corners.length, corners.reduce((sum, [, y]) => sum + y, 0) / corners.length];
  const context = { scene, figure, frame, style, center };
  const marked = inkOfMarks(marks, context);
  const dotted = figure.points.filter((point) => point.dot || style.pointDots);
  const dots = dotted.map(({ label }) => places.get(label) as Position);
  const requests = figure.points.map((point) => pointRequest(point.label, places.get(point.label) as Position, context, dotted.includes(point)));
  for (const circle of figure.circles) {
    if (circle.label === "rim") requests.push(rimRequest(circle.name, circle, context));
    if (circle.label === "dot") {
      const middle = frame.place(circle.center);
      dots.push(middle);
      requests.push(pointRequest(circle.name, middle, context, true));
    }
  }
  const dotInk: InkLine[] = dots.map(([x, y]) => [x - 2, y, x + 2, y]);
  const labels = placeLabels({ requests: [...requests, ...marked.requests, ...plane.requests], ink: [...ink, ...marked.ink, ...dotInk], random });
  const fills = regions.map(({ shaded, outline }) => ({ shaded, path: `${outline.map((position, index) => `${index === 0 ? "M" : "L"}${frame.place(position).map(round).join(" ")}`).join("")}Z` }));
  return { style, fills, strokes: [...strokes, ...marked.strokes], dots, labels, marks: [...marks] };
}

function linePath([x1, y1]: Position, [x2, y2]: Position, jitter: number, random: SeededRandom): string {
  if (jitter === 0) return `M${round(x1)} ${round(y1)}L${round(x2)} ${round(y2)}`;
  const wander = (): number => random.real(-jitter, jitter) * 2;
  return `M${round(x1)} ${round(y1)}C${round(x1 + (x2 - x1) / 3 + wander())} ${round(y1 + (y2 - y1) / 3 + wander())} ${round(x1 + ((x2 - x1) * 2) / 3 + wander())} ${round(y1 + ((y2 - y1) * 2) / 3 + wander())} ${round(x2)} ${round(y2)}`;
}

function curvePath(positions: readonly Position[], radius: number, extent: number, mirrored: boolean): string {
  const [x, y] = positions[0] as Position;
  const sweep = mirrored ? 1 : 0;
  const r = round(radius);
  if (extent > 2 * Math.PI - 1e-9) {
    const [ox, oy] = positions[Math.floor(positions.length / 2)] as Position;
    return `M${round(x)} ${round(y)}A${r} ${r} 0 1 ${sweep} ${round(ox)} ${round(oy)}A${r} ${r} 0 1 ${sweep} ${round(x)} ${round(y)}Z`;
  }
  const [ex, ey] = positions.at(-1) as Position;
  return `M${round(x)} ${round(y)}A${r} ${r} 0 ${extent > Math.PI ? 1 : 0} ${sweep} ${round(ex)} ${round(ey)}`;
}
