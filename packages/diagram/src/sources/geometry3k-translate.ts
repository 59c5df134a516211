import type { Position } from "@mmgeo/dataset";
import { algebraOf, type Form } from "./geometry3k-form.js";
import { alongLine } from "./alphageometry-translate.js";

/** What the published picture tells: letters for the names, where they lie, which circle each is on. */
export interface Picture {
  letter: (name: string) => string;
  at: (letter: string) => Position;
  /** circles by centre letter, with the letters on them */
  circles: ReadonlyMap<string, ReadonlySet<string>>;
  /** letters joined to a letter by a drawn line */
  neighbours: ReadonlyMap<string, ReadonlySet<string>>;
  /** `angle 1` and the angle that it names */
  named: Map<string, string>;
}

/** A form that CDL has no statement for. */
export class Untranslatable extends Error {}

/** Angles of some 35 to 145 degrees in a picture may be meant as right. */
const LEAST_SINE = 0.57;

const shapes = new Set(["Triangle", "Quadrilateral", "Parallelogram", "Rectangle", "Square", "Rhombus", "Trapezoid", "Kite"]);

export function translator(picture: Picture): { statement: (form: Form) => string[]; expression: (form: Form) => string } {
  const { at } = picture;
  const cannot = (form: Form): never => {
    throw new Untranslatable(`${form.name} is not translated`);
  };
  /** The letters of `Line(A, B)`, `Triangle(A, B, C)` or a lone point. */
  const letters = (form: Form | undefined): string[] => {
    if (form === undefined) throw new Untranslatable("an argument is missing");
    const list = form.children.length === 0 ? [form] : form.children;
    if (list.some(({ children, name }) => children.length > 0 || !/^[A-Za-z][A-Za-z0-9_']*$/.test(name))) return cannot(form);
    return list.map(({ name }) => picture.letter(name));
  };
  const line = (form: Form | undefined): string => {
    const list = letters(form);
    if (list.length !== 2 || list[0] === list[1]) throw new Untranslatable("a line has two points");
    return list.join("");
  };
  const area = (list: readonly string[]): number => list.reduce((sum, letter, index) => sum + at(letter)[0] * at(list[(index + 1) % list.length] ?? letter)[1] - at(list[(index + 1) % list.length] ?? letter)[0] * at(letter)[1], 0);
  const polygon = (form: Form | undefined, corners: number): string[] => {
    const list = letters(form);
    if (list.length !== corners || new Set(list).size !== corners) throw new Untranslatable(`${form?.name} has ${corners} corners`);
    return area(list) >= 0 ? list : [list[0] as string, ...list.slice(1).reverse()];
  };
  const size = (one: string, other: string): number => Math.hypot(at(one)[0] - at(other)[0], at(one)[1] - at(other)[1]);
  const heading = (from: string, to: string): number => Math.atan2(at(to)[1] - at(from)[1], at(to)[0] - at(from)[0]);
  const turn = (vertex: string, from: string, to: string): number => (((heading(vertex, to) - heading(vertex, from)) * 180) / Math.PI + 720) % 360;
  /** Angle ABC in the sense in which it is less than half a turn. */
  const angle = (form: Form | undefined): string => {
    const list = letters(form);
    let [a = "", b = "", c = ""] = list;
    if (list.length === 1) {
      const [one, other, ...rest] = picture.neighbours.get(a) ?? [];
      if (one === undefined || other === undefined || rest.length > 0) throw new Untranslatable(`angle ${a} is not of two lines`);
      [b, a, c] = [a, one, other];
    } else if (list.length !== 3) throw new Untranslatable("an angle has three points");
    return turn(b, c, a) <= 180 ? a + b + c : c + b + a;
  };
  const circle = (form: Form | undefined): string => letters(form?.name === "Circle" || form?.name === "Cirle" ? (form.children[0] as Form) : form)[0] ?? "";
  /** The arc through the points in the sense in which it is less than half a turn; three points give its way. */
  const arc = (form: Form | undefined): string => {
    const list = letters(form);
    const ends = [list[0] ?? "", list[list.length - 1] ?? ""];
    const center = [...picture.circles].find(([, on]) => ends.every((letter) => on.has(letter)))?.[0];
    if (center === undefined || ends[0] === ends[1]) throw new Untranslatable("an arc has two points of one circle");
    const [start = "", end = ""] = ends;
    const through = list.length === 3 ? (list[1] ?? "") : null;
    const forward = through === null ? turn(center, start, end) <= 180 : turn(center, start, through) <= turn(center, start, end);
    return center + (forward ? start + end : end + start);
  };

  /** `angle 1` of `MeasureOf(angle 1)` and of `MeasureOf(Angle(1))`; null for an angle of letters. */
  const label = (form: Form | undefined): string | null => {
    const match = /^(?:angle )?(\d+)$/i.exec(form?.name === "Angle" && form.children.length === 1 ? (form.children[0]?.name ?? "") : (form?.name ?? ""));
    return match === null ? null : `angle ${match[1]}`;
  };

  const expression = (form: Form): string => {
    const [first, second] = form.children;
    switch (form.name) {
      case "LengthOf":
        if (first?.name === "Line") return `LengthOfLine(${line(first)})`;
        if (first?.name === "Arc") return `LengthOfArc(${arc(first)})`;
        return first === undefined ? cannot(form) : expression(first);
      case "MeasureOf":
        if (label(first) !== null) {
          const named = picture.named.get(label(first) ?? "");
          if (named === undefined) throw new Untranslatable(`${label(first)} is not named in the picture`);
          return `MeasureOfAngle(${named})`;
        }
        if (first?.name === "Angle") return `MeasureOfAngle(${angle(first)})`;
        if (first?.name === "Arc") return `MeasureOfArc(${arc(first)})`;
        return first === undefined ? cannot(form) : expression(first);
      case "AreaOf":
      case "PerimeterOf":
      case "CircumferenceOf": {
        const what = form.name === "AreaOf" ? "Area" : "Perimeter";
        if (first?.name === "Circle" || first?.name === "Cirle") return `${what}OfCircle(${circle(first)})`;
        if (first === undefined || !shapes.has(first.name)) return cannot(form);
        const corners = first.name === "Triangle" ? 3 : 4;
        return `${what}Of${corners === 3 ? "Triangle" : "Quadrilateral"}(${polygon(first, corners).join("")})`;
      }
      case "RadiusOf":
      case "DiameterOf":
        return `${form.name.replace("Of", "OfCircle")}(${circle(first)})`;
      case "SinOf":
      case "CosOf":
      case "TanOf":
        return first === undefined ? cannot(form) : `${form.name.slice(0, 3)}(${first.name === "Angle" ? `MeasureOfAngle(${angle(first)})` : expression(first)})`;
      case "RatioOf":
        return first === undefined || second === undefined ? cannot(form) : `Div(${expression(first)},${expression(second)})`;
      case "SumOf":
      case "Add":
      case "Mul":
        return `${form.name === "Mul" ? "Mul" : "Add"}(${form.children.map(expression).join(",")})`;
      case "HalfOf":
        return first === undefined ? cannot(form) : `Div(${expression(first)},2)`;
      case "Line":
        return `LengthOfLine(${line(form)})`;
      case "Angle":
        return `MeasureOfAngle(${angle(form)})`;
      default:
        if (form.children.length > 0) return cannot(form);
        return algebraOf(form.name);
    }
  };

  const alike = (kind: string, first: Form | undefined, second: Form | undefined): string => {
    const corners = first?.children.length === 3 ? 3 : 4;
    const one = letters(first);
    const other = letters(second);
    if (one.length !== corners || other.length !== corners) throw new Untranslatable("the figures have different numbers of corners");
    const flip = (list: readonly string[]): string[] => [list[0] as string, ...list.slice(1).reverse()];
    const [left, right] = area(one) >= 0 ? [one, other] : [flip(one), flip(other)];
    const mirror = area(right) < 0;
    return `${mirror ? "Mirror" : ""}${kind}Between${corners === 3 ? "Triangle" : "Quadrilateral"}(${left.join("")},${(mirror ? flip(right) : right).join("")})`;
  };
  /** A polygon named from the corner that suits the picture best. */
  const best = (list: readonly string[], misfit: (turned: readonly string[]) => number): string => {
    const turns = list.map((_letter, index) => [...list.slice(index), ...list.slice(0, index)]);
    return turns.reduce((least, candidate) => (misfit(candidate) < misfit(least) ? candidate : least)).join("");
  };
  const unevenness = (one: number, other: number): number => Math.abs(Math.log(one / other));

  const statement = (form: Form): string[] => {
    const [first, second] = form.children;
    switch (form.name) {
      case "Find":
        return first === undefined ? cannot(form) : [`Value(${expression(first)})`];
      case "Equals":
        if (first === undefined || second === undefined) return cannot(form);
        for (const [name, value] of [[second, first], [first, second]] as const) {
          const numbered = name.name === "MeasureOf" ? label(name.children[0]) : null;
          if (numbered === null || value.name !== "MeasureOf" || value.children[0]?.name !== "Angle" || label(value.children[0]) !== null) continue;
          picture.named.set(numbered, angle(value.children[0]));
          return [];
        }
        return [`Equal(${expression(first)},${expression(second)})`];
      case "Perpendicular": {
        const [one, other] = [line(first), line(second)];
        const shared = Array.from(one).find((letter) => other.includes(letter));
        if (shared === undefined) return [`PerpendicularBetweenLine(${one},${other})`];
        const [a, c] = [one.replace(shared, ""), other.replace(shared, "")];
        if (Math.abs(Math.sin((turn(shared, c, a) * Math.PI) / 180)) < LEAST_SINE) throw new Untranslatable("the picture shows no right angle");
        return [turn(shared, c, a) <= 180 ? `PerpendicularBetweenLine(${a}${shared},${c}${shared})` : `PerpendicularBetweenLine(${c}${shared},${a}${shared})`];
      }
      case "Parallel": {
        const [[a = "", b = ""], [c = "", d = ""]] = [line(first), line(second)];
        if (new Set([a, b, c, d]).size < 4) return [`Collinear(${alongLine(at, [...new Set([a, b, c, d])])})`];
        const along = Math.cos(heading(a, b) - heading(c, d)) >= 0 ? c + d : d + c;
        return [area([a, b, c]) < 0 ? `ParallelBetweenLine(${a}${b},${along})` : `ParallelBetweenLine(${along},${a}${b})`];
      }
      case "Parallelogram":
      case "Rectangle":
      case "Square":
      case "Rhombus":
        return [`${form.name}(${polygon(form, 4).join("")})`];
      case "Trapezoid":
        return [`Trapezoid(${best(polygon(form, 4), ([a = "", b = "", c = "", d = ""]) => 1 - Math.cos(heading(a, d) - heading(b, c)))})`];
      case "Kite":
        return [`Kite(${best(polygon(form, 4), ([a = "", b = "", c = "", d = ""]) => unevenness(size(a, b), size(a, d)) + unevenness(size(c, b), size(c, d)))})`];
      case "Triangle":
      case "Quadrilateral":
        return form.children.length < 3 ? [] : [`Polygon(${polygon(form, form.children.length).join("")})`];
      case "Isosceles":
        if (first?.name !== "Triangle") return cannot(form);
        return [`IsoscelesTriangle(${best(polygon(first, 3), ([a = "", b = "", c = ""]) => unevenness(size(a, b), size(a, c)))})`];
      case "Equilateral":
        return [`EquilateralTriangle(${polygon(first, 3).join("")})`];
      case "Regular":
        if (first?.children.length === 3) return [`EquilateralTriangle(${polygon(first, 3).join("")})`];
        return first?.children.length === 4 ? [`Square(${polygon(first, 4).join("")})`] : cannot(form);
      case "Right":
        if (first?.name !== "Triangle") return cannot(form);
        return [`RightTriangle(${best(polygon(first, 3), ([a = "", b = "", c = ""]) => Math.abs(turn(b, c, a) - 90))})`];
      case "RightAngle":
        return [`Equal(MeasureOfAngle(${angle(first)}),90)`];
      case "Similar":
      case "Congruent":
        return [alike(form.name, first, second)];
      case "Tangent": {
        const [one, other] = [line(first), circle(second)];
        const on = picture.circles.get(other) ?? new Set<string>();
        const touch = Array.from(one).find((letter) => on.has(letter));
        if (touch === undefined) throw new Untranslatable("the point of contact has no name");
        return [`IsTangentOfCircle(${one.replace(touch, "")}${touch},${other})`];
      }
      case "IsMidpointOf":
        return [`IsMidpointOfLine(${letters(first).join("")},${line(second)})`];
      case "IsDiameterOf":
        return [`IsDiameterOfCircle(${line(first)},${circle(second)})`];
      case "IsMedianOf":
      case "IsAltitudeOf": {
        const [triangle, own] = [letters(second), line(first)];
        if (triangle.length !== 3) return cannot(form);
        const vertex = Array.from(own).find((letter) => triangle.includes(letter)) ?? "";
        const turned = best(polygon(second, 3), ([head]) => (head === vertex ? 0 : 1));
        return [`${form.name.replace("Of", "OfTriangle")}(${vertex}${own.replace(vertex, "")},${turned})`];
      }
      case "IsIncenterOf":
      case "IsCentroidOf":
      case "IsOrthocenterOf":
        return [`${form.name.replace("Of", "OfTriangle")}(${letters(first).join("")},${polygon(second, 3).join("")})`];
      case "BisectsAngle": {
        const corner = angle(second);
        return [`IsBisectorOfAngle(${corner.charAt(1)}${line(first).replace(corner.charAt(1), "")},${corner})`];
      }
      default:
        return cannot(form);
    }
  };
  return { statement, expression };
}
