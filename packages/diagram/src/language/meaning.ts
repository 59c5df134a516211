import { constantValue } from "./constant.js";
import { formatStatement, isStatement } from "./format.js";
import { parseExpression } from "./parse.js";
import type { Expression, Statement } from "./statement.js";

/**
 * How closely two statements are compared.
 * - `cdl`: as the language means them. Angle ABC and angle CBA add up to 360, polygons are named counter-clockwise.
 * - `english`: as a reader of a caption takes them. Angle ABC is angle CBA, a triangle may be named either way round.
 */
export type Reading = "cdl" | "english";

/** Whether two statements say the same thing: rotations of polygons, reversed segments, commuted relations and equal numbers in other notation change nothing. */
export function sameMeaning(first: Statement, second: Statement, reading: Reading = "cdl"): boolean {
  return meaningOf(first, reading) === meaningOf(second, reading);
}

/** A text that is equal for statements of the same meaning: a key for sets. It is not CDL. */
export function meaningOf(statement: Statement, reading: Reading = "cdl"): string {
  switch (statement.kind) {
    case "relation":
      return relationMeaning(statement.name, statement.arguments, reading);
    case "equal": {
      const right = rightAngle(statement.left, statement.right) ?? rightAngle(statement.right, statement.left);
      if (right !== null) return relationMeaning("PerpendicularBetweenLine", right, reading);
      return `Equal(${sorted([expressionMeaning(statement.left, reading), expressionMeaning(statement.right, reading)])})`;
    }
    case "value":
      return `Value(${expressionMeaning(statement.expression, reading)})`;
    case "mark":
      return `Mark(${isStatement(statement.target) ? meaningOf(statement.target, reading) : expressionMeaning(statement.target, reading)})`;
  }
}

/** An angle of 90 degrees is what perpendicular lines mean. */
function rightAngle(angle: Expression, value: Expression): [string, string] | null {
  if (angle.kind !== "measure" || angle.name !== "MeasureOfAngle" || constantValue(value) !== 90) return null;
  const [start = "", vertex = "", end = ""] = angle.arguments[0] ?? "";
  return [start + vertex, end + vertex];
}

function sorted(list: readonly string[]): string {
  return [...list].sort().join(",");
}

const segment = (text: string): string => [...text].sort().join("");

function reversed(text: string): string {
  return [...text].reverse().join("");
}

/** All ways to begin a closed walk, `step` letters on at a time. */
function rotations<T>(cycle: readonly T[], step = 1): T[][] {
  const list: T[][] = [];
  for (let start = 0; start < cycle.length; start += step) list.push([...cycle.slice(start), ...cycle.slice(0, start)]);
  return list;
}

function least(list: readonly string[]): string {
  return list.reduce((smallest, text) => (text < smallest ? text : smallest));
}

/** The least of the namings that mean the same figure: rotations by `step`, and, read as English, the other way round. */
function polygon(text: string, step: number, reading: Reading, reverse: (text: string) => string = reversed): string {
  const walks = reading === "english" ? [text, reverse(text)] : [text];
  return least(walks.flatMap((walk) => rotations([...walk], step).map((letters) => letters.join(""))));
}

const swapLastTwo = (text: string): string => `${text.charAt(0)}${text.charAt(2)}${text.charAt(1)}`;
const fixFirst = (text: string): string => text.charAt(0) + reversed(text.slice(1));
/** ABCD to BADC: the other way round with the parallel sides AD and BC kept. */
const swapPairs = (text: string): string => `${text.charAt(1)}${text.charAt(0)}${text.charAt(3)}${text.charAt(2)}`;

const entities: Record<string, { step: number; reverse: (text: string) => string }> = {
  RightTriangle: { step: 3, reverse: reversed },
  IsoscelesTriangle: { step: 3, reverse: swapLastTwo },
  IsoscelesRightTriangle: { step: 3, reverse: swapLastTwo },
  EquilateralTriangle: { step: 1, reverse: reversed },
  Kite: { step: 2, reverse: fixFirst },
  Parallelogram: { step: 1, reverse: reversed },
  Rhombus: { step: 1, reverse: reversed },
  Rectangle: { step: 1, reverse: reversed },
  Square: { step: 1, reverse: reversed },
  Trapezoid: { step: 2, reverse: reversed },
  IsoscelesTrapezoid: { step: 2, reverse: reversed },
  // the right angles stay at A and B
  RightTrapezoid: { step: 4, reverse: swapPairs },
  Polygon: { step: 1, reverse: reversed },
};

/** Two figures that correspond vertex by vertex: the pairs in their best order, and either figure first. */
function correspondence(name: string, first: string, second: string, reading: Reading): string {
  const mirror = name.startsWith("Mirror");
  // In CDL a mirrored pair is named so that A is A and the rest runs the other way: A-D, B-F, C-E.
  const partner = mirror ? fixFirst(second) : second;
  const pairs = [...first].map((letter, index) => letter + partner.charAt(index));
  const exchanged = pairs.map(reversed);
  if (reading === "english") return `${name.replace("Mirror", "")}(${least([sorted(pairs), sorted(exchanged)])})`;
  // Either figure may be named first; the walk then follows that figure's own sense.
  const back = mirror ? [exchanged[0] ?? "", ...exchanged.slice(1).reverse()] : exchanged;
  return `${name}(${least([pairs, back].flatMap((cycle) => rotations(cycle).map((rotation) => rotation.join(","))))})`;
}

