import type { Scene } from "@mmgeo/dataset";
import type { Expression } from "../language/statement.js";
import { angle, arcTurn, distance, distanceFromLine, NotDrawn, perimeter, positions, signedArea, type View, viewOf } from "./view.js";

/** A value read off the drawing. `magnitude` is the largest number it was made from, so that a difference of two equal lengths is not compared with zero. */
export interface Measured {
  value: number;
  magnitude: number;
  /** whether it is an angle in degrees */
  degrees: boolean;
}

/**
 * Measures an expression on a drawing: lengths in the drawing's units, angles in degrees. Null where the drawing lacks
 * a point, circle or symbol that the expression names, or where the value is not a finite number.
 */
export function measure(expression: Expression, scene: Scene): number | null {
  try {
    const { value } = evaluate(expression, viewOf(scene, "cdl"));
    return Number.isFinite(value) ? value : null;
  } catch (error) {
    if (error instanceof NotDrawn) return null;
    throw error;
  }
}

/** Throws NotDrawn where the drawing lacks what is named. */
export function evaluate(expression: Expression, view: View): Measured {
  switch (expression.kind) {
    case "number":
      return plain(expression.value);
    case "constant":
      return plain(Math.PI);
    case "symbol":
      return plain(view.symbol(expression.name));
    case "measure": {
      const value = readMeasure(expression.name, expression.arguments, view);
      // A coordinate of 0 is as exact as the others: compared with how far from the origin the point lies, at least 1.
      if (expression.name.endsWith("CoordinateOfPoint")) return { value, magnitude: Math.max(1, Math.hypot(...view.point(expression.arguments[0] ?? ""))), degrees: false };
      return { value, magnitude: Math.abs(value), degrees: expression.name === "MeasureOfAngle" || expression.name === "MeasureOfArc" };
    }
    case "negate": {
      const operand = evaluate(expression.operand, view);
      return { ...operand, value: -operand.value };
    }
    case "function": {
      const operand = evaluate(expression.operand, view);
      if (expression.name === "sqrt") return { value: Math.sqrt(operand.value), magnitude: Math.sqrt(operand.magnitude), degrees: false };
      const degree = expression.degrees ? Math.PI / 180 : 1;
      const value = expression.name.startsWith("a") ? Math[expression.name](operand.value) / degree : Math[expression.name](operand.value * degree);
      return { value, magnitude: Math.max(1, Math.abs(value)), degrees: false };
    }
    case "operation":
      return operate(expression.operator, expression.operands.map((operand) => evaluate(operand, view)));
  }
}

function plain(value: number): Measured {
  return { value, magnitude: Math.abs(value), degrees: false };
}

function operate(operator: Extract<Expression, { kind: "operation" }>["operator"], operands: readonly Measured[]): Measured {
  return operands.reduce((left, right) => {
    switch (operator) {
      case "add":
        return { value: left.value + right.value, magnitude: Math.max(left.magnitude, right.magnitude), degrees: left.degrees || right.degrees };
      case "subtract":
        return { value: left.value - right.value, magnitude: Math.max(left.magnitude, right.magnitude), degrees: left.degrees || right.degrees };
      case "multiply":
        return { value: left.value * right.value, magnitude: left.magnitude * right.magnitude, degrees: left.degrees !== right.degrees };
      case "divide":
        return { value: left.value / right.value, magnitude: left.magnitude / Math.abs(right.value), degrees: left.degrees && !right.degrees };
      case "power": {
        const value = left.value ** right.value;
        return { value, magnitude: Math.max(Math.abs(value), left.magnitude ** right.value), degrees: false };
      }
    }
  });
}

function readMeasure(name: string, list: readonly string[], view: View): number {
  const [first = "", second = ""] = list;
  switch (name) {
    case "LengthOfLine":
      return distance(view.point(first.charAt(0)), view.point(first.charAt(1)));
    case "MeasureOfAngle":
      return angle(view, first);
    case "PerimeterOfTriangle":
    case "PerimeterOfQuadrilateral":
      return perimeter(positions(view, first));
    case "AreaOfTriangle":
    case "AreaOfQuadrilateral":
      return Math.abs(signedArea(positions(view, first)));
    case "HeightOfTriangle":
    case "HeightOfQuadrilateral":
      // the base is BC, and where two sides are parallel they are AD and BC
      return distanceFromLine(view.point(first.charAt(0)), view.point(first.charAt(1)), view.point(first.charAt(2)));
    case "RatioOfSimilarTriangle":
    case "RatioOfMirrorSimilarTriangle":
    case "RatioOfSimilarQuadrilateral":
    case "RatioOfMirrorSimilarQuadrilateral":
      return perimeter(positions(view, first)) / perimeter(positions(view, second));
    case "RatioOfSimilarArc":
      // FormalGeo's one ratio that is the second to the first (problem 4351)
      return arcLength(view, second) / arcLength(view, first);
    case "XCoordinateOfPoint":
      return view.point(first)[0];
    case "YCoordinateOfPoint":
      return view.point(first)[1];
    case "LengthOfArc":
      return arcLength(view, first);
    case "MeasureOfArc":
      return arcTurn(view, first);
    case "RadiusOfCircle":
      return view.circle(first).radius;
    case "DiameterOfCircle":
      return 2 * view.circle(first).radius;
    case "PerimeterOfCircle":
      return 2 * Math.PI * view.circle(first).radius;
    case "AreaOfCircle":
      return Math.PI * view.circle(first).radius ** 2;
    case "PerimeterOfSector":
      return arcLength(view, first) + 2 * view.circle(first.charAt(0)).radius;
    case "AreaOfSector":
      return (arcTurn(view, first) / 360) * Math.PI * view.circle(first.charAt(0)).radius ** 2;
    default:
      throw new NotDrawn(`${name} cannot be measured`);
  }
}

function arcLength(view: View, arc: string): number {
  return (arcTurn(view, arc) / 180) * Math.PI * view.circle(arc.charAt(0)).radius;
}
