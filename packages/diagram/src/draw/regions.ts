import type { Position, Scene } from "@mmgeo/dataset";
import { isStatement } from "../language/format.js";
import type { Expression, Statement } from "../language/statement.js";
import { arcOf } from "./figure.js";
import { arcPositions } from "./frame.js";

/** A part of the plane that is shaded, or left out of what was shaded before it. */
export interface Region {
  shaded: boolean;
  /** in scene coordinates, closed from the last to the first */
  outline: Position[];
}

/** The outline of what an area is of; null where it is of nothing that the scene has. */
function outlineOf(name: string, of: string, scene: Scene): Position[] | null {
  if (name === "AreaOfTriangle" || name === "AreaOfQuadrilateral") {
    const corners = [...of].map((letter) => scene.points[letter]);
    return corners.every((corner) => corner !== undefined) ? corners : null;
  }
  const circle = scene.circles[of.charAt(0)];
  if (circle === undefined) return null;
  if (name === "AreaOfCircle") return arcPositions({ ...circle, from: 0, extent: 2 * Math.PI });
  if (name !== "AreaOfSector" || of.length !== 3 || scene.points[of.charAt(1)] === undefined || scene.points[of.charAt(2)] === undefined) return null;
  return [circle.center, ...arcPositions(arcOf(scene, of))];
}

/** Areas in the order they are added and taken away; null where an expression is of anything else. */
function partsOf(expression: Expression, scene: Scene, shaded = true): Region[] | null {
  if (expression.kind === "measure") {
    const outline = outlineOf(expression.name, expression.arguments[0] ?? "", scene);
    return outline === null ? null : [{ shaded, outline }];
  }
  if (expression.kind !== "operation" || (expression.operator !== "add" && expression.operator !== "subtract")) return null;
  const parts = expression.operands.map((operand, index) => partsOf(operand, scene, index > 0 && expression.operator === "subtract" ? !shaded : shaded));
  return parts.some((part) => part === null) ? null : parts.flatMap((part) => part ?? []);
}

/** What the marks of a program shade: `Mark(AreaOfTriangle(ABC))`, or `Mark(Sub(AreaOfCircle(O),AreaOfTriangle(ABC)))` for what is left of a circle. */
export function regionsOf(statements: readonly Statement[], scene: Scene): Region[] {
  return statements.flatMap((statement) => (statement.kind === "mark" && !isStatement(statement.target) ? (partsOf(statement.target, scene) ?? []) : []));
}
