import type { Expression } from "../language/statement.js";
import { absolute, applied, constant, cross, difference, length, power, product, quotient, scaled, sum, type Term, turn, unknown } from "./term.js";
import type { Unknowns } from "./unknowns.js";

const DEGREE = Math.PI / 180;

/** Something the program names is not among its unknowns; a defect of the caller. */
function known<T>(table: ReadonlyMap<string, T>, name: string): T {
  const value = table.get(name);
  if (value === undefined) throw new RangeError(`${name} is not among the unknowns`);
  return value;
}

/** The points of a letter list, as indices. */
export function pointsOf(unknowns: Unknowns, letters: string): number[] {
  return Array.from(letters, (letter) => known(unknowns.points, letter));
}

export function circleOf(unknowns: Unknowns, letter: string): { center: number; radius: number } {
  return known(unknowns.circles, letter);
}

/** A term for an expression; angles in degrees. */
export function expressionTerm(expression: Expression, unknowns: Unknowns): Term {
  switch (expression.kind) {
    case "number":
      return constant(expression.value);
    case "constant":
      return constant(Math.PI);
    case "symbol":
      return unknown(known(unknowns.symbols, expression.name));
    case "measure":
      return measureTerm(expression.name, expression.arguments, unknowns);
    case "negate":
      return scaled(expressionTerm(expression.operand, unknowns), -1);
    case "function":
      return functionTerm(expression, unknowns);
    case "operation": {
      const operands = expression.operands.map((operand) => expressionTerm(operand, unknowns));
      if (expression.operator === "add") return sum(operands);
      return operands.reduce((left, right) => {
        if (expression.operator === "subtract") return difference(left, right);
        if (expression.operator === "multiply") return product(left, right);
        return expression.operator === "divide" ? quotient(left, right) : power(left, right);
      });
    }
  }
}

function functionTerm(expression: Extract<Expression, { kind: "function" }>, unknowns: Unknowns): Term {
  const operand = expressionTerm(expression.operand, unknowns);
  const unit = expression.degrees ? DEGREE : 1;
  switch (expression.name) {
    case "sqrt":
      return applied(operand, (value) => Math.sqrt(Math.max(0, value)), (value) => 0.5 / Math.sqrt(Math.max(1e-12, value)));
    case "sin":
      return applied(operand, (value) => Math.sin(value * unit), (value) => unit * Math.cos(value * unit));
    case "cos":
      return applied(operand, (value) => Math.cos(value * unit), (value) => -unit * Math.sin(value * unit));
    case "tan":
      return applied(operand, (value) => Math.tan(value * unit), (value) => unit / Math.cos(value * unit) ** 2);
    case "asin":
      return applied(operand, (value) => Math.asin(clamp(value)) / unit, (value) => 1 / unit / Math.sqrt(Math.max(1e-9, 1 - value * value)));
    case "acos":
      return applied(operand, (value) => Math.acos(clamp(value)) / unit, (value) => -1 / unit / Math.sqrt(Math.max(1e-9, 1 - value * value)));
    case "atan":
      return applied(operand, (value) => Math.atan(value) / unit, (value) => 1 / unit / (1 + value * value));
  }
}

function clamp(value: number): number {
  return Math.min(1, Math.max(-1, value));
}

/** Twice the signed area of a polygon as a fan of triangles. */
export function doubleArea(corners: readonly number[]): Term {
  const [first = 0] = corners;
  return sum(corners.slice(1, -1).map((corner, index) => cross(first, corner, corners[index + 2] ?? first)));
}

export function perimeterTerm(corners: readonly number[]): Term {
  return sum(corners.map((corner, index) => length(corner, corners[(index + 1) % corners.length] ?? corner)));
}

/** Distance of a point from a line. */
export function distanceTerm(point: number, from: number, to: number): Term {
  return quotient(absolute(cross(from, to, point)), length(from, to));
}

function arc(unknowns: Unknowns, letters: string): { degrees: Term; radius: Term } {
  const { center, radius } = circleOf(unknowns, letters.charAt(0));
  const [start = 0, end = 0] = pointsOf(unknowns, letters.slice(1));
  return { degrees: scaled(turn(center, start, end), 1 / DEGREE), radius: unknown(radius) };
}

