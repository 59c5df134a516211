import { type Family, polar, pythagorean, sine, tangent } from "./sample-sketch.js";

const origin: [number, number] = [0, 0];
const centre = "IsCentreOfCircle(O,O)";

const inscribedAngle: Family = (random) => {
  const inscribed = random.integer(25, 65);
  const radius = 5;
  const middle = 270;
  const [a, b, c] = [polar(radius, middle - inscribed), polar(radius, middle + inscribed), polar(radius, 90 + random.integer(-25, 25))];
  const find = random.pick(["inscribed", "central"] as const);
  return {
    construction: ["Shape(CA,AO,OB,BC)", "Cocircular(O,ABC)"],
    text: [centre, find === "inscribed" ? `Equal(MeasureOfAngle(BOA),${2 * inscribed})` : `Equal(MeasureOfAngle(BCA),${inscribed})`],
    goal: find === "inscribed" ? "Value(MeasureOfAngle(BCA))" : "Value(MeasureOfAngle(BOA))",
    answer: find === "inscribed" ? inscribed : 2 * inscribed,
    points: { O: origin, A: a, B: b, C: c },
    circles: { O: { center: origin, radius } },
  };
};

/** An angle in a semicircle is right. */
const diameterAngle: Family = (random) => {
  const alpha = random.integer(25, 65);
  const radius = 5;
  return {
    construction: ["Shape(AO,OB,BC,CA)", "Collinear(AOB)", "Cocircular(O,ABC)"],
    text: [centre, "IsDiameterOfCircle(AB,O)", `Equal(MeasureOfAngle(CAB),${alpha})`],
    goal: "Value(MeasureOfAngle(ABC))",
    answer: 90 - alpha,
    points: { O: origin, A: [-radius, 0], B: [radius, 0], C: polar(radius, 2 * alpha) },
    circles: { O: { center: origin, radius } },
  };
};

const tangentLength: Family = (random) => {
  const [short, long, hypotenuse] = random.pick(pythagorean.slice(0, 10).filter(([one, two]) => two / one < 2.5));
  const [radius, length] = random.chance(0.5) ? [short, long] : [long, short];
  const find = random.pick(["length", "distance"] as const);
  return {
    construction: ["Shape(OA,AP,PO)", "Cocircular(O,A)"],
    text: [centre, "IsTangentOfCircle(PA,O)", `Equal(LengthOfLine(OA),${radius})`, find === "length" ? `Equal(LengthOfLine(OP),${hypotenuse})` : `Equal(LengthOfLine(PA),${length})`],
    goal: find === "length" ? "Value(LengthOfLine(PA))" : "Value(LengthOfLine(OP))",
    answer: find === "length" ? length : hypotenuse,
    points: { O: origin, A: [0, -radius], P: [length, -radius] },
    circles: { O: { center: origin, radius } },
  };
};

const tangentAngle: Family = (random) => {
  const angle = random.integer(28, 62);
  const radius = 5;
  return {
    construction: ["Shape(OA,AP,PO)", "Cocircular(O,A)"],
    text: [centre, "IsTangentOfCircle(PA,O)", `Equal(MeasureOfAngle(APO),${angle})`],
    goal: "Value(MeasureOfAngle(POA))",
    answer: 90 - angle,
    points: { O: origin, A: [0, -radius], P: [radius / tangent(angle), -radius] },
    circles: { O: { center: origin, radius } },
  };
};

const twoTangents: Family = (random) => {
  const half = random.integer(18, 40);
  const radius = 4;
  const distance = radius / sine(half);
  const [a, b] = [polar(radius, 90 - half), polar(radius, half - 90)];
  return {
    construction: ["Shape(OB,BP,PA,AO)", "Cocircular(O,AB)"],
    text: [centre, "IsTangentOfCircle(PA,O)", "IsTangentOfCircle(PB,O)", `Equal(MeasureOfAngle(BPA),${2 * half})`],
    goal: "Value(MeasureOfAngle(AOB))",
    answer: 180 - 2 * half,
    points: { O: origin, A: a, B: b, P: [distance, 0] },
    circles: { O: { center: origin, radius } },
  };
};

