import type { Expression } from "../language/statement.js";

/** How a caption's words are chosen where several would do: symbols (`∠ABC`, `△ABC`, `⊙O`) or words. */
export interface Wording {
  symbols: boolean;
  /** How a measure is called where it is not in English. */
  measure?: (measure: Extract<Expression, { kind: "measure" }>) => string;
}

export const angleName = (letters: string, { symbols }: Wording): string => (symbols ? `∠${letters}` : `angle ${letters}`);
export const triangleName = (letters: string, { symbols }: Wording): string => (symbols ? `△${letters}` : `triangle ${letters}`);
export const circleName = (letter: string, { symbols }: Wording): string => (symbols ? `⊙${letter}` : `circle ${letter}`);
export const arcName = (letters: string, wording: Wording): string => `arc ${letters.slice(1)} of ${circleName(letters.charAt(0), wording)}`;
/** CDL names a mirrored partner so that the first vertices correspond and the rest runs the other way round. */
export const mirrorPartner = (letters: string): string => letters.charAt(0) + Array.from(letters.slice(1)).reverse().join("");

const measures: Record<string, (first: string, second: string, wording: Wording) => string> = {
  LengthOfLine: (line) => line,
  MeasureOfAngle: (angle, _, wording) => angleName(angle, wording),
  PerimeterOfTriangle: (letters, _, wording) => `the perimeter of ${triangleName(letters, wording)}`,
  AreaOfTriangle: (letters, _, wording) => `the area of ${triangleName(letters, wording)}`,
  HeightOfTriangle: (letters, _, wording) => `the height of ${triangleName(letters, wording)} on ${letters.slice(1)}`,
  PerimeterOfQuadrilateral: (letters) => `the perimeter of quadrilateral ${letters}`,
  AreaOfQuadrilateral: (letters) => `the area of quadrilateral ${letters}`,
  HeightOfQuadrilateral: (letters) => `the height of quadrilateral ${letters} on ${letters.slice(1, 3)}`,
  RatioOfSimilarTriangle: (one, two, wording) => `the ratio of the sides of ${triangleName(one, wording)} to those of the similar ${triangleName(two, wording)}`,
  RatioOfMirrorSimilarTriangle: (one, two, wording) => `the ratio of the sides of ${triangleName(one, wording)} to those of the similar ${triangleName(mirrorPartner(two), wording)}`,
  RatioOfSimilarQuadrilateral: (one, two) => `the ratio of the sides of quadrilateral ${one} to those of the similar quadrilateral ${two}`,
  RatioOfMirrorSimilarQuadrilateral: (one, two) => `the ratio of the sides of quadrilateral ${one} to those of the similar quadrilateral ${mirrorPartner(two)}`,
  LengthOfArc: (arc, _, wording) => `the length of ${arcName(arc, wording)}`,
  MeasureOfArc: (arc, _, wording) => arcName(arc, wording),
  // FormalGeo's annotations mean the second arc over the first (problem 4351).
  RatioOfSimilarArc: (one, two, wording) => `the ratio of ${arcName(two, wording)} to ${arcName(one, wording)}`,
  RadiusOfCircle: (circle, _, wording) => `the radius of ${circleName(circle, wording)}`,
  DiameterOfCircle: (circle, _, wording) => `the diameter of ${circleName(circle, wording)}`,
  PerimeterOfCircle: (circle, _, wording) => `the circumference of ${circleName(circle, wording)}`,
  AreaOfCircle: (circle, _, wording) => `the area of ${circleName(circle, wording)}`,
  PerimeterOfSector: (arc, _, wording) => `the perimeter of sector ${arc.charAt(1)}${arc.charAt(0)}${arc.charAt(2)} of ${circleName(arc.charAt(0), wording)}`,
  XCoordinateOfPoint: (point) => `the x-coordinate of ${point}`,
  YCoordinateOfPoint: (point) => `the y-coordinate of ${point}`,
  AreaOfSector: (arc, _, wording) => `the area of sector ${arc.charAt(1)}${arc.charAt(0)}${arc.charAt(2)} of ${circleName(arc.charAt(0), wording)}`,
};