function measureTerm(name: string, list: readonly string[], unknowns: Unknowns): Term {
  const [first = "", second = ""] = list;
  const arcLength = (letters: string): Term => {
    const { degrees, radius } = arc(unknowns, letters);
    return scaled(product(degrees, radius), DEGREE);
  };
  const circleRadius = (letter: string): Term => unknown(circleOf(unknowns, letter).radius);
  switch (name) {
    case "LengthOfLine": {
      const [from = 0, to = 0] = pointsOf(unknowns, first);
      return length(from, to);
    }
    case "MeasureOfAngle": {
      const [a = 0, b = 0, c = 0] = pointsOf(unknowns, first);
      return scaled(turn(b, c, a), 1 / DEGREE);
    }
    case "PerimeterOfTriangle":
    case "PerimeterOfQuadrilateral":
      return perimeterTerm(pointsOf(unknowns, first));
    case "AreaOfTriangle":
    case "AreaOfQuadrilateral":
      return scaled(absolute(doubleArea(pointsOf(unknowns, first))), 0.5);
    case "HeightOfTriangle":
    case "HeightOfQuadrilateral": {
      const [a = 0, b = 0, c = 0] = pointsOf(unknowns, first);
      return distanceTerm(a, b, c);
    }
    case "RatioOfSimilarTriangle":
    case "RatioOfMirrorSimilarTriangle":
    case "RatioOfSimilarQuadrilateral":
    case "RatioOfMirrorSimilarQuadrilateral":
      return quotient(perimeterTerm(pointsOf(unknowns, first)), perimeterTerm(pointsOf(unknowns, second)));
    case "RatioOfSimilarArc":
      return quotient(arcLength(second), arcLength(first));
    case "XCoordinateOfPoint":
      return unknown(pointsOf(unknowns, first)[0] as number);
    case "YCoordinateOfPoint":
      return unknown((pointsOf(unknowns, first)[0] as number) + 1);
    case "LengthOfArc":
      return arcLength(first);
    case "MeasureOfArc":
      return arc(unknowns, first).degrees;
    case "RadiusOfCircle":
      return circleRadius(first);
    case "DiameterOfCircle":
      return scaled(circleRadius(first), 2);
    case "PerimeterOfCircle":
      return scaled(circleRadius(first), 2 * Math.PI);
    case "AreaOfCircle":
      return scaled(product(circleRadius(first), circleRadius(first)), Math.PI);
    case "PerimeterOfSector":
      return sum([arcLength(first), circleRadius(first.charAt(0))], [1, 2]);
    case "AreaOfSector":
      return scaled(product(arcLength(first), circleRadius(first.charAt(0))), 0.5);
    default:
      throw new RangeError(`${name} has no term`);
  }
}

/** The dimension of an expression: the power of length it has, `angle` for degrees, null where symbols leave it open. */
export function dimensionOf(expression: Expression): number | "angle" | null {
  switch (expression.kind) {
    case "number":
    case "constant":
    case "symbol":
      return null;
    case "negate":
      return dimensionOf(expression.operand);
    case "function": {
      if (expression.name !== "sqrt") return expression.name.startsWith("a") && expression.degrees ? "angle" : 0;
      const inner = dimensionOf(expression.operand);
      return typeof inner === "number" ? inner / 2 : inner;
    }
    case "measure":
      if (expression.name === "MeasureOfAngle" || expression.name === "MeasureOfArc") return "angle";
      if (expression.name.startsWith("Ratio")) return 0;
      return expression.name.startsWith("Area") ? 2 : 1;
    case "operation": {
      const dimensions = expression.operands.map(dimensionOf);
      const [left = null, right = null] = dimensions;
      if (expression.operator === "add" || expression.operator === "subtract") return dimensions.find((dimension) => dimension !== null) ?? null;
      if (expression.operator === "multiply") {
        if (dimensions.includes("angle")) return "angle";
        const numbers = dimensions.filter((dimension) => dimension !== null) as number[];
        return numbers.length === 0 ? null : numbers.reduce((total, dimension) => total + dimension, 0);
      }
      if (expression.operator === "divide") {
        if (left === "angle") return right === "angle" ? 0 : "angle";
        if (left === null && right === null) return null;
        return (left ?? 0) - (typeof right === "number" ? right : 0);
      }
      const exponent = expression.operands[1];
      return typeof left === "number" && exponent?.kind === "number" ? left * exponent.value : null;
    }
  }
}
