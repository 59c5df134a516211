import { angleName, arcName, circleName, mirrorPartner, triangleName, type Wording } from "./terms.js";

/** One way to say a relation; `a` and `b` are its arguments. */
type Phrase = (a: string, b: string, wording: Wording) => string;

/** `A, B and C` */
export function listed(items: readonly string[]): string {
  return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}

const letters = (text: string): string => listed([...text]);
const at = (text: string, index: number): string => text.charAt(index);
const last = (text: string): string => text.charAt(text.length - 1);
const inner = (text: string): string => text.slice(1, -1);
const ends = (text: string): string => at(text, 0) + last(text);
const triangle = (text: string, wording: Wording): string => triangleName(text, wording);

const quadrilateral = (noun: string): Phrase[] => [(a) => `quadrilateral ${a} is a ${noun}`, (a) => `${a} is a ${noun}`, (a) => `${a} forms a ${noun}`];

function twoTriangles(relation: string, noun: string, sign: string, partner: (text: string) => string): Phrase[] {
  return [
    (a, b, w) => `${triangle(a, w)} is ${relation} to ${triangle(partner(b), w)}`,
    (a, b) => `triangles ${a} and ${partner(b)} are ${relation}`,
    (a, b) => `△${a} ${sign} △${partner(b)}`,
    (a, b, w) => `${triangle(a, w)} and ${triangle(partner(b), w)} are ${noun}`,
  ];
}

function twoQuadrilaterals(relation: string, sign: string, partner: (text: string) => string): Phrase[] {
  return [
    (a, b) => `quadrilateral ${a} is ${relation} to quadrilateral ${partner(b)}`,
    (a, b) => `quadrilaterals ${a} and ${partner(b)} are ${relation}`,
    (a, b) => `${a} ${sign} ${partner(b)}`,
  ];
}

const same = (text: string): string => text;

function centre(noun: string, polygon: (text: string, wording: Wording) => string): Phrase[] {
  return [(a, b, w) => `${a} is the ${noun} of ${polygon(b, w)}`, (a, b, w) => `point ${a} is the ${noun} of ${polygon(b, w)}`, (a, b, w) => `the ${noun} of ${polygon(b, w)} is ${a}`];
}

const fourSided = (text: string): string => `quadrilateral ${text}`;

