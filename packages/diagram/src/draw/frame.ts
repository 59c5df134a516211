import type { Position } from "@mmgeo/dataset";
import type { Figure } from "./figure.js";
import { type DrawStyle, frameSize } from "./style.js";

/** The map from scene coordinates (y upwards) to the frame (y downwards). */
export interface Frame {
  place(position: Position): Position;
  /** Unit vector in the frame of a direction of the scene, given in radians counter-clockwise. */
  direction(radians: number): Position;
  scale: number;
  /** Whether counter-clockwise in the scene is clockwise on paper. */
  mirrored: boolean;
}

/** Points along every line of a figure, close enough together for bounds and for keeping labels off curves. */
export function arcPositions({ center, radius, from, extent }: { center: Position; radius: number; from: number; extent: number }): Position[] {
  const steps = Math.max(4, Math.ceil((extent / (2 * Math.PI)) * 40));
  return Array.from({ length: steps + 1 }, (_, index) => {
    const angle = from + (extent * index) / steps;
    return [center[0] + radius * Math.cos(angle), center[1] + radius * Math.sin(angle)];
  });
}

/** Fits the figure into the frame with a margin on every side, in proportion. */
export function fitFrame(figure: Figure, style: DrawStyle, margin: number): Frame {
  const angle = (style.rotation * Math.PI) / 180;
  const cosine = Math.cos(angle);
  const sine = Math.sin(angle);
  const flip = style.mirror ? -1 : 1;
  const turned = ([x, y]: Position): Position => [(x * cosine - y * sine) * flip, -(x * sine + y * cosine)];
  const corners: Position[] = figure.window === null ? [] : [[figure.window.left, figure.window.bottom], [figure.window.right, figure.window.bottom], [figure.window.right, figure.window.top], [figure.window.left, figure.window.top]];
  const all = [...figure.points.map(({ at }) => at), ...figure.arcs.flatMap(arcPositions), ...corners].map(turned);
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of all) {
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  const extent = Math.max(right - left, bottom - top, 1e-9);
  const scale = all.length < 2 ? 1 : (frameSize - 2 * margin) / extent;
  const offsetX = frameSize / 2 - (scale * (left + right)) / 2;
  const offsetY = frameSize / 2 - (scale * (top + bottom)) / 2;
  return {
    place: (position) => {
      const [x, y] = turned(position);
      return [x * scale + offsetX, y * scale + offsetY];
    },
    direction: (radians) => turned([Math.cos(radians), Math.sin(radians)]),
    scale,
    mirrored: style.mirror,
  };
}
