import type { Position } from "@mmgeo/dataset";
import {
  angleIs,
  type Condition,
  counterClockwise,
  equalDegrees,
  equalSegments,
  equalSizes,
  headingOf,
  lengthOf,
  onCircle,
  perpendicular,
  positiveArea,
  sameDirection,
  samePlace,
} from "./condition.js";
import { parseExpression } from "../language/parse.js";
import { evaluate } from "./measure.js";
import { apart, arcTurn, angle, distance, distanceFromLine, middle, perimeter, positions, positiveTurn, signedArea, type View } from "./view.js";

/** What an entity or relation says, condition by condition. Null for a name the checker does not know. */
export function relationConditions(name: string, list: readonly string[], view: View): Condition[] | null {
  const [first = "", second = ""] = list;
  const [a = "", b = "", c = "", d = ""] = first;
  const direction = (one: string, other: string) => sameDirection(view, one, other);
  const length = (one: string, other: string) => equalSegments(view, one, other);
  const rightAngle = (letters: string) => angleIs(view, letters, 90);
  const parallelogram = () => [counterClockwise(view, first), direction(a + d, b + c), direction(b + a, c + d)];

  switch (name) {
    case "RightTriangle":
      return [counterClockwise(view, first), rightAngle(first)];
    case "IsoscelesTriangle":
      return [counterClockwise(view, first), length(a + b, a + c)];
    case "IsoscelesRightTriangle":
      return [counterClockwise(view, first), length(a + b, a + c), rightAngle(c + a + b)];
    case "EquilateralTriangle":
      return [counterClockwise(view, first), length(a + b, a + c), length(a + b, b + c)];
    case "Kite":
      return [counterClockwise(view, first), length(a + b, a + d), length(c + b, c + d)];
    case "Parallelogram":
      return parallelogram();
    case "Rhombus":
      return [...parallelogram(), length(a + b, b + c)];
    case "Rectangle":
      return [...parallelogram(), rightAngle(a + b + c)];
    case "Square":
      return [...parallelogram(), rightAngle(a + b + c), length(a + b, b + c)];
    case "Trapezoid":
      return [counterClockwise(view, first), direction(a + d, b + c)];
    case "IsoscelesTrapezoid":
      // equal diagonals too: a parallelogram's legs are as long as one another, and it is no isosceles trapezoid
      return [counterClockwise(view, first), direction(a + d, b + c), length(a + b, c + d), length(a + c, b + d)];
    case "RightTrapezoid":
      return [counterClockwise(view, first), rightAngle(d + a + b), rightAngle(a + b + c)];
    case "IsMidpointOfLine":
      return midpoint(view, first, second);
    case "IsMidpointOfArc":
      return [onCircle(view, first, second.charAt(0)), ...arcMidpoint(view, first, second)];
    case "ParallelBetweenLine":
      return parallel(view, first, second);
    case "PerpendicularBetweenLine":
      return [squareCorner(view, first, second)];
    case "IsPerpendicularBisectorOfLine":
      return [...midpoint(view, b, second), angleIs(view, second.charAt(0) + b + a, 90)];
    case "IsBisectorOfAngle":
      return [bisector(view, first, second)];
    case "IsMedianOfTriangle":
      return midpoint(view, b, second.slice(1));
    case "IsAltitudeOfTriangle":
      return [perpendicular(view, first, second.slice(1)), onLine(view, b, second.slice(1))];
    case "IsAltitudeOfQuadrilateral":
      return [perpendicular(view, first, second.slice(1, 3)), onLine(view, a, second.charAt(0) + second.charAt(3)), onLine(view, b, second.slice(1, 3))];
    case "IsMidsegmentOfTriangle":
      return midsegmentOfTriangle(view, first, second);
    case "IsMidsegmentOfQuadrilateral":
      return [...midpoint(view, a, second.slice(0, 2)), ...midpoint(view, b, second.slice(2))];
    case "IsCircumcenterOfTriangle":
    case "IsCircumcenterOfQuadrilateral":
      return Array.from(second.slice(1)).map((letter) => length(first + second.charAt(0), first + letter));
    case "IsIncenterOfTriangle":
    case "IsIncenterOfQuadrilateral":
      return [...second].map((letter, index) => {
        const next = second.charAt((index + 1) % second.length);
        const previous = second.charAt((index + second.length - 1) % second.length);
        return bisector(view, letter + first, previous + letter + next);
      });
    case "IsCentroidOfTriangle": {
      const corners = positions(view, second);
      const mean: Position = [sum(corners, 0) / 3, sum(corners, 1) / 3];
      return [samePlace(view.point(first), mean, longest(view, second))];
    }
    case "IsOrthocenterOfTriangle":
      return orthocenter(view, first, second);
    case "CongruentBetweenTriangle":
    case "CongruentBetweenQuadrilateral":
      return congruent(view, first, second);
    case "MirrorCongruentBetweenTriangle":
    case "MirrorCongruentBetweenQuadrilateral":
      return congruent(view, first, mirrored(second));
    case "SimilarBetweenTriangle":
    case "SimilarBetweenQuadrilateral":
      return similar(view, first, second);
    case "MirrorSimilarBetweenTriangle":
    case "MirrorSimilarBetweenQuadrilateral":
      return similar(view, first, mirrored(second));
    case "CongruentBetweenArc":
      return [equalDegrees(arcTurn(view, first), arcTurn(view, second), 360), equalSizes(view.circle(a).radius, view.circle(second.charAt(0)).radius)];
    case "SimilarBetweenArc":
      return [equalDegrees(arcTurn(view, first), arcTurn(view, second), 360)];
    case "IsDiameterOfCircle": {
      const { center, radius } = view.circle(second);
      const [start, end] = positions(view, first);
      return [samePlace(middle(start as Position, end as Position), center, radius), onCircle(view, a, second), onCircle(view, b, second)];
    }
    case "IsTangentOfCircle": {
      const { center } = view.circle(second);
      const [outside, touch] = positions(view, first);
      const radial = (Math.atan2(center[1] - (touch as Position)[1], center[0] - (touch as Position)[0]) * 180) / Math.PI;
      const along = headingOf(view, b + a);
      return [onCircle(view, b, second), equalDegrees(apart(radial, along), 90), equalSizes(1, distance(outside as Position, touch as Position) > 0 ? 1 : 0)];
    }
    case "Axes":
      return [samePlace(view.point(first), [0, 0], 1)];
    case "Graph":
      return onGraph(list, view);
    case "IsCentreOfCircle": {
      const { center, radius } = view.circle(second);
      return [samePlace(view.point(first), center, radius)];
    }
    default:
      return null;
  }
}

