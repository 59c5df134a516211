import { apex, between, cosine, type Family, polar, pythagorean, sine, stepped } from "./sample-sketch.js";

const triangle = ["Shape(AB,BC,CA)"];

/** A line parallel to the base: intercepted lengths. */
const parallelToBase: Family = (random) => {
  const upper = random.integer(2, 9);
  const lower = random.integer(2, 9);
  const unit = random.integer(1, 3);
  const [middle, base] = [upper * unit, (upper + lower) * unit];
  const a = polar(upper + lower, random.integer(45, 85));
  const c: [number, number] = [base, 0];
  const t = upper / (upper + lower);
  const stretch = 0.6 * (upper + lower);
  // Keep the base in proportion to the sides: a unit of 3 would flatten the triangle.
  const fits = base < 2.2 * (upper + lower) && base > stretch;
  const scale = fits ? 1 : (upper + lower) / base;
  const whole = Number.isInteger(middle * scale) ? scale : 1;
  return {
    construction: ["Shape(AD,DE,EA)", "Shape(DB,BC,CE,ED)", "Collinear(ADB)", "Collinear(AEC)"],
    text: ["ParallelBetweenLine(DE,BC)", `Equal(LengthOfLine(AD),${upper})`, `Equal(LengthOfLine(DB),${lower})`, `Equal(LengthOfLine(DE),${middle * whole})`],
    goal: "Value(LengthOfLine(BC))",
    answer: base * whole,
    points: { A: a, B: [0, 0], C: [c[0] * whole, 0], D: between(a, [0, 0], t), E: between(a, [c[0] * whole, 0], t) },
  };
};

const rightTriangle: Family = (random) => {
  const [short, long, hypotenuse] = random.pick(pythagorean);
  const [height, base] = random.chance(0.5) ? [short, long] : [long, short];
  const find = random.pick(["hypotenuse", "height"] as const);
  return {
    construction: triangle,
    text: ["PerpendicularBetweenLine(AB,CB)", `Equal(LengthOfLine(BC),${base})`, find === "hypotenuse" ? `Equal(LengthOfLine(AB),${height})` : `Equal(LengthOfLine(AC),${hypotenuse})`],
    goal: find === "hypotenuse" ? "Value(LengthOfLine(AC))" : "Value(LengthOfLine(AB))",
    answer: find === "hypotenuse" ? hypotenuse : height,
    points: { A: [0, height], B: [0, 0], C: [base, 0] },
  };
};

const isoscelesAngle: Family = (random) => {
  const base = random.integer(32, 78);
  const find = random.pick(["base", "apex"] as const);
  const given = find === "base" ? 180 - 2 * base : base;
  const width = random.integer(4, 14);
  return {
    construction: triangle,
    text: ["Equal(LengthOfLine(AB),LengthOfLine(AC))", find === "base" ? `Equal(MeasureOfAngle(CAB),${given})` : `Equal(MeasureOfAngle(ABC),${given})`],
    goal: find === "base" ? "Value(MeasureOfAngle(BCA))" : "Value(MeasureOfAngle(CAB))",
    answer: find === "base" ? base : 180 - 2 * base,
    points: { A: apex(width, base, base), B: [0, 0], C: [width, 0] },
  };
};

const angleSum: Family = (random) => {
  const beta = random.integer(35, 85);
  const gamma = random.integer(35, Math.min(85, 150 - beta));
  return {
    construction: triangle,
    text: [`Equal(MeasureOfAngle(ABC),${beta})`, `Equal(MeasureOfAngle(BCA),${gamma})`],
    goal: "Value(MeasureOfAngle(CAB))",
    answer: 180 - beta - gamma,
    points: { A: apex(10, beta, gamma), B: [0, 0], C: [10, 0] },
  };
};

