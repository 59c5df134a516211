import type { Position } from "@mmgeo/dataset";
import { algebraOf, type Form } from "./geometry3k-form.js";
import { alongLine, aroundCentre } from "./alphageometry-translate.js";

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

/** Angles of 70 to 110 degrees in a picture may be meant as right: of 1,170 published ones 1,132 are within 5 degrees, 34 are off by 20 and more and name the wrong lines. */
const LEAST_SINE = 0.94;

const shapes = new Set(["Triangle", "Quadrilateral", "Parallelogram", "Rectangle", "Square", "Rhombus", "Trapezoid", "Kite", "Pentagon", "Hexagon", "Heptagon", "Octagon", "Polygon", "Shape"]);
/** What a figure looks like or is called besides, of which CDL says nothing. */
const wrappers = new Set(["Shaded", "Blue", "Green", "Red", "Point", "Minor"]);
/** Statements that claim nothing a drawing could show beyond what the picture has. */
const silent = new Set(["UseTheorem", "IsDiagonalOf", "IsChordOf", "IsSideOf", "IsLegOf", "IsBaseOf"]);

/** The figure itself: `Shaded(Sector(J,K,L))` and `Regular(Hexagon(…))` inside `AreaOf` are that figure. */
function bare(form: Form | undefined): Form | undefined {
  const [only] = form?.children ?? [];
  return form !== undefined && only !== undefined && form.children.length === 1 && (wrappers.has(form.name) || ((form.name === "Regular" || form.name === "Right" || form.name === "Equilateral" || form.name === "Isosceles") && only.children.length > 0)) ? bare(only) : form;
}

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
    if (form?.name === "Major") {
      const minor = arc(form.children[0]);
      return minor.charAt(0) + minor.charAt(2) + minor.charAt(1);
    }
    const list = letters(bare(form));
    const ends = [list[0] ?? "", list[list.length - 1] ?? ""];
    const center = [...picture.circles].find(([, on]) => ends.every((letter) => on.has(letter)))?.[0];
    if (center === undefined || ends[0] === ends[1]) throw new Untranslatable("an arc has two points of one circle");
    const [start = "", end = ""] = ends;
    const through = list.length === 3 ? (list[1] ?? "") : null;
    const forward = through === null ? turn(center, start, end) <= 180 : turn(center, start, through) <= turn(center, start, end);
    return center + (forward ? start + end : end + start);
  };

  /** Sector(K,J,L) with the centre first, the way round in which it is less than half a turn. */
  const sector = (form: Form): string => {
    const [center = "", start = "", end = ""] = letters(form);
    if (new Set([center, start, end]).size !== 3 || end === "" || !picture.circles.has(center)) throw new Untranslatable("a sector has a circle's centre and two points");
    return center + (turn(center, start, end) <= 180 ? start + end : end + start);
  };

  /** `angle 1` of `MeasureOf(angle 1)` and of `MeasureOf(Angle(1))`; null for an angle of letters. */
  const label = (form: Form | undefined): string | null => {
    const match = /^(?:angle )?(\d+)$/i.exec(form?.name === "Angle" && form.children.length === 1 ? (form.children[0]?.name ?? "") : (form?.name ?? ""));
    return match === null ? null : `angle ${match[1]}`;
  };

  /** Length of a side: the hypotenuse of a triangle is opposite to the corner that the picture shows nearest to a right one. */
  const hypotenuse = (form: Form | undefined): string => {
    const [a = "", b = "", c = ""] = polygon(bare(form), 3);
    const sides = [[a, b, c], [b, c, a], [c, a, b]] as const;
    const [, one, other] = sides.reduce((least, side) => (Math.abs(turn(side[0], side[1], side[2]) - 90) < Math.abs(turn(least[0], least[1], least[2]) - 90) ? side : least));
    return one + other;
  };
  /** The leg of a trapezoid that a point lies on in the picture. */
  const leg = (form: Form | undefined, point: string): string => {
    const corners = polygon(bare(form), 4);
    const sides = corners.map((letter, index) => letter + (corners[(index + 1) % 4] as string));
    const detour = (side: string): number => size(side.charAt(0), point) + size(point, side.charAt(1)) - size(side.charAt(0), side.charAt(1));
    return sides.reduce((least, side) => (detour(side) < detour(least) ? side : least));
  };
  /** Area or perimeter of a polygon of five and more corners, from what CDL has: triangles of a fan, sides. */
  const ofMany = (what: string, corners: readonly string[]): string => {
    const [apex = ""] = corners;
    const parts = what === "Area" ? corners.slice(1, -1).map((letter, index) => `AreaOfTriangle(${apex}${letter}${corners[index + 2] ?? ""})`) : corners.map((letter, index) => `LengthOfLine(${letter}${corners[(index + 1) % corners.length] ?? ""})`);
    return `Add(${parts.join(",")})`;
  };

  const expression = (form: Form): string => {
    const [first, second] = form.children.map((child) => bare(child) ?? child);
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
        if (first?.name === "Arc" || first?.name === "Major") return `MeasureOfArc(${arc(first)})`;
        return first === undefined ? cannot(form) : expression(first);
      case "AreaOf":
      case "PerimeterOf":
      case "CircumferenceOf": {
        const what = form.name === "AreaOf" ? "Area" : "Perimeter";
        if (first?.name === "Circle" || first?.name === "Cirle") return `${what}OfCircle(${circle(first)})`;
        if (first?.name === "Sector" || first?.name === "Sectoe") return `${what}OfSector(${sector(first)})`;
        if (first === undefined || !shapes.has(first.name)) return cannot(form);
        const corners = first.children.length;
        if (corners > 4) return ofMany(what, polygon(first, corners));
        if (corners < 3) return cannot(form);
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
      case "ScaleFactorOf":
        return first === undefined || second === undefined || first.children.length !== second.children.length || first.children.length < 3 ? cannot(form) : `Div(LengthOfLine(${letters(first).slice(0, 2).join("")}),LengthOfLine(${letters(second).slice(0, 2).join("")}))`;
      case "HypotenuseOf":
        return `LengthOfLine(${hypotenuse(first)})`;
      case "SideOf":
        return `LengthOfLine(${letters(first).slice(0, 2).join("")})`;
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
  /** A regular polygon from what CDL has: equal sides and equal angles. */
  const regular = (corners: readonly string[]): string[] => {
    const cornerAt = (index: number): string => corners[(index + corners.length) % corners.length] as string;
    const side = (index: number): string => `LengthOfLine(${cornerAt(index)}${cornerAt(index + 1)})`;
    const angleAt = (index: number): string => `MeasureOfAngle(${cornerAt(index - 1)}${cornerAt(index)}${cornerAt(index + 1)})`;
    return [`Polygon(${corners.join("")})`, ...corners.slice(1).flatMap((_letter, index) => [`Equal(${side(0)},${side(index + 1)})`, `Equal(${angleAt(0)},${angleAt(index + 1)})`])];
  };
  /** The end of a segment that lies on a side in the picture. */
  const endOn = (own: string, side: string): string | undefined => [...own].find((letter) => size(side.charAt(0), letter) + size(letter, side.charAt(1)) < 1.05 * size(side.charAt(0), side.charAt(1)));
  const midsegment = (own: string, corners: readonly string[]): string => {
    for (const [index] of corners.entries()) {
      const [a = "", b = "", c = ""] = [0, 1, 2].map((step) => corners[(index + step) % 3]);
      const [one, other] = [endOn(own, a + b), endOn(own, a + c)];
      if (one !== undefined && other !== undefined && one !== other) return `IsMidsegmentOfTriangle(${one}${other},${a}${b}${c})`;
    }
    throw new Untranslatable("the picture shows its ends on no two sides");
  };
  const midline = (own: string, corners: readonly string[]): string => {
    for (const [index] of corners.entries()) {
      const [a = "", b = "", c = "", d = ""] = [0, 1, 2, 3].map((step) => corners[(index + step) % 4]);
      const [one, other] = [endOn(own, a + b), endOn(own, c + d)];
      if (one !== undefined && other !== undefined) return `IsMidsegmentOfQuadrilateral(${one}${other},${a}${b}${c}${d})`;
    }
    throw new Untranslatable("the picture shows its ends on no two opposite sides");
  };
  const unevenness = (one: number, other: number): number => Math.abs(Math.log(one / other));

  const statement = (form: Form): string[] => {
    const [first, second, third] = form.children;
    if (silent.has(form.name)) return [];
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
        if (first?.children.length === 4) return [`Square(${polygon(first, 4).join("")})`];
        return first !== undefined && shapes.has(first.name) && first.children.length > 4 ? regular(polygon(first, first.children.length)) : cannot(form);
      case "InscribedIn":
      case "CircumscribedTo": {
        const inner = bare(first);
        if (inner === undefined || !shapes.has(inner.name) || inner.children.length < 3) return cannot(form);
        const said = first !== undefined && first !== inner ? statement(first) : [];
        const center = circle(second);
        // A circle touches the sides of what is circumscribed at points that have no names.
        if (form.name === "CircumscribedTo" || !picture.circles.has(center)) return said;
        return [...said, `Cocircular(${center},${aroundCentre(at, at(center), letters(inner))})`];
      }
      case "IsMidsegmentOf":
        return [midsegment(line(first), polygon(second, 3))];
      case "IsPerpendicularBisectorOf": {
        const [[a = "", b = ""], other] = [line(first), line(second)];
        const foot = [a, b].find((letter) => size(other.charAt(0), letter) + size(letter, other.charAt(1)) < 1.05 * size(other.charAt(0), other.charAt(1)));
        if (foot === undefined || other.includes(foot)) throw new Untranslatable("the foot of the bisector has no name");
        const [top, ordered] = [foot === a ? b : a, area([foot === a ? b : a, ...other]) >= 0 ? other : other.charAt(1) + other.charAt(0)];
        return [`IsPerpendicularBisectorOfLine(${top}${foot},${ordered})`];
      }
      case "IntersectAt":
        return third === undefined || first?.name !== "Line" || second?.name !== "Line" ? cannot(form) : [line(first), line(second)].flatMap((own) => {
          const on = [...new Set([...own, ...letters(third)])];
          return on.length === 3 ? [`Collinear(${alongLine(at, on)})`] : [];
        });
      case "IsHypotenuseOf": {
        const [own, corners] = [line(first), polygon(second, 3)];
        const corner = corners.findIndex((letter) => !own.includes(letter));
        const rotated = [...corners.slice(corner), ...corners.slice(0, corner)];
        return [`RightTriangle(${rotated[2] ?? ""}${rotated[0] ?? ""}${rotated[1] ?? ""})`];
      }
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
      case "IsMidpointOf": {
        const point = letters(first).join("");
        return [`IsMidpointOfLine(${point},${second?.name === "LegOf" ? leg(second.children[0], point) : line(second)})`];
      }
      case "IsDiameterOf":
        return [`IsDiameterOfCircle(${line(first)},${circle(second)})`];
      case "IsMedianOf":
      case "IsAltitudeOf": {
        const [triangle, own] = [letters(second), line(first)];
        if (form.name === "IsMedianOf" && triangle.length === 4) return [midline(own, polygon(second, 4))];
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