/** Ways to say each relation of the vocabulary. The sense in which CDL walks a figure is not said: a reader sees it. */
export const relationPhrases: Record<string, readonly Phrase[]> = {
  Collinear: [
    (a) => (a.length === 3 ? `${at(a, 1)} lies on ${ends(a)}` : `${letters(inner(a))} lie on ${ends(a)} in this order from ${at(a, 0)}`),
    (a) => (a.length === 3 ? `point ${at(a, 1)} is on segment ${ends(a)}` : `points ${letters(inner(a))} are on segment ${ends(a)}, in this order from ${at(a, 0)}`),
    (a) => (a.length === 3 ? `${at(a, 1)} is a point of ${ends(a)}` : `points ${letters(a)} are collinear in this order`),
    (a) => (a.length === 3 ? `${letters(a)} are on a line, with ${at(a, 1)} between ${at(a, 0)} and ${last(a)}` : `${letters(a)} lie on a line in this order`),
  ],
  Cocircular: [
    (a, b, w) => (b === "" ? `there is a circle ${a}` : `${letters(b)} ${b.length === 1 ? "lies" : "lie"} on ${circleName(a, w)}`),
    (a, b, w) => (b === "" ? `${a} is a circle` : `${b.length === 1 ? "point" : "points"} ${letters(b)} ${b.length === 1 ? "is" : "are"} on ${circleName(a, w)}`),
    (a, b, w) => (b === "" ? `a circle ${a} is drawn` : `${circleName(a, w)} passes through ${letters(b)}`),
  ],
  RightTriangle: [(a, _, w) => `${triangle(a, w)} is a right triangle with the right angle at ${at(a, 1)}`, (a, _, w) => `${triangle(a, w)} is right-angled at ${at(a, 1)}`, (a, _, w) => `in the right triangle ${a} the right angle is ${angleName(a, w)}`],
  IsoscelesTriangle: [(a, _, w) => `${triangle(a, w)} is isosceles with apex ${at(a, 0)}`, (a, _, w) => `${triangle(a, w)} is an isosceles triangle with equal sides ${a.slice(0, 2)} and ${at(a, 0)}${at(a, 2)}`, (a) => `${a} is an isosceles triangle with apex ${at(a, 0)}`],
  IsoscelesRightTriangle: [(a, _, w) => `${triangle(a, w)} is an isosceles right triangle with the right angle at ${at(a, 0)}`, (a, _, w) => `${triangle(a, w)} is isosceles and right-angled at ${at(a, 0)}`],
  EquilateralTriangle: [(a, _, w) => `${triangle(a, w)} is equilateral`, (a, _, w) => `${triangle(a, w)} is an equilateral triangle`, (a) => `${a} forms an equilateral triangle`],
  Kite: quadrilateral("kite"),
  Parallelogram: quadrilateral("parallelogram"),
  Rhombus: quadrilateral("rhombus"),
  Rectangle: quadrilateral("rectangle"),
  Square: quadrilateral("square"),
  Trapezoid: [(a) => `${a} is a trapezoid with ${at(a, 0)}${at(a, 3)} parallel to ${a.slice(1, 3)}`, (a) => `quadrilateral ${a} is a trapezoid with bases ${at(a, 0)}${at(a, 3)} and ${a.slice(1, 3)}`, (a) => `${a} forms a trapezoid with bases ${at(a, 0)}${at(a, 3)} and ${a.slice(1, 3)}`],
  IsoscelesTrapezoid: [(a) => `${a} is an isosceles trapezoid with bases ${at(a, 0)}${at(a, 3)} and ${a.slice(1, 3)}`, (a) => `quadrilateral ${a} is an isosceles trapezoid with legs ${a.slice(0, 2)} and ${a.slice(2)}`],
  RightTrapezoid: [(a) => `${a} is a right trapezoid with right angles at ${at(a, 0)} and ${at(a, 1)}`, (a) => `quadrilateral ${a} is a trapezoid with right angles at ${at(a, 0)} and ${at(a, 1)}`],
  IsMidpointOfLine: [(a, b) => `${a} is the midpoint of ${b}`, (a, b) => `point ${a} is the midpoint of segment ${b}`, (a, b) => `${a} bisects ${b}`, (a, b) => `the midpoint of ${b} is ${a}`],
  IsMidpointOfArc: [(a, b, w) => `${a} is the midpoint of ${arcName(b, w)}`, (a, b, w) => `${a} bisects ${arcName(b, w)}`],
  ParallelBetweenLine: [(a, b) => `${a} is parallel to ${b}`, (a, b) => `${a} ∥ ${b}`, (a, b) => `lines ${a} and ${b} are parallel`, (a, b) => `segment ${a} is parallel to segment ${b}`],
  PerpendicularBetweenLine: [(a, b) => `${a} is perpendicular to ${b}`, (a, b) => `${a} ⊥ ${b}`, (a, b) => `lines ${a} and ${b} are perpendicular`, (a, b) => `${a} meets ${b} at a right angle`],
  IsPerpendicularBisectorOfLine: [(a, b) => `${a} is the perpendicular bisector of ${b}`, (a, b) => `${a} bisects ${b} at right angles`, (a, b) => `line ${a} is the perpendicular bisector of segment ${b}`],
  IsBisectorOfAngle: [(a, b, w) => `${a} bisects ${angleName(b, w)}`, (a, b, w) => `${a} is the bisector of ${angleName(b, w)}`, (a, b, w) => `line ${a} is the angle bisector of ${angleName(b, w)}`],
  IsMedianOfTriangle: [(a, b, w) => `${a} is a median of ${triangle(b, w)}`, (a, b, w) => `${a} is the median of ${triangle(b, w)} from ${at(a, 0)}`, (a, b, w) => `in ${triangle(b, w)} ${a} is the median to ${b.slice(1)}`],
  IsAltitudeOfTriangle: [(a, b, w) => `${a} is an altitude of ${triangle(b, w)}`, (a, b, w) => `${a} is the altitude of ${triangle(b, w)} from ${at(a, 0)}`, (a, b, w) => `in ${triangle(b, w)} ${a} is the altitude to ${b.slice(1)}`],
  IsMidsegmentOfTriangle: [(a, b, w) => `${a} is a midsegment of ${triangle(b, w)}`, (a, b, w) => `${a} joins the midpoints of ${b.slice(0, 2)} and ${at(b, 0)}${at(b, 2)} in ${triangle(b, w)}`],
  IsCircumcenterOfTriangle: centre("circumcenter", triangle),
  IsIncenterOfTriangle: centre("incenter", triangle),
  IsCentroidOfTriangle: centre("centroid", triangle),
  IsOrthocenterOfTriangle: centre("orthocenter", triangle),
  CongruentBetweenTriangle: twoTriangles("congruent", "congruent triangles", "≅", same),
  MirrorCongruentBetweenTriangle: twoTriangles("congruent", "congruent triangles", "≅", mirrorPartner),
  SimilarBetweenTriangle: twoTriangles("similar", "similar triangles", "∽", same),
  MirrorSimilarBetweenTriangle: twoTriangles("similar", "similar triangles", "∽", mirrorPartner),
  IsAltitudeOfQuadrilateral: [(a, b) => `${a} is an altitude of quadrilateral ${b}`, (a, b) => `${a} is a height of ${b}`],
  IsMidsegmentOfQuadrilateral: [(a, b) => `${a} is the midsegment of quadrilateral ${b}`, (a, b) => `${a} joins the midpoints of ${b.slice(0, 2)} and ${b.slice(2)} in quadrilateral ${b}`],
  IsCircumcenterOfQuadrilateral: centre("circumcenter", fourSided),
  IsIncenterOfQuadrilateral: centre("incenter", fourSided),
  CongruentBetweenQuadrilateral: twoQuadrilaterals("congruent", "≅", same),
  MirrorCongruentBetweenQuadrilateral: twoQuadrilaterals("congruent", "≅", mirrorPartner),
  SimilarBetweenQuadrilateral: twoQuadrilaterals("similar", "∽", same),
  MirrorSimilarBetweenQuadrilateral: twoQuadrilaterals("similar", "∽", mirrorPartner),
  CongruentBetweenArc: [(a, b, w) => `${arcName(a, w)} is congruent to ${arcName(b, w)}`, (a, b, w) => `${arcName(a, w)} and ${arcName(b, w)} are congruent`],
  SimilarBetweenArc: [(a, b, w) => `${arcName(a, w)} is similar to ${arcName(b, w)}`, (a, b, w) => `${arcName(a, w)} and ${arcName(b, w)} are similar`],
  IsDiameterOfCircle: [(a, b, w) => `${a} is a diameter of ${circleName(b, w)}`, (a, b, w) => `${a} is the diameter of ${circleName(b, w)}`, (a, b, w) => `the chord ${a} is a diameter of ${circleName(b, w)}`],
  IsTangentOfCircle: [(a, b, w) => `${a} is tangent to ${circleName(b, w)} at ${at(a, 1)}`, (a, b, w) => `${a} touches ${circleName(b, w)} at ${at(a, 1)}`, (a, b, w) => `line ${a} is a tangent of ${circleName(b, w)} at ${at(a, 1)}`],
  Axes: [(a) => `the coordinate axes have their origin at ${a}`, (a) => `${a} is the origin of the coordinate axes`],
  IsCentreOfCircle: [(a, b, w) => `${a} is the center of ${circleName(b, w)}`, (a, b, w) => `${circleName(b, w)} has center ${a}`, (a, b, w) => `the center of ${circleName(b, w)} is ${a}`],
  Point: [(a) => `${a} is a point`],
  Line: [(a) => `${a} is a segment`, (a) => `segment ${a} is drawn`],
  Arc: [(a, _, w) => `${arcName(a, w)} is drawn`],
  Angle: [(a, _, w) => `${angleName(a, w)} is drawn`],
  Circle: [(a, _, w) => `${circleName(a, w)} is drawn`],
  Polygon: [(a) => `${a} is ${polygonNoun(a.length)}`],
};

export function polygonNoun(sides: number): string {
  return ["", "", "", "a triangle", "a quadrilateral", "a pentagon", "a hexagon", "a heptagon", "an octagon"][sides] ?? `a polygon with ${sides} sides`;
}