/** The radius through the middle of a chord. */
const chord: Family = (random) => {
  const [short, long, radius] = random.pick(pythagorean.slice(0, 10).filter(([one, two]) => two / one < 2.5));
  const [half, distance] = random.chance(0.5) ? [short, long] : [long, short];
  return {
    construction: ["Shape(OA,AM,MO)", "Shape(OM,MB)", "Collinear(AMB)", "Cocircular(O,AB)"],
    text: [centre, "PerpendicularBetweenLine(AM,OM)", `Equal(LengthOfLine(OA),${radius})`, `Equal(LengthOfLine(OM),${distance})`],
    goal: "Value(LengthOfLine(AB))",
    answer: 2 * half,
    points: { O: origin, A: [-half, -distance], M: [0, -distance], B: [half, -distance] },
    circles: { O: { center: origin, radius } },
  };
};

/** Opposite angles of a quadrilateral in a circle add up to 180 degrees. */
const cyclicQuadrilateral: Family = (random) => {
  const radius = 5;
  const [one, two, three] = [random.integer(55, 100), random.integer(55, 100), random.integer(55, 100)];
  const start = random.integer(0, 359);
  const directions = [start, start + one, start + one + two, start + one + two + three];
  // The inscribed angle at A stands on the arc from B to D that A is not on.
  const doubled = two + three;
  const whole = doubled % 2 === 0 ? doubled : doubled + 1;
  const last = directions[3] as number;
  const [a, b, c, d] = [directions[0], directions[1], directions[2], last + whole - doubled].map((angle) => polar(radius, angle as number)) as [[number, number], [number, number], [number, number], [number, number]];
  return {
    construction: ["Shape(AB,BC,CD,DA)", "Cocircular(O,ABCD)"],
    text: [`Equal(MeasureOfAngle(DAB),${whole / 2})`],
    goal: "Value(MeasureOfAngle(BCD))",
    answer: 180 - whole / 2,
    points: { A: a, B: b, C: c, D: d },
    circles: { O: { center: origin, radius } },
  };
};

const equalChords: Family = (random) => {
  const angle = random.integer(40, 75);
  const radius = 5;
  const gap = random.integer(12, Math.min(60, 165 - 2 * angle));
  const [a, b, c, d] = [polar(radius, 180 - gap / 2 - angle), polar(radius, 180 - gap / 2), polar(radius, gap / 2), polar(radius, gap / 2 + angle)].map(([x, y]) => [-y, x] as [number, number]) as [[number, number], [number, number], [number, number], [number, number]];
  return {
    construction: ["Shape(OA,AB,BO)", "Shape(OC,CD,DO)", "Cocircular(O,ABCD)"],
    text: [centre, "Equal(LengthOfLine(AB),LengthOfLine(CD))", `Equal(MeasureOfAngle(BOA),${angle})`],
    goal: "Value(MeasureOfAngle(DOC))",
    answer: angle,
    points: { O: origin, A: a, B: b, C: c, D: d },
    circles: { O: { center: origin, radius } },
  };
};

const sector: Family = (random) => {
  const angle = random.integer(50, 150);
  const radius = random.integer(3, 12);
  const [a, b] = [polar(radius, 90 - angle / 2), polar(radius, 90 + angle / 2)];
  return {
    construction: ["Shape(OAB,BO,OA)", "Cocircular(O,AB)"],
    text: [centre, `Equal(LengthOfLine(OA),${radius})`, `Equal(MeasureOfAngle(BOA),${angle})`],
    goal: "Value(MeasureOfArc(OAB))",
    answer: angle,
    points: { O: origin, A: a, B: b },
    circles: { O: { center: origin, radius } },
  };
};

const chordTriangle: Family = (random) => {
  const base = random.integer(28, 68);
  const radius = random.integer(3, 12);
  const [a, b] = [polar(radius, 270 - (90 - base)), polar(radius, 270 + (90 - base))];
  return {
    construction: ["Shape(OA,AB,BO)", "Cocircular(O,AB)"],
    text: [centre, `Equal(LengthOfLine(OA),${radius})`, `Equal(MeasureOfAngle(OAB),${base})`],
    goal: "Value(MeasureOfAngle(BOA))",
    answer: 180 - 2 * base,
    points: { O: origin, A: a, B: b },
    circles: { O: { center: origin, radius } },
  };
};

export const circleFamilies: Record<string, Family> = { inscribedAngle, diameterAngle, tangentLength, tangentAngle, twoTangents, chord, cyclicQuadrilateral, equalChords, sector, chordTriangle };