/** Each point satisfies the equation, compared with the size of its terms there. */
function onGraph([points = "", left = "0", right = "0"]: readonly string[], view: View): Condition[] {
  const sides = [parseExpression(left), parseExpression(right)] as const;
  return [...points].map((letter) => {
    const [x, y] = view.point(letter);
    const here: View = { ...view, symbol: (name) => (name === "x" ? x : name === "y" ? y : view.symbol(name)) };
    const [one, other] = [evaluate(sides[0], here), evaluate(sides[1], here)];
    return equalSizes(one.value, other.value, Math.max(1, one.magnitude, other.magnitude));
  });
}

function sum(corners: readonly Position[], axis: 0 | 1): number {
  return corners.reduce((total, corner) => total + corner[axis], 0);
}

function longest(view: View, letters: string): number {
  return Math.max(...[...letters].map((letter, index) => lengthOf(view, letter + letters.charAt((index + 1) % letters.length))));
}

function midpoint(view: View, letter: string, segment: string): Condition[] {
  const [from, to] = positions(view, segment);
  return [samePlace(view.point(letter), middle(from as Position, to as Position), lengthOf(view, segment))];
}

function arcMidpoint(view: View, letter: string, arc: string): Condition[] {
  const circle = arc.charAt(0);
  const [start, end] = [arc.charAt(1), arc.charAt(2)];
  if (view.reading === "english") return [equalSegments(view, letter + start, letter + end)];
  return [equalDegrees(arcTurn(view, circle + start + letter), arcTurn(view, circle + letter + end), 360), equalDegrees(arcTurn(view, circle + start + letter) + arcTurn(view, circle + letter + end), arcTurn(view, arc), 360)];
}

