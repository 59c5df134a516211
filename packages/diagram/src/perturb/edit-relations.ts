import type { Expression, Statement } from "../language/statement.js";

const relation = (name: string, ...list: string[]): Statement => ({ kind: "relation", name, arguments: list });
const measure = (name: string, ...list: string[]): Expression => ({ kind: "measure", name, arguments: list });
const length = (line: string): Expression => measure("LengthOfLine", line);
const equal = (left: Expression, right: Expression): Statement => ({ kind: "equal", left, right });
const times = (factor: number, operand: Expression): Expression => ({ kind: "operation", operator: "multiply", operands: [{ kind: "number", value: factor, text: String(factor) }, operand] });

const triangles = ["RightTriangle", "IsoscelesTriangle", "IsoscelesRightTriangle", "EquilateralTriangle"];
const quadrilaterals = ["Kite", "Parallelogram", "Rhombus", "Rectangle", "Square", "Trapezoid", "IsoscelesTrapezoid", "RightTrapezoid"];
const centers = ["IsCircumcenterOfTriangle", "IsIncenterOfTriangle", "IsCentroidOfTriangle", "IsOrthocenterOfTriangle"];
const attributeSwaps: Record<string, string[]> = {
  RadiusOfCircle: ["DiameterOfCircle", "PerimeterOfCircle"],
  DiameterOfCircle: ["RadiusOfCircle", "PerimeterOfCircle"],
  PerimeterOfCircle: ["DiameterOfCircle", "AreaOfCircle"],
  AreaOfCircle: ["PerimeterOfCircle"],
  PerimeterOfTriangle: ["AreaOfTriangle"],
  AreaOfTriangle: ["PerimeterOfTriangle"],
  PerimeterOfQuadrilateral: ["AreaOfQuadrilateral"],
  AreaOfQuadrilateral: ["PerimeterOfQuadrilateral"],
  AreaOfSector: ["PerimeterOfSector"],
  PerimeterOfSector: ["AreaOfSector"],
};

/** Another shape, or another attribute of the same shape (the paper's "square to rectangle", "diameter to radius"). */
export function shapeEdits(statement: Statement): Statement[] {
  if (statement.kind === "equal") {
    const swap = (expression: Expression): Expression[] => (expression.kind === "measure" ? (attributeSwaps[expression.name] ?? []).map((name) => ({ ...expression, name })) : []);
    return [...swap(statement.left).map((left) => equal(left, statement.right)), ...swap(statement.right).map((right) => equal(statement.left, right))];
  }
  if (statement.kind !== "relation") return [];
  const { name, arguments: list } = statement;
  const [first = ""] = list;
  if (triangles.includes(name)) {
    // Right angle and apex stand at different letters; each shape is named so that its own special corner is at every vertex in turn.
    const rotations = [0, 1, 2].map((start) => first.slice(start) + first.slice(0, start));
    return triangles.flatMap((other) => (other === name ? [] : (other === "EquilateralTriangle" ? [first] : rotations).map((letters) => relation(other, letters))));
  }
  if (quadrilaterals.includes(name)) return quadrilaterals.filter((other) => other !== name).map((other) => relation(other, first));
  return [];
}

/** A neighbouring relation between the same things (the paper's "parallel to perpendicular", "similar to congruent"). */
export function relationEdits(statement: Statement): Statement[] {
  if (statement.kind === "equal") return equalEdits(statement.left, statement.right);
  if (statement.kind !== "relation") return [];
  const { name, arguments: list } = statement;
  const [first = "", second = ""] = list;
  const [a = "", b = "", c = ""] = first;
  const [x = "", y = "", z = ""] = second;
  switch (name) {
    case "ParallelBetweenLine":
      return [relation("PerpendicularBetweenLine", first, second), equal(length(first), length(second))].filter((edit) => edit.kind !== "equal" || first !== second);
    case "PerpendicularBetweenLine":
      return [relation("ParallelBetweenLine", first, second), equal(length(first), length(second))];
    case "IsMidpointOfLine":
      return [equal(length(x + first), times(2, length(first + y))), equal(length(first + y), times(2, length(x + first))), equal(length(x + first), times(3, length(first + y)))];
    case "IsMidpointOfArc":
      return [equal(measure("MeasureOfArc", x + y + first), times(2, measure("MeasureOfArc", x + first + z)))];
    case "IsPerpendicularBisectorOfLine":
      return [relation("ParallelBetweenLine", first, second), equal(length(first), length(second)), equal(length(x + b), times(2, length(b + y)))];
    case "IsBisectorOfAngle": {
      const half = [x + a + b, b + a + z].map((angle) => measure("MeasureOfAngle", angle)) as [Expression, Expression];
      return [relation("IsMedianOfTriangle", first, y + x + z), relation("IsAltitudeOfTriangle", first, y + x + z), equal(half[0], times(2, half[1])), equal(half[1], times(2, half[0]))];
    }
    case "IsMedianOfTriangle":
      return [relation("IsAltitudeOfTriangle", first, second), relation("IsBisectorOfAngle", first, y + x + z)];
    case "IsAltitudeOfTriangle":
      return [relation("IsMedianOfTriangle", first, second), relation("IsBisectorOfAngle", first, y + x + z)];
    case "IsMidsegmentOfTriangle":
      return [relation("PerpendicularBetweenLine", first, y + z), equal(length(first), length(y + z))];
    case "IsTangentOfCircle":
      return [relation("IsDiameterOfCircle", first, second)];
    case "IsDiameterOfCircle":
      return [relation("IsTangentOfCircle", first, second), relation("IsTangentOfCircle", b + a, second)];
    case "IsCentreOfCircle":
      return [relation("Cocircular", second, first)];
    case "Cocircular":
      return second.length === 1 ? [relation("IsCentreOfCircle", second, first)] : [];
    case "Collinear":
      return first.length === 3 ? [relation("IsMidpointOfLine", b, a + c), relation("PerpendicularBetweenLine", a + b, c + b)] : [];
    case "CongruentBetweenArc":
      return [equal(measure("MeasureOfArc", first), times(2, measure("MeasureOfArc", second)))];
  }
  if (centers.includes(name)) return centers.filter((other) => other !== name).map((other) => relation(other, first, second));
  if (name.includes("Similar")) return [relation(name.replace("Similar", "Congruent"), first, second)];
  if (name.includes("Congruent")) return [relation(name.replace("Congruent", "Similar"), first, second)];
  return [];
}

function equalEdits(left: Expression, right: Expression): Statement[] {
  if (left.kind !== "measure" || right.kind !== "measure" || left.name !== right.name) return [];
  const doubled = [equal(left, times(2, right)), equal(right, times(2, left))];
  if (left.name !== "LengthOfLine") return doubled;
  const [one = "", two = ""] = [left.arguments[0], right.arguments[0]];
  return [...doubled, relation("ParallelBetweenLine", one, two), relation("PerpendicularBetweenLine", one, two)];
}
