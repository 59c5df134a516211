import { namesOf } from "../language/points.js";
import type { Statement } from "../language/statement.js";
import type { PointIndex } from "./term.js";

/** Which unknown is what: two coordinates a point, a centre and a radius a circle, one number a symbol. */
export interface Unknowns {
  count: number;
  points: Map<string, PointIndex>;
  circles: Map<string, { center: PointIndex; radius: number }>;
  symbols: Map<string, number>;
}

/**
 * Numbers the unknowns of a program. A circle whose centre is a named point shares that point's coordinates.
 * A letter that stands only in `Shape(O)` is a point unless a circle has that name.
 */
export function unknownsOf(statements: readonly Statement[]): Unknowns {
  const names = namesOf(statements);
  const circleNames = new Set(names.circles);
  const lone = new Set(
    statements.flatMap((statement) => (statement.kind === "relation" && statement.name === "Shape" && statement.arguments.length === 1 && statement.arguments[0]?.length === 1 ? statement.arguments : [])),
  );
  const elsewhere = new Set(namesOf(statements.filter((statement) => !(statement.kind === "relation" && statement.name === "Shape" && statement.arguments.length === 1))).points);
  let count = 0;
  const points = new Map<string, PointIndex>();
  for (const letter of names.points) {
    if (lone.has(letter) && circleNames.has(letter) && !elsewhere.has(letter)) continue;
    points.set(letter, count);
    count += 2;
  }
  const centers = new Map<string, PointIndex>();
  for (const statement of statements) {
    if (statement.kind !== "relation" || statement.name !== "IsCentreOfCircle") continue;
    const [point = "", circle = ""] = statement.arguments;
    const index = points.get(point);
    if (index !== undefined && !centers.has(circle)) centers.set(circle, index);
  }
  const circles = new Map<string, { center: PointIndex; radius: number }>();
  for (const letter of names.circles) {
    let center = centers.get(letter);
    if (center === undefined) {
      center = count;
      count += 2;
    }
    circles.set(letter, { center, radius: count });
    count += 1;
  }
  const symbols = new Map<string, number>();
  for (const name of names.symbols) {
    symbols.set(name, count);
    count += 1;
  }
  return { count, points, circles, symbols };
}