const angleAlgebra: Family = (random) => {
  const beta = stepped(random, 40, 70, 5);
  const gamma = stepped(random, 40, 70, 5);
  const alpha = 180 - beta - gamma;
  const factor = random.integer(2, 4);
  const x = random.integer(8, 24);
  const shift = beta - factor * x;
  return {
    construction: triangle,
    text: [`Equal(MeasureOfAngle(ABC),${factor}*x${shift === 0 ? "" : shift > 0 ? `+${shift}` : shift})`, `Equal(MeasureOfAngle(BCA),${gamma})`, `Equal(MeasureOfAngle(CAB),${alpha})`],
    goal: "Value(x)",
    answer: x,
    points: { A: apex(10, beta, gamma), B: [0, 0], C: [10, 0] },
    symbols: { x },
  };
};

const bisector: Family = (random) => {
  const half = random.integer(18, 40);
  const gamma = random.integer(38, 65);
  const a = apex(10, 2 * half, gamma);
  // D is where the bisector from B meets AC.
  const t = 10 / (10 + Math.hypot(a[0], a[1]));
  return {
    construction: ["Shape(AB,BD,DA)", "Shape(DB,BC,CD)", "Collinear(ADC)"],
    text: ["IsBisectorOfAngle(BD,ABC)", random.chance(0.5) ? `Equal(MeasureOfAngle(ABC),${2 * half})` : `Equal(MeasureOfAngle(DBC),${half})`, `Equal(MeasureOfAngle(BCA),${gamma})`],
    goal: "Value(MeasureOfAngle(CAB))",
    answer: 180 - 2 * half - gamma,
    points: { A: a, B: [0, 0], C: [10, 0], D: between([10, 0], a, t) },
  };
};

const median: Family = (random) => {
  const half = random.integer(2, 12);
  const a = apex(2 * half, random.integer(40, 75), random.integer(40, 75));
  return {
    construction: ["Shape(AB,BM,MA)", "Shape(AM,MC,CA)", "Collinear(BMC)"],
    text: ["IsMedianOfTriangle(AM,ABC)", `Equal(LengthOfLine(BM),${half})`],
    goal: "Value(LengthOfLine(BC))",
    answer: 2 * half,
    points: { A: a, B: [0, 0], C: [2 * half, 0], M: [half, 0] },
  };
};

const midsegment: Family = (random) => {
  const middle = random.integer(2, 12);
  const base = 2 * middle;
  const a = apex(base, random.integer(42, 75), random.integer(42, 75));
  const downward = random.chance(0.5);
  return {
    construction: ["Shape(AD,DE,EA)", "Shape(DB,BC,CE,ED)", "Collinear(ADB)", "Collinear(AEC)"],
    text: ["IsMidpointOfLine(D,AB)", "IsMidpointOfLine(E,AC)", downward ? `Equal(LengthOfLine(DE),${middle})` : `Equal(LengthOfLine(BC),${base})`],
    goal: downward ? "Value(LengthOfLine(BC))" : "Value(LengthOfLine(DE))",
    answer: downward ? base : middle,
    points: { A: a, B: [0, 0], C: [base, 0], D: between(a, [0, 0], 0.5), E: between(a, [base, 0], 0.5) },
  };
};

const exteriorAngle: Family = (random) => {
  const beta = random.integer(40, 70);
  const alpha = random.integer(40, 70);
  const a = apex(8, beta, 180 - alpha - beta);
  return {
    construction: ["Shape(AB,BC,CA)", "Shape(AC,CD)", "Collinear(BCD)"],
    text: [`Equal(MeasureOfAngle(ABC),${beta})`, `Equal(MeasureOfAngle(CAB),${alpha})`],
    goal: "Value(MeasureOfAngle(ACD))",
    answer: alpha + beta,
    points: { A: a, B: [0, 0], C: [8, 0], D: [8 + random.real(3, 5), 0] },
  };
};

