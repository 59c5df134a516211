import type { Position } from "@mmgeo/dataset";
import { traceCurve, type Window } from "./curves.js";
import type { Figure } from "./figure.js";
import type { Frame } from "./frame.js";
import { plainText } from "./label-text.js";
import type { MarkInk } from "./mark-ink.js";
import type { InkLine, LabelRequest } from "./place-labels.js";
import type { DrawStyle } from "./style.js";

/** Ticks on the longer axis, at most. */
const MOST_TICKS = 8;

const round = (value: number): string => String(Math.round(value * 100) / 100);
const pathOf = (positions: readonly Position[]): string => positions.map(([x, y], index) => `${index === 0 ? "M" : "L"}${round(x)} ${round(y)}`).join("");
const inkOf = (positions: readonly Position[]): InkLine[] => positions.slice(1).map(([x, y], index) => [positions[index]?.[0] ?? x, positions[index]?.[1] ?? y, x, y]);

/** Ink and labels of axes and curves. */
export function inkOfPlane({ figure, frame, style, symbols }: { figure: Figure; frame: Frame; style: DrawStyle; symbols: Record<string, number> }): MarkInk {
  const result: MarkInk = { strokes: [], ink: [], requests: [] };
  const { window } = figure;
  if (window === null) return result;
  for (const graph of figure.graphs) {
    for (const line of traceCurve(graph, window, symbols)) {
      const places = line.map(frame.place);
      result.strokes.push({ path: pathOf(places), weight: 1 });
      result.ink.push(...inkOf(places.filter((_place, index) => index % 4 === 0 || index === places.length - 1)));
    }
  }
  if (figure.axes !== null) addAxes({ window, frame, style, result });
  return result;
}

function addAxes({ window, frame, style, result }: { window: Window; frame: Frame; style: DrawStyle; result: MarkInk }): void {
  const step = tickStep(Math.max(window.right - window.left, window.top - window.bottom));
  const tick = style.fontSize * 0.16;
  const axis = (along: Position, from: number, to: number, name: string): void => {
    const at = (value: number): Position => frame.place([along[0] * value, along[1] * value]);
    const [start, end] = [at(from), at(to)];
    const direction = frame.direction(along[0] === 1 ? 0 : Math.PI / 2);
    const normal: Position = [-direction[1], direction[0]];
    const beside = ([x, y]: Position, forward: number, sideways: number): Position => [x + direction[0] * forward + normal[0] * sideways, y + direction[1] * forward + normal[1] * sideways];
    const arrow = style.fontSize * 0.3;
    let path = pathOf([start, end]) + pathOf([beside(end, -arrow, arrow * 0.55), end, beside(end, -arrow, -arrow * 0.55)]);
    result.ink.push(...inkOf([start, end]));
    for (let index = Math.ceil(from / step); index * step < to - 0.45 * step; index += 1) {
      if (index === 0) continue;
      const place = at(index * step);
      path += pathOf([beside(place, 0, tick), beside(place, 0, -tick)]);
      result.requests.push(numberRequest(Number((index * step).toPrecision(6)), place, normal, style));
    }
    result.strokes.push({ path, weight: 0.6 });
    const box = plainText(name, { face: style.face, size: style.fontSize * 0.9 });
    result.requests.push({ text: `axis ${name}`, box, candidates: [1, -1].flatMap((side) => [0.4, 0.9, 1.6].map((back) => ({ at: beside(end, -back * style.fontSize * 0.5, side * style.fontSize * 0.75), cost: back + (side === 1 ? 0 : 0.5) }))) });
  };
  axis([1, 0], window.left, window.right, "x");
  axis([0, 1], window.bottom, window.top, "y");
}

/** A tick's number, on either side of its axis. */
function numberRequest(value: number, place: Position, normal: Position, style: DrawStyle): LabelRequest {
  const box = plainText(String(value).replace("-", "−"), { face: style.face, size: style.fontSize * 0.58 });
  const half = Math.abs(normal[0]) * (box.width / 2) + Math.abs(normal[1]) * ((box.ascent + box.descent) / 2);
  // Below the x axis and left of the y axis, as textbooks have them.
  const usual = normal[1] > 0.5 || normal[0] < -0.5 ? 1 : -1;
  return { text: `tick ${value}`, box, candidates: [usual, -usual].flatMap((side) => [3.5, 6].map((gap) => ({ at: [place[0] + normal[0] * side * (half + gap), place[1] + normal[1] * side * (half + gap)] as Position, cost: (side === usual ? 0 : 2) + (gap - 3.5) * 0.4 }))) };
}

/** 1, 2 or 5 times a power of ten. */
function tickStep(extent: number): number {
  const rough = extent / MOST_TICKS;
  const power = 10 ** Math.floor(Math.log10(rough));
  return ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
}