function parallel(view: View, first: string, second: string): Condition[] {
  const direction = sameDirection(view, first, second);
  const [from, to] = positions(view, first);
  const [other] = positions(view, second);
  // AB lies to the left of CD, so C lies to the right of AB: the triangle BAC turns counter-clockwise.
  const corner = [to as Position, from as Position, other as Position];
  const separation = positiveArea(signedArea(corner), perimeter(corner), view);
  return [direction, separation];
}

/** Angle AOC is 90 where the lines share the point O; lines that share none only cross at a right angle. */
function squareCorner(view: View, first: string, second: string): Condition {
  const shared = [...first].find((letter) => second.includes(letter));
  if (shared === undefined) return perpendicular(view, first, second);
  const one = first.replace(shared, "");
  const other = second.replace(shared, "");
  return angleIs(view, one + shared + other, 90);
}

/** The ray BD halves angle ABC, the whole angle as CDL means it. */
function bisector(view: View, ray: string, corner: string): Condition {
  const [start, vertex, end] = [corner.charAt(0), corner.charAt(1), corner.charAt(2)];
  const through = ray.replace(vertex, "");
  if (view.reading === "english") {
    const whole = angle(view, corner);
    const halves = [angle(view, start + vertex + through), angle(view, through + vertex + end)];
    return equalDegrees(Math.max(...halves.map((half) => Math.abs(half - whole / 2))), 0);
  }
  const half = headingOf(view, vertex + end) + positiveTurn(headingOf(view, vertex + start) - headingOf(view, vertex + end)) / 2;
  return equalDegrees(apart(headingOf(view, vertex + through), half), 0);
}

function onLine(view: View, letter: string, line: string): Condition {
  const [from, to] = positions(view, line);
  return equalSizes(distanceFromLine(view.point(letter), from as Position, to as Position), 0, lengthOf(view, line));
}

function midsegmentOfTriangle(view: View, segment: string, triangle: string): Condition[] {
  const [d, e] = [segment.charAt(0), segment.charAt(1)];
  const [a, b, c] = [triangle.charAt(0), triangle.charAt(1), triangle.charAt(2)];
  return [...midpoint(view, d, a + b), ...midpoint(view, e, a + c)];
}

function orthocenter(view: View, letter: string, triangle: string): Condition[] {
  const size = longest(view, triangle);
  return [...triangle].flatMap((vertex, index) => {
    const base = triangle.charAt((index + 1) % 3) + triangle.charAt((index + 2) % 3);
    // In a right triangle the orthocentre is a vertex, and one altitude has no direction.
    if (letter === vertex || lengthOf(view, letter + vertex) < size * 1e-6) return [];
    return [perpendicular(view, letter + vertex, base)];
  });
}

/** CDL names a mirrored figure so that its first letter corresponds and the others run the other way. */
function mirrored(letters: string): string {
  return letters.charAt(0) + Array.from(letters.slice(1)).reverse().join("");
}

/** Sides and diagonals, as pairs of corresponding segments. */
function correspondingSegments(first: string, second: string): [string, string][] {
  const list: [string, string][] = [];
  for (let i = 0; i < first.length; i += 1) {
    for (let j = i + 1; j < first.length; j += 1) list.push([first.charAt(i) + first.charAt(j), second.charAt(i) + second.charAt(j)]);
  }
  return list;
}

function congruent(view: View, first: string, second: string): Condition[] {
  return correspondingSegments(first, second).map(([one, other]) => equalSegments(view, one, other));
}

function similar(view: View, first: string, second: string): Condition[] {
  const pairs = correspondingSegments(first, second);
  const [one, other] = pairs[0] as [string, string];
  const scale = lengthOf(view, other) / lengthOf(view, one);
  return pairs.slice(1).map(([left, right]) => equalSizes(lengthOf(view, left) * scale, lengthOf(view, right)));
}