const binding = { add: 1, subtract: 1, multiply: 2, divide: 2, power: 3 } as const;

/** A term in words and signs: `2x - 35`, `3√2`, `AB + CD`, `the area of triangle ABC`. */
export function termText(expression: Expression, wording: Wording): string {
  switch (expression.kind) {
    case "number":
      return expression.text;
    case "symbol":
      return expression.name;
    case "constant":
      return "π";
    case "measure":
      if (wording.measure !== undefined) return wording.measure(expression);
      return measures[expression.name]?.(expression.arguments[0] ?? "", expression.arguments[1] ?? "", wording) ?? `${expression.name}(${expression.arguments.join(",")})`;
    case "negate":
      return `-${bound(expression.operand, 2, wording)}`;
    case "function":
      if (expression.name === "sqrt") return isAtom(expression.operand) ? `√${termText(expression.operand, wording)}` : `√(${termText(expression.operand, wording)})`;
      if (expression.operand.kind === "measure" && expression.operand.name === "MeasureOfAngle") return `${expression.name} ∠${expression.operand.arguments[0] ?? ""}`;
      return `${expression.name}(${termText(expression.operand, wording)})`;
    case "operation":
      return operationText(expression, wording);
  }
}

function isAtom(expression: Expression): boolean {
  return expression.kind === "number" || expression.kind === "symbol" || expression.kind === "constant";
}

function bound(expression: Expression, least: number, wording: Wording): string {
  const text = termText(expression, wording);
  const own = expression.kind === "operation" ? binding[expression.operator] : expression.kind === "negate" ? 1 : 4;
  return own < least ? `(${text})` : text;
}

function operationText({ operator, operands }: Extract<Expression, { kind: "operation" }>, wording: Wording): string {
  const [first, second] = operands as [Expression, Expression];
  switch (operator) {
    case "add":
      return operands.map((operand) => bound(operand, 1, wording)).join(" + ");
    case "subtract":
      return operands.map((operand, index) => bound(operand, index === 0 ? 1 : 2, wording)).join(" - ");
    case "divide":
      return `${bound(first, 2, wording)}/${bound(second, 3, wording)}`;
    case "power":
      return `${bound(first, 4, wording)}^${bound(second, 4, wording)}`;
    case "multiply": {
      let text = "";
      for (const [index, operand] of operands.entries()) {
        const part = bound(operand, 2, wording);
        if (index === 0) text = part;
        // A number before a letter or a root needs no sign; anything else does.
        else text += /\d$/.test(text) && /^[a-zα-ωπ√(]/u.test(part) && !part.startsWith("the ") ? part : ` × ${part}`;
      }
      return text;
    }
  }
}

/** Whether a term is a number of degrees: an angle or an arc's measure, or sums and multiples of such. */
export function inDegrees(expression: Expression): boolean {
  switch (expression.kind) {
    case "measure":
      return expression.name === "MeasureOfAngle" || expression.name === "MeasureOfArc";
    case "negate":
      return inDegrees(expression.operand);
    case "operation":
      // A ratio of two angles is a plain number.
      return expression.operator !== "divide" || !inDegrees(expression.operands[1] as Expression) ? expression.operands.some(inDegrees) : false;
    default:
      return false;
  }
}

/** A value beside an angle: `60°`, `x°`, `(2x - 35)°`. */
export function degreesText(expression: Expression, wording: Wording): string {
  if (hasMeasure(expression)) return termText(expression, wording);
  return `${bound(expression, 2, wording)}°`;
}

export function hasMeasure(expression: Expression): boolean {
  if (expression.kind === "measure") return true;
  if (expression.kind === "operation") return expression.operands.some(hasMeasure);
  return (expression.kind === "negate" || expression.kind === "function") && hasMeasure(expression.operand);
}
