import type { Scene } from "@mmgeo/dataset";
import { constantValue } from "../language/constant.js";
import { isStatement } from "../language/format.js";
import type { Expression, Statement } from "../language/statement.js";
import { isWritable } from "./label-text.js";

/** What is written or drawn on a figure besides its lines, by point letters. */
export type Mark =
  | { kind: "length"; from: string; to: string; value: Expression }
  | { kind: "angle"; /** as in CDL: start, vertex, end */ angle: string; value: Expression }
  | { kind: "equalAngle"; angle: string; strokes: number }
  | { kind: "square"; angle: string }
  | { kind: "tick"; from: string; to: string; strokes: number }
  | { kind: "arrow"; from: string; to: string; strokes: number }
  /** a radius or diameter that is not a segment of the figure: `r = 4` inside the circle */
  | { kind: "circle"; circle: string; letter: "r" | "d"; value: Expression }
  | { kind: "arc"; arc: string; value: Expression; degrees: boolean };

type Measure = Extract<Expression, { kind: "measure" }>;

const isMeasure = (expression: Expression, name: string): expression is Measure => expression.kind === "measure" && expression.name === name;

/** Groups of things said to be equal, each in the order it was first named. */
class Groups {
  private readonly groups: string[][] = [];

  join(first: string, second: string): void {
    const found = [first, second].map((item) => this.groups.findIndex((group) => group.includes(item)));
    const [one = -1, two = -1] = found;
    if (one === -1 && two === -1) this.groups.push(first === second ? [first] : [first, second]);
    else if (one === -1) this.groups[two]?.push(first);
    else if (two === -1) this.groups[one]?.push(second);
    else if (one !== two) {
      this.groups[one]?.push(...(this.groups[two] ?? []));
      this.groups.splice(two, 1);
    }
  }

  get list(): readonly string[][] {
    return this.groups;
  }
}

const segmentKey = (segment: string): string => [...segment].sort().join("");
const numberOf = (value: number): Expression => ({ kind: "number", value, text: String(Math.round(value * 100) / 100) });

/**
 * What the `Mark` statements of a program ask for: values along segments, in angles and at arcs, squares, ticks and
 * arrows. Statements that no figure can carry (a ratio, an area) are left to the caption.
 */
