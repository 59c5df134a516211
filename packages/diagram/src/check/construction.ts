import { type Condition, counterClockwise, equalDegrees, inOrder, lengthOf, onCircle, positiveArea } from "./condition.js";
import { closedWalk, type Step } from "../language/loop.js";
import { heading, NotDrawn, positions, positiveTurn, signedArea, distance, type View } from "./view.js";

/** What `Shape`, `Collinear`, `Cocircular` and the bare entities say. Null for any other statement. */
export function constructionConditions(name: string, list: readonly string[], view: View): Condition[] | null {
  const [first = "", second = ""] = list;
  switch (name) {
    case "Shape":
      return shape(list, view);
    case "Collinear":
      return inOrder(view, first);
    case "Cocircular":
      return [...[...second].map((letter) => onCircle(view, letter, first)), ...around(view, first, second)];
    case "Point":
      view.point(first);
      return [];
    case "Line":
      return [distinct(view, first)];
    case "Angle":
      return [distinct(view, first.slice(0, 2)), distinct(view, first.slice(1))];
    case "Circle":
      view.circle(first);
      return [];
    case "Arc":
      return Array.from(first.slice(1)).map((letter) => onCircle(view, letter, first.charAt(0)));
    case "Polygon":
      return [counterClockwise(view, first)];
    default:
      return null;
  }
}

function distinct(view: View, segment: string): Condition {
  return { difference: 0, unit: "none", holds: lengthOf(view, segment) > 0, visible: false };
}

function shape(pieces: readonly string[], view: View): Condition[] {
  const [first = ""] = pieces;
  if (pieces.length === 1 && first.length === 1) {
    try {
      view.point(first);
    } catch {
      view.circle(first);
    }
    return [];
  }
  // Two segments that meet, Shape(HC,CD), only name an angle.
  if (pieces.length === 2 && pieces.every((piece) => piece.length === 2) && closedWalk(pieces) === null) return pieces.map((piece) => distinct(view, piece));
  const walk = closedWalk(pieces);
  if (walk === null) throw new NotDrawn("its pieces do not join into a closed shape");
  const corners = positions(view, walk.map((step) => step.from).join(""));
  let area = signedArea(corners);
  let length = 0;
  const conditions: Condition[] = [];
  for (const step of walk) {
    if (step.arc === null) {
      length += lengthOf(view, step.from + step.to);
      continue;
    }
    conditions.push(onCircle(view, step.from, step.arc.circle), onCircle(view, step.to, step.arc.circle));
    const { radius } = view.circle(step.arc.circle);
    const turn = (sweep(view, step) * Math.PI) / 180;
    length += Math.abs(turn) * radius;
    // the segment of the disc between the arc and its chord, outside the chord polygon where the arc runs counter-clockwise
    area += (radius * radius * (turn - Math.sin(turn))) / 2;
  }
  // A walk out and back along the same pieces has no area and no sense.
  if (walk.every((step) => step.arc === null) && retraces(walk)) return conditions;
  return [...conditions, positiveArea(area, length, view)];
}

/** The turn of an arc step, positive counter-clockwise; a whole circle where it ends where it began. */
function sweep(view: View, step: Step): number {
  if (step.arc === null) return 0;
  const { center } = view.circle(step.arc.circle);
  const [start, end] = step.arc.counterClockwise ? [step.from, step.to] : [step.to, step.from];
  const turn = start === end ? 360 : positiveTurn(heading(center, view.point(end)) - heading(center, view.point(start)));
  return step.arc.counterClockwise ? turn : -turn;
}

function retraces(walk: readonly Step[]): boolean {
  const count = new Map<string, number>();
  for (const { from, to } of walk) {
    const key = from < to ? from + to : to + from;
    count.set(key, (count.get(key) ?? 0) + (from < to ? 1 : -1));
  }
  return [...count.values()].every((value) => value === 0);
}

/** The points follow one another counter-clockwise: the turns from each to the next make one whole turn. */
function around(view: View, circle: string, letters: string): Condition[] {
  if (letters.length < 3) return [];
  const { center } = view.circle(circle);
  const sense = (order: string): number => {
    let sum = 0;
    for (let index = 0; index < order.length; index += 1) {
      const from = view.point(order.charAt(index));
      const to = view.point(order.charAt((index + 1) % order.length));
      if (distance(from, to) === 0) throw new NotDrawn("two of its points lie in one place");
      sum += positiveTurn(heading(center, to) - heading(center, from));
    }
    return sum;
  };
  const turns = sense(letters);
  const best = view.reading === "english" ? Math.min(turns, sense([...letters].reverse().join(""))) : turns;
  // The sum of turns is a multiple of 360 whatever the order.
  return [equalDegrees(Math.round(best / 360) * 360, 360)];
}
