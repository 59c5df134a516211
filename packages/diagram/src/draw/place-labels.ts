import type { Position } from "@mmgeo/dataset";
import type { SeededRandom } from "../seeded-random.js";
import type { TextBox } from "./label-text.js";
import { frameSize } from "./style.js";

/** A label that looks for its place: where its centre may be, each place with what it costs by itself. */
export interface LabelRequest {
  text: string;
  box: TextBox;
  candidates: { at: Position; cost: number }[];
}

export interface PlacedLabel {
  text: string;
  box: TextBox;
  /** Centre of the ink. */
  at: Position;
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** A straight piece of ink; curves come as many. */
export type InkLine = readonly [x1: number, y1: number, x2: number, y2: number];

const lineWeight = 1.6;
const labelWeight = 0.9;
const frameWeight = 60;
/** White room kept about a label. */
const clearance = 1.4;
const sweeps = 4;

interface Rectangle {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

function rectangle({ box }: LabelRequest, [x, y]: Position, room: number): Rectangle {
  const halfWidth = box.width / 2 + room;
  const halfHeight = (box.ascent + box.descent) / 2 + room;
  return { left: x - halfWidth, right: x + halfWidth, top: y - halfHeight, bottom: y + halfHeight };
}

/** Length of a line inside a rectangle (Liang and Barsky's clipping). */
export function lengthInside([x1, y1, x2, y2]: InkLine, { left, top, right, bottom }: Rectangle): number {
  if (Math.max(x1, x2) < left || Math.min(x1, x2) > right || Math.max(y1, y2) < top || Math.min(y1, y2) > bottom) return 0;
  const dx = x2 - x1;
  const dy = y2 - y1;
  let enter = 0;
  let leave = 1;
  for (const [delta, room] of [[-dx, x1 - left], [dx, right - x1], [-dy, y1 - top], [dy, bottom - y1]] as const) {
    if (delta === 0) {
      if (room < 0) return 0;
      continue;
    }
    const at = room / delta;
    if (delta < 0) enter = Math.max(enter, at);
    else leave = Math.min(leave, at);
    if (enter > leave) return 0;
  }
  return (leave - enter) * Math.hypot(dx, dy);
}

function overlap(one: Rectangle, two: Rectangle): number {
  const width = Math.min(one.right, two.right) - Math.max(one.left, two.left);
  const height = Math.min(one.bottom, two.bottom) - Math.max(one.top, two.top);
  return width > 0 && height > 0 ? width * height : 0;
}

function beyondFrame({ left, top, right, bottom }: Rectangle): number {
  return Math.max(0, 1 - left) + Math.max(0, 1 - top) + Math.max(0, right - frameSize + 1) + Math.max(0, bottom - frameSize + 1);
}

/** The lines that can touch any of these rectangles: most of a picture is far from a label. */
function linesNear(ink: readonly InkLine[], rectangles: readonly Rectangle[]): InkLine[] {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const place of rectangles) {
    left = Math.min(left, place.left);
    right = Math.max(right, place.right);
    top = Math.min(top, place.top);
    bottom = Math.max(bottom, place.bottom);
  }
  return ink.filter(([x1, y1, x2, y2]) => Math.max(x1, x2) >= left && Math.min(x1, x2) <= right && Math.max(y1, y2) >= top && Math.min(y1, y2) <= bottom);
}

/**
 * Places every label so that labels cover neither lines nor each other where room exists: each candidate's cost with
 * the lines is found once, then labels in seeded order take the best place given the others, a few times over.
 */
export function placeLabels({ requests, ink, random }: { requests: readonly LabelRequest[]; ink: readonly InkLine[]; random: SeededRandom }): PlacedLabel[] {
  const options = requests.map((request) => {
    const places = request.candidates.map(({ at, cost }) => ({ at, cost, tight: rectangle(request, at, 0), roomy: rectangle(request, at, clearance) }));
    const near = linesNear(ink, places.map(({ roomy }) => roomy));
    return places.map((place) => {
      let cost = place.cost + frameWeight * beyondFrame(place.tight);
      for (const line of near) cost += lineWeight * lengthInside(line, place.roomy);
      return { ...place, cost };
    });
  });
  const chosen = options.map((list) => list.reduce((best, option) => (option.cost < best.cost ? option : best)));
  for (let sweep = 0; sweep < sweeps; sweep += 1) {
    let moved = false;
    for (const index of random.shuffle([...requests.keys()])) {
      const list = options[index] ?? [];
      let best = chosen[index];
      let bestCost = Infinity;
      for (const option of list) {
        if (option.cost >= bestCost) continue;
        let cost = option.cost;
        for (const [other, place] of chosen.entries()) if (other !== index) cost += labelWeight * overlap(option.roomy, place.tight);
        if (cost < bestCost - 1e-9) {
          best = option;
          bestCost = cost;
        }
      }
      if (best !== undefined && best !== chosen[index]) {
        chosen[index] = best;
        moved = true;
      }
    }
    if (!moved) break;
  }
  return requests.map((request, index) => {
    const { at, tight } = chosen[index] as (typeof chosen)[number];
    return { text: request.text, box: request.box, at, ...tight };
  });
}

/** Area that labels share, in square units of the frame: 0 where each can be read by itself. */
export function sharedArea(labels: readonly PlacedLabel[]): number {
  let area = 0;
  for (const [index, one] of labels.entries()) for (const two of labels.slice(index + 1)) area += overlap(one, two);
  return area;
}