export function marksOf({ statements, scene, measure }: { statements: readonly Statement[]; scene: Scene; measure?: (expression: Expression, scene: Scene) => number | null }): Mark[] {
  const marks = new Map<string, Mark>();
  const equalLengths = new Groups();
  const equalAngles = new Groups();
  const parallels = new Groups();
  const direction = new Map<string, string>();

  const value = (term: Measure, written: Expression): void => {
    const [name = ""] = term.arguments;
    if (term.name === "LengthOfLine") marks.set(`length ${segmentKey(name)}`, { kind: "length", from: name.charAt(0), to: name.charAt(1), value: written });
    else if (term.name === "MeasureOfAngle" && constantValue(written) === 90) square(name);
    else if (term.name === "MeasureOfAngle") marks.set(`angle ${name}`, { kind: "angle", angle: name, value: written });
    else if (term.name === "RadiusOfCircle" || term.name === "DiameterOfCircle") marks.set(`${term.name} ${name}`, { kind: "circle", circle: name, letter: term.name === "RadiusOfCircle" ? "r" : "d", value: written });
    else if (term.name === "MeasureOfArc" || term.name === "LengthOfArc") marks.set(`arc ${name}`, { kind: "arc", arc: name, value: written, degrees: term.name === "MeasureOfArc" });
  };
  const square = (angle: string): void => {
    const key = `${angle.charAt(1)} ${[angle.charAt(0), angle.charAt(2)].sort().join("")}`;
    marks.set(`square ${key}`, { kind: "square", angle });
  };
  const relation = (name: string, [first = "", second = ""]: readonly string[]): void => {
    const [a = "", b = "", c = "", d = ""] = first;
    switch (name) {
      case "PerpendicularBetweenLine":
        if (b === second.charAt(1)) square(a + b + second.charAt(0));
        return;
      case "ParallelBetweenLine":
        parallels.join(segmentKey(first), segmentKey(second));
        direction.set(segmentKey(first), first);
        direction.set(segmentKey(second), second);
        return;
      case "IsMidpointOfLine":
        equalLengths.join(segmentKey(second.charAt(0) + a), segmentKey(a + second.charAt(1)));
        return;
      case "IsMedianOfTriangle":
        equalLengths.join(segmentKey(second.charAt(1) + b), segmentKey(b + second.charAt(2)));
        return;
      case "IsPerpendicularBisectorOfLine":
        equalLengths.join(segmentKey(second.charAt(0) + b), segmentKey(b + second.charAt(1)));
        square(a + b + second.charAt(1));
        return;
      case "IsAltitudeOfTriangle":
        square(a + b + (second.charAt(2) === b ? second.charAt(1) : second.charAt(2)));
        return;
      case "IsBisectorOfAngle":
        equalAngles.join(second.charAt(0) + a + b, b + a + second.charAt(2));
        return;
      case "RightTriangle":
        square(a + b + c);
        return;
      case "IsoscelesRightTriangle":
        square(c + a + b);
        equalLengths.join(segmentKey(a + b), segmentKey(a + c));
        return;
      case "IsoscelesTriangle":
        equalLengths.join(segmentKey(a + b), segmentKey(a + c));
        return;
      case "EquilateralTriangle":
        equalLengths.join(segmentKey(a + b), segmentKey(a + c));
        equalLengths.join(segmentKey(a + b), segmentKey(b + c));
        return;
      case "Rhombus":
      case "Square":
        for (const side of [b + c, c + d, d + a]) equalLengths.join(segmentKey(a + b), segmentKey(side));
        if (name === "Square") square(a + b + c);
        return;
      case "Rectangle":
        for (const corner of [a + b + c, b + c + d, c + d + a, d + a + b]) square(corner);
        return;
      case "RightTrapezoid":
        square(d + a + b);
        square(a + b + c);
        return;
      case "IsoscelesTrapezoid":
        equalLengths.join(segmentKey(a + b), segmentKey(c + d));
        return;
    }
  };

  for (const statement of statements) {
    if (statement.kind !== "mark") continue;
    const { target } = statement;
    if (!isStatement(target)) {
      const measured = measure?.(target, scene);
      if (target.kind === "measure" && measured !== null && measured !== undefined) value(target, numberOf(measured));
    } else if (target.kind === "relation") relation(target.name, target.arguments);
    else if (target.kind === "equal") {
      const [left, right] = [target.left, target.right];
      if (isMeasure(left, "LengthOfLine") && isMeasure(right, "LengthOfLine")) equalLengths.join(segmentKey(left.arguments[0] ?? ""), segmentKey(right.arguments[0] ?? ""));
      else if (isMeasure(left, "MeasureOfAngle") && isMeasure(right, "MeasureOfAngle")) equalAngles.join(left.arguments[0] ?? "", right.arguments[0] ?? "");
      else if (left.kind === "measure" && isWritable(right)) value(left, right);
      else if (right.kind === "measure" && isWritable(left)) value(right, left);
    }
  }
  for (const [index, group] of equalLengths.list.entries()) for (const name of group) marks.set(`tick ${name}`, { kind: "tick", from: name.charAt(0), to: name.charAt(1), strokes: 1 + (index % 4) });
  for (const [index, group] of equalAngles.list.entries()) for (const angle of group) if (!marks.has(`angle ${angle}`)) marks.set(`equal ${angle}`, { kind: "equalAngle", angle, strokes: 1 + (index % 3) });
  for (const [index, group] of parallels.list.entries()) {
    for (const name of group) {
      const [from = "", to = ""] = direction.get(name) ?? name;
      marks.set(`arrow ${name}`, { kind: "arrow", from, to, strokes: 1 + (index % 3) });
    }
  }
  return [...marks.values()];
}