function relationMeaning(name: string, list: readonly string[], reading: Reading): string {
  const [first = "", second = ""] = list;
  const entity = entities[name];
  if (entity !== undefined) return `${name}(${polygon(first, entity.step, reading, entity.reverse)})`;
  switch (name) {
    case "Shape":
      return `Shape(${least(rotations(list).map((walk) => walk.join(",")))})`;
    case "Collinear":
      return `Collinear(${least([first, reversed(first)])})`;
    case "Cocircular":
      return `Cocircular(${first}${second === "" ? "" : `,${polygon(second, 1, reading)}`})`;
    case "Line":
      return `Line(${segment(first)})`;
    case "Angle":
      return `Angle(${reading === "english" ? least([first, reversed(first)]) : first})`;
    case "ParallelBetweenLine":
      if (reading === "english") return `ParallelBetweenLine(${sorted([segment(first), segment(second)])})`;
      return `ParallelBetweenLine(${least([`${first},${second}`, `${reversed(second)},${reversed(first)}`])})`;
    case "PerpendicularBetweenLine":
      return `${name}(${reading === "english" ? sorted([segment(first), segment(second)]) : `${first},${second}`})`;
    case "IsMidpointOfLine":
      return `${name}(${first},${segment(second)})`;
    case "IsPerpendicularBisectorOfLine":
      return `${name}(${first},${reading === "english" ? segment(second) : second})`;
    case "IsDiameterOfCircle":
      return `${name}(${segment(first)},${second})`;
    case "IsMidpointOfArc":
      return `${name}(${first},${reading === "english" ? second.charAt(0) + segment(second.slice(1)) : second})`;
    case "IsBisectorOfAngle":
      return `${name}(${first},${reading === "english" ? least([second, reversed(second)]) : second})`;
    case "IsMedianOfTriangle":
    case "IsAltitudeOfTriangle":
      return `${name}(${first},${polygon(second, 3, reading, swapLastTwo)})`;
    case "IsMidsegmentOfTriangle":
      if (reading === "english") return `${name}(${segment(first)},${second.charAt(0)}${segment(second.slice(1))})`;
      return `${name}(${first},${second})`;
    case "IsCircumcenterOfTriangle":
    case "IsIncenterOfTriangle":
    case "IsCentroidOfTriangle":
    case "IsOrthocenterOfTriangle":
    case "IsCircumcenterOfQuadrilateral":
    case "IsIncenterOfQuadrilateral":
      return `${name}(${first},${polygon(second, 1, reading)})`;
    case "IsMidsegmentOfQuadrilateral": {
      const exchanged = `${reversed(first)},${second.slice(2)}${second.slice(0, 2)}`;
      return `${name}(${least([`${first},${second}`, exchanged])})`;
    }
    case "Graph": {
      const [points = "", left = "", right = ""] = list;
      return `Graph(${segment(points)},${sorted([left, right].map((side) => expressionMeaning(parseExpression(side), reading)))})`;
    }
    case "CongruentBetweenArc":
    case "SimilarBetweenArc":
      return `${name}(${sorted([first, second].map((arc) => (reading === "english" ? arc.charAt(0) + segment(arc.slice(1)) : arc)))})`;
  }
  if (/^(Mirror)?(Congruent|Similar)Between/.test(name)) return correspondence(name, first, second, reading);
  return formatStatement({ kind: "relation", name, arguments: [...list] });
}

function expressionMeaning(expression: Expression, reading: Reading): string {
  const value = constantValue(expression);
  // Twelve digits: 1/3 and 0.333333333333 are one number, 1/3 and 0.333 are two.
  if (value !== null) return String(Number(value.toPrecision(12)));
  switch (expression.kind) {
    case "symbol":
      return expression.name;
    case "measure":
      return measureMeaning(expression.name, expression.arguments, reading);
    case "negate":
      return `-(${expressionMeaning(expression.operand, reading)})`;
    case "function":
      return `${expression.name}${expression.degrees && expression.name !== "sqrt" ? "Degrees" : ""}(${expressionMeaning(expression.operand, reading)})`;
    case "operation": {
      const operands = expression.operands.map((operand) => expressionMeaning(operand, reading));
      if (expression.operator === "add" || expression.operator === "multiply") operands.sort();
      return `${expression.operator}(${operands.join(",")})`;
    }
    default:
      return String(value);
  }
}

function measureMeaning(name: string, list: readonly string[], reading: Reading): string {
  const [first = "", second = ""] = list;
  switch (name) {
    case "LengthOfLine":
      return `${name}(${segment(first)})`;
    case "MeasureOfAngle":
      return `${name}(${reading === "english" ? least([first, reversed(first)]) : first})`;
    case "PerimeterOfTriangle":
    case "AreaOfTriangle":
    case "PerimeterOfQuadrilateral":
    case "AreaOfQuadrilateral":
      return `${name}(${polygon(first, 1, reading)})`;
    case "HeightOfTriangle":
      return `${name}(${polygon(first, 3, reading, swapLastTwo)})`;
    case "HeightOfQuadrilateral":
      return `${name}(${polygon(first, 4, reading, reversed)})`;
    case "LengthOfArc":
    case "MeasureOfArc":
    case "PerimeterOfSector":
    case "AreaOfSector":
      return `${name}(${reading === "english" ? first.charAt(0) + segment(first.slice(1)) : first})`;
    default:
      return `${name}(${[first, second].filter((text) => text !== "").join(",")})`;
  }
}
