import type { Statement } from "../language/statement.js";
import { equationOf } from "../language/equation.js";
import { closedWalk } from "../language/loop.js";
import { circleOf, dimensionOf, expressionTerm, pointsOf } from "./expression-term.js";
import type { Residual } from "./levenberg-marquardt.js";
import { applied, cross, type Direction, difference, length, linear, offBisector, product, quotient, scaled, sum, type Term, turn, unknown, wrappedDirections } from "./term.js";
import type { Unknowns } from "./unknowns.js";

const RIGHT = Math.PI / 2;

/** What the residuals of one program are made for: its unknowns, and the length that gaps are compared with. */
export interface Context {
  unknowns: Unknowns;
  scale: number;
}

/** The equations a statement stands for, each a residual that is zero where the statement holds. Angles count in radians, lengths in shares of the scale. */
export function equationsOf(statement: Statement, { unknowns, scale }: Context): Residual[] {
  if (statement.kind === "equal") return [equality(statement, { unknowns, scale })];
  if (statement.kind !== "relation") return [];
  const { name, arguments: list } = statement;
  const [first = "", second = ""] = list;
  const point = (letter: string): number => pointsOf(unknowns, letter)[0] as number;
  const angular = (term: Term): Residual => ({ term, weight: 1 });
  const metric = (term: Term): Residual => ({ term, weight: 1 / scale });

  const toward = (segment: string, coefficient: number): Direction => ({ from: point(segment.charAt(0)), to: point(segment.charAt(1)), coefficient });
  const segmentLength = (segment: string): Term => length(point(segment.charAt(0)), point(segment.charAt(1)));
  const sameLength = (one: string, other: string): Residual => metric(difference(segmentLength(one), segmentLength(other)));
  const sameDirection = (one: string, other: string): Residual => angular(wrappedDirections([toward(one, 1), toward(other, -1)]));
  /** Angle ABC is right: ray BA is a quarter turn counter-clockwise from ray BC. */
  const rightAngle = (letters: string): Residual => angular(wrappedDirections([toward(letters.charAt(1) + letters.charAt(0), 1), toward(letters.charAt(1) + letters.charAt(2), -1)], -RIGHT));
  /** Twice a direction, so that either sense of the line will do. */
  const perpendicular = (one: string, other: string): Residual => ({ term: wrappedDirections([toward(one, 2), toward(other, -2)], Math.PI), weight: 0.5 });
  const onCircle = (letter: string, circle: string): Residual => {
    const { center, radius } = circleOf(unknowns, circle);
    return metric(difference(length(point(letter), center), unknown(radius)));
  };
  const balance = (parts: readonly (readonly [number, number])[]): Residual[] => [metric(linear(parts)), metric(linear(parts.map(([index, coefficient]) => [index + 1, coefficient])))];
  const midpoint = (letter: string, segment: string): Residual[] =>
    balance([
      [point(letter), 1],
      [point(segment.charAt(0)), -0.5],
      [point(segment.charAt(1)), -0.5],
    ]);
  const onLine = (letter: string, line: string): Residual => metric(quotient(cross(point(line.charAt(0)), point(line.charAt(1)), point(letter)), segmentLength(line)));
  const bisector = (ray: string, corner: string): Residual => {
    const vertex = corner.charAt(1);
    const through = ray.replace(vertex, "");
    return angular(offBisector(point(vertex), point(through.charAt(0)), point(corner.charAt(2)), point(corner.charAt(0))));
  };
  const [a = "", b = "", c = "", d = ""] = first;
  const parallelogram = (): Residual[] =>
    balance([
      [point(a), 1],
      [point(b), -1],
      [point(c), 1],
      [point(d), -1],
    ]);

  switch (name) {
    case "Axes":
      return [metric(unknown(point(first))), metric(unknown(point(first) + 1))];
    case "Graph": {
      const equation = equationOf(statement);
      return equation === null ? [] : pointsOf(unknowns, equation.points).map((index) => {
        const here = { ...unknowns, symbols: new Map([...unknowns.symbols, ["x", index], ["y", index + 1]]) };
        return { term: difference(expressionTerm(equation.left, here), expressionTerm(equation.right, here)), weight: 1 };
      });
    }
    case "Shape": {
      const walk = list.some((piece) => piece.length === 3) ? closedWalk(list) : null;
      return (walk ?? []).flatMap((step) => (step.arc === null ? [] : [onCircle(step.from, step.arc.circle), onCircle(step.to, step.arc.circle)]));
    }
    case "Collinear":
      return Array.from({ length: first.length - 2 }, (_unused, index) => sameDirection(first.slice(index, index + 2), first.slice(index + 1, index + 3)));
    case "Cocircular":
      return Array.from(second, (letter) => onCircle(letter, first));
    case "Arc":
      return Array.from(first.slice(1), (letter) => onCircle(letter, a));
    case "RightTriangle":
      return [rightAngle(first)];
    case "IsoscelesTriangle":
      return [sameLength(a + b, a + c)];
    case "IsoscelesRightTriangle":
      return [sameLength(a + b, a + c), rightAngle(c + a + b)];
    case "EquilateralTriangle":
      return [sameLength(a + b, a + c), sameLength(a + b, b + c)];
    case "Kite":
      return [sameLength(a + b, a + d), sameLength(c + b, c + d)];
    case "Parallelogram":
      return parallelogram();
    case "Rhombus":
      return [...parallelogram(), sameLength(a + b, b + c)];
    case "Rectangle":
      return [...parallelogram(), rightAngle(a + b + c)];
    case "Square":
      return [...parallelogram(), rightAngle(a + b + c), sameLength(a + b, b + c)];
    case "Trapezoid":
      return [sameDirection(a + d, b + c)];
    case "IsoscelesTrapezoid":
      return [sameDirection(a + d, b + c), sameLength(a + b, c + d), sameLength(a + c, b + d)];
    case "RightTrapezoid":
      return [rightAngle(d + a + b), rightAngle(a + b + c)];
    case "IsMidpointOfLine":
      return midpoint(first, second);
    case "IsMidpointOfArc": {
      const { center } = circleOf(unknowns, second.charAt(0));
      return [onCircle(first, second.charAt(0)), angular(offBisector(center, point(first), point(second.charAt(1)), point(second.charAt(2))))];
    }
    case "ParallelBetweenLine":
      return [sameDirection(first, second)];
    case "PerpendicularBetweenLine": {
      const shared = Array.from(first).find((letter) => second.includes(letter));
      return [shared === undefined ? perpendicular(first, second) : rightAngle(first.replace(shared, "") + shared + second.replace(shared, ""))];
    }
    case "IsPerpendicularBisectorOfLine":
      return [...midpoint(b, second), rightAngle(second.charAt(0) + b + a)];
    case "IsBisectorOfAngle":
      return [bisector(first, second)];
    case "IsMedianOfTriangle":
      return midpoint(b, second.slice(1));
    case "IsAltitudeOfTriangle":
      return [perpendicular(first, second.slice(1)), onLine(b, second.slice(1))];
    case "IsAltitudeOfQuadrilateral":
      return [perpendicular(first, second.slice(1, 3)), onLine(a, second.charAt(0) + second.charAt(3)), onLine(b, second.slice(1, 3))];
    case "IsMidsegmentOfTriangle":
      return [...midpoint(a, second.slice(0, 2)), ...midpoint(b, second.charAt(0) + second.charAt(2))];
    case "IsMidsegmentOfQuadrilateral":
      return [...midpoint(a, second.slice(0, 2)), ...midpoint(b, second.slice(2))];
    case "IsCircumcenterOfTriangle":
    case "IsCircumcenterOfQuadrilateral":
      return Array.from(second.slice(1), (letter) => sameLength(first + second.charAt(0), first + letter));
    case "IsIncenterOfTriangle":
    case "IsIncenterOfQuadrilateral":
      return Array.from(second, (letter, index) => bisector(letter + first, second.charAt((index + second.length - 1) % second.length) + letter + second.charAt((index + 1) % second.length)));
    case "IsCentroidOfTriangle":
      return balance([[point(first), 1], ...pointsOf(unknowns, second).map((corner) => [corner, -1 / 3] as const)]);
    case "IsOrthocenterOfTriangle":
      return Array.from(second).flatMap((vertex, index) => (vertex === first ? [] : [scalarProduct(point(first), point(vertex), point(second.charAt((index + 1) % 3)), point(second.charAt((index + 2) % 3)), scale)]));
    case "CongruentBetweenTriangle":
    case "CongruentBetweenQuadrilateral":
      return [...alike(first, second, 1), sameLength(first.slice(0, 2), second.slice(0, 2))];
    case "MirrorCongruentBetweenTriangle":
    case "MirrorCongruentBetweenQuadrilateral":
      return [...alike(first, mirrored(second), -1), sameLength(first.slice(0, 2), mirrored(second).slice(0, 2))];
    case "SimilarBetweenTriangle":
    case "SimilarBetweenQuadrilateral":
      return alike(first, second, 1);
    case "MirrorSimilarBetweenTriangle":
    case "MirrorSimilarBetweenQuadrilateral":
      return alike(first, mirrored(second), -1);
    case "CongruentBetweenArc":
      return [sameTurn(first, second), metric(difference(unknown(circleOf(unknowns, a).radius), unknown(circleOf(unknowns, second.charAt(0)).radius)))];
    case "SimilarBetweenArc":
      return [sameTurn(first, second)];
    case "IsDiameterOfCircle": {
      const { center } = circleOf(unknowns, second);
      return [
        ...balance([
          [center, 1],
          [point(a), -0.5],
          [point(b), -0.5],
        ]),
        onCircle(a, second),
      ];
    }
    case "IsTangentOfCircle": {
      const { center } = circleOf(unknowns, second);
      const [outside, touch] = [point(a), point(b)];
      const corner = wrappedDirections(
        [
          { from: touch, to: outside, coefficient: 2 },
          { from: touch, to: center, coefficient: -2 },
        ],
        Math.PI,
      );
      return [onCircle(b, second), { term: corner, weight: 0.5 }];
    }
    case "IsCentreOfCircle": {
      const { center } = circleOf(unknowns, second);
      return center === point(first)
        ? []
        : balance([
            [point(first), 1],
            [center, -1],
          ]);
    }
    default:
      return [];
  }

  function sameTurn(one: string, other: string): Residual {
    const turns = [one, other].map((arc) => turn(circleOf(unknowns, arc.charAt(0)).center, point(arc.charAt(1)), point(arc.charAt(2))));
    return angular(difference(turns[0] as Term, turns[1] as Term));
  }

  /** One figure is the other scaled and turned (`sense` 1) or also reflected (-1): side by side, the same ratio and the same turn. */
  function alike(one: string, other: string, sense: 1 | -1): Residual[] {
    const sides = Array.from({ length: one.length - 1 }, (_unused, index) => [one.slice(index, index + 2), other.slice(index, index + 2)] as const);
    const [[left, right] = ["", ""], ...rest] = sides;
    const logarithm = (segment: string): Term => applied(segmentLength(segment), Math.log, (value) => 1 / value);
    return rest.flatMap(([side, counterpart]) => [
      angular(sum([logarithm(side), logarithm(counterpart), logarithm(left), logarithm(right)], [1, -1, -1, 1])),
      angular(wrappedDirections([toward(side, 1), toward(counterpart, -sense), toward(left, -1), toward(right, sense)])),
    ]);
  }
}

function mirrored(letters: string): string {
  return letters.charAt(0) + Array.from(letters.slice(1)).reverse().join("");
}

/** The two segments are perpendicular, also where one has no length (the orthocentre of a right triangle). */
function scalarProduct(a: number, b: number, c: number, d: number, scale: number): Residual {
  const along = (from: number, to: number): Term =>
    linear([
      [to, 1],
      [from, -1],
    ]);
  return { term: sum([product(along(a, b), along(c, d)), product(along(a + 1, b + 1), along(c + 1, d + 1))]), weight: 1 / (scale * scale) };
}

function equality({ left, right }: Extract<Statement, { kind: "equal" }>, { unknowns, scale }: Context): Residual {
  const term = difference(expressionTerm(left, unknowns), expressionTerm(right, unknowns));
  const dimension = dimensionOf(left) ?? dimensionOf(right);
  if (dimension === "angle") return { term: scaled(term, Math.PI / 180), weight: 1 };
  return { term, weight: dimension === null ? 1 : scale ** -dimension };
}