/** The altitude on the hypotenuse is the geometric mean of its parts. */
const altitudeOnHypotenuse: Family = (random) => {
  const [left, height, right] = random.pick([[4, 6, 9], [1, 2, 4], [2, 4, 8], [3, 6, 12], [9, 12, 16], [4, 8, 16], [8, 12, 18], [5, 10, 20], [2, 6, 18]] as const);
  const find = random.pick(["height", "right"] as const);
  return {
    construction: ["Shape(AB,BD,DA)", "Shape(AD,DC,CA)", "Collinear(BDC)"],
    text: ["PerpendicularBetweenLine(CA,BA)", "PerpendicularBetweenLine(BD,AD)", `Equal(LengthOfLine(BD),${left})`, find === "height" ? `Equal(LengthOfLine(DC),${right})` : `Equal(LengthOfLine(AD),${height})`],
    goal: find === "height" ? "Value(LengthOfLine(AD))" : "Value(LengthOfLine(DC))",
    answer: find === "height" ? height : right,
    points: { A: [left, height], B: [0, 0], C: [left + right, 0], D: [left, 0] },
  };
};

const equilateralPerimeter: Family = (random) => {
  const side = random.integer(3, 40);
  return {
    construction: triangle,
    text: ["EquilateralTriangle(ABC)", `Equal(LengthOfLine(AB),${side})`],
    goal: "Value(PerimeterOfTriangle(ABC))",
    answer: 3 * side,
    points: { A: apex(side, 60, 60), B: [0, 0], C: [side, 0] },
  };
};

/** Two similar triangles on crossing lines. */
const crossing: Family = (random) => {
  const top = random.integer(2, 8);
  const factor = random.pick([2, 1.5]);
  const even = factor === 1.5 ? 2 * top : top;
  // Legs some as long as the short side keep both triangles open; those of factor 1.5 stay whole.
  const leg = factor === 1.5 ? 2 * random.integer(Math.ceil(0.4 * even), Math.ceil(0.7 * even)) : random.integer(Math.ceil(0.8 * even), Math.ceil(1.4 * even));
  const bottom = even * factor;
  const spread = random.integer(55, 80);
  const b = polar(leg, 180 - spread);
  // AB is opposite to DC through E, at the origin.
  const a: [number, number] = [b[0] + even, b[1]];
  return {
    construction: ["Shape(BE,EA,AB)", "Shape(ED,DC,CE)", "Collinear(AED)", "Collinear(BEC)"],
    text: ["ParallelBetweenLine(BA,DC)", `Equal(LengthOfLine(AB),${even})`, `Equal(LengthOfLine(CD),${bottom})`, `Equal(LengthOfLine(BE),${leg})`],
    goal: "Value(LengthOfLine(EC))",
    answer: leg * factor,
    points: { A: a, B: b, E: [0, 0], C: [-b[0] * factor, -b[1] * factor], D: [-a[0] * factor, -a[1] * factor] },
  };
};

const perpendicularBisector: Family = (random) => {
  const half = random.integer(3, 9);
  const height = random.integer(3, 12);
  const length = stepped(random, 4, 30, 1);
  const scale = length / Math.hypot(half, height);
  return {
    construction: ["Shape(CA,AO,OC)", "Shape(CO,OB,BC)", "Collinear(AOB)"],
    text: ["IsPerpendicularBisectorOfLine(CO,AB)", `Equal(LengthOfLine(CA),${length})`],
    goal: "Value(LengthOfLine(CB))",
    answer: length,
    points: { A: [-half * scale, 0], B: [half * scale, 0], O: [0, 0], C: [0, height * scale] },
  };
};

const trigonometry: Family = (random) => {
  const hypotenuse = 2 * random.integer(2, 12);
  const base = hypotenuse * cosine(30);
  return {
    construction: triangle,
    text: ["RightTriangle(ABC)", "Equal(MeasureOfAngle(BCA),30)", `Equal(LengthOfLine(AC),${hypotenuse})`],
    goal: "Value(LengthOfLine(AB))",
    answer: hypotenuse / 2,
    points: { A: [0, hypotenuse * sine(30)], B: [0, 0], C: [base, 0] },
  };
};

export const triangleFamilies: Record<string, Family> = { parallelToBase, rightTriangle, isoscelesAngle, angleSum, angleAlgebra, bisector, median, midsegment, exteriorAngle, altitudeOnHypotenuse, equilateralPerimeter, crossing, perpendicularBisector, trigonometry };
