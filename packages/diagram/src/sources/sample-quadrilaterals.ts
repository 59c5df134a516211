import { cosine, type Family, polar, pythagorean, sine } from "./sample-sketch.js";

const quadrilateral = ["Shape(AB,BC,CD,DA)"];

const parallelogramAngle: Family = (random) => {
  const alpha = random.integer(42, 80);
  const width = random.integer(6, 14);
  const d = polar(random.integer(4, 9), alpha);
  return {
    construction: quadrilateral,
    text: ["Parallelogram(ABCD)", `Equal(MeasureOfAngle(DAB),${alpha})`],
    goal: "Value(MeasureOfAngle(ABC))",
    answer: 180 - alpha,
    points: { A: [0, 0], B: [width, 0], C: [width + d[0], d[1]], D: d },
  };
};

const parallelogramPerimeter: Family = (random) => {
  const width = random.integer(6, 20);
  const side = random.integer(Math.ceil(width / 3), width - 1);
  const d = polar(side, random.integer(50, 80));
  return {
    construction: quadrilateral,
    text: ["Parallelogram(ABCD)", `Equal(LengthOfLine(AB),${width})`, `Equal(LengthOfLine(BC),${side})`],
    goal: "Value(PerimeterOfQuadrilateral(ABCD))",
    answer: 2 * (width + side),
    points: { A: [0, 0], B: [width, 0], C: [width + d[0], d[1]], D: d },
  };
};

const parallelogramDiagonals: Family = (random) => {
  const half = random.integer(3, 12);
  const angle = random.integer(20, 40);
  const other = half * random.real(0.5, 0.8);
  const [c, b] = [polar(half, angle), polar(other, angle - random.integer(60, 100))];
  return {
    construction: ["Shape(AB,BO,OA)", "Shape(BC,CO,OB)", "Shape(CD,DO,OC)", "Shape(DA,AO,OD)", "Collinear(AOC)", "Collinear(BOD)"],
    text: ["Parallelogram(ABCD)", `Equal(LengthOfLine(AO),${half})`],
    goal: "Value(LengthOfLine(AC))",
    answer: 2 * half,
    points: { A: [-c[0], -c[1]], B: b, C: c, D: [-b[0], -b[1]], O: [0, 0] },
  };
};

const rectangleDiagonal: Family = (random) => {
  const [short, long, diagonal] = random.pick(pythagorean.slice(0, 10));
  const [width, height] = random.chance(0.5) ? [long, short] : [short, long];
  const find = random.pick(["diagonal", "area"] as const);
  return {
    construction: ["Shape(AB,BC,CA)", "Shape(AC,CD,DA)"],
    text: ["Rectangle(ABCD)", `Equal(LengthOfLine(AB),${width})`, find === "diagonal" ? `Equal(LengthOfLine(BC),${height})` : `Equal(LengthOfLine(AC),${diagonal})`],
    goal: find === "diagonal" ? "Value(LengthOfLine(AC))" : "Value(AreaOfQuadrilateral(ABCD))",
    answer: find === "diagonal" ? diagonal : width * height,
    points: { A: [0, 0], B: [width, 0], C: [width, height], D: [0, height] },
  };
};

const rhombusDiagonals: Family = (random) => {
  const [p, q, side] = random.pick(pythagorean.slice(0, 9).filter(([short, long]) => long / short < 2.6));
  const [across, up] = random.chance(0.5) ? [q, p] : [p, q];
  return {
    construction: ["Shape(AB,BO,OA)", "Shape(BC,CO,OB)", "Shape(CD,DO,OC)", "Shape(DA,AO,OD)", "Collinear(AOC)", "Collinear(BOD)"],
    text: ["Rhombus(ABCD)", `Equal(LengthOfLine(AO),${across})`, `Equal(LengthOfLine(BO),${up})`],
    goal: "Value(LengthOfLine(AB))",
    answer: side,
    points: { A: [-across, 0], B: [0, -up], C: [across, 0], D: [0, up], O: [0, 0] },
  };
};

const rhombusAngle: Family = (random) => {
  const half = random.integer(22, 40);
  const side = random.integer(4, 12);
  const [x, y] = polar(side, half);
  return {
    construction: ["Shape(AB,BC,CA)", "Shape(AC,CD,DA)"],
    text: ["Rhombus(ABCD)", `Equal(MeasureOfAngle(CAB),${half})`],
    goal: "Value(MeasureOfAngle(ABC))",
    answer: 180 - 2 * half,
    points: { A: [0, 0], B: [x, -y], C: [2 * x, 0], D: [x, y] },
  };
};

const squareDiagonal: Family = (random) => {
  const side = random.integer(2, 30);
  const find = random.pick(["area", "perimeter", "angle"] as const);
  return {
    construction: ["Shape(AB,BC,CA)", "Shape(AC,CD,DA)"],
    text: ["Square(ABCD)", `Equal(LengthOfLine(AB),${side})`],
    goal: find === "angle" ? "Value(MeasureOfAngle(CAB))" : find === "area" ? "Value(AreaOfQuadrilateral(ABCD))" : "Value(PerimeterOfQuadrilateral(ABCD))",
    answer: find === "angle" ? 45 : find === "area" ? side * side : 4 * side,
    points: { A: [0, 0], B: [side, 0], C: [side, side], D: [0, side] },
  };
};

/** CDL's trapezoid ABCD has the bases AD, here above, and BC. */
const trapezoidMidsegment: Family = (random) => {
  const top = 2 * random.integer(2, 7);
  const bottom = top + 2 * random.integer(2, 6);
  const height = random.integer(5, 10);
  const shift = random.real(0.25, 0.75) * (bottom - top);
  const [a, b, c, d] = [[shift, height], [0, 0], [bottom, 0], [shift + top, height]] as [[number, number], [number, number], [number, number], [number, number]];
  return {
    construction: ["Shape(AE,EF,FD,DA)", "Shape(EB,BC,CF,FE)", "Collinear(AEB)", "Collinear(DFC)"],
    text: ["ParallelBetweenLine(AD,BC)", "IsMidpointOfLine(E,AB)", "IsMidpointOfLine(F,CD)", `Equal(LengthOfLine(AD),${top})`, `Equal(LengthOfLine(BC),${bottom})`],
    goal: "Value(LengthOfLine(EF))",
    answer: (top + bottom) / 2,
    points: { A: a, B: b, C: c, D: d, E: [(a[0] + b[0]) / 2, height / 2], F: [(c[0] + d[0]) / 2, height / 2] },
  };
};

const isoscelesTrapezoid: Family = (random) => {
  const angle = random.integer(50, 75);
  const leg = random.integer(4, 9);
  const top = random.integer(4, 9);
  const run = leg * cosine(angle);
  const height = leg * sine(angle);
  return {
    construction: quadrilateral,
    text: ["IsoscelesTrapezoid(ABCD)", `Equal(MeasureOfAngle(ABC),${angle})`],
    goal: "Value(MeasureOfAngle(DAB))",
    answer: 180 - angle,
    points: { A: [run, height], B: [0, 0], C: [2 * run + top, 0], D: [run + top, height] },
  };
};

/** Two parallel lines cut by a third. */
const transversal: Family = (random) => {
  const angle = random.integer(45, 80);
  const height = 5;
  const shift = height / Math.tan((angle * Math.PI) / 180);
  const same = random.chance(0.5);
  // G and H are where the transversal EF meets AB above and CD below.
  return {
    construction: ["Shape(EG,GA)", "Shape(HG,GB)", "Shape(GH,HC)", "Shape(FH,HD)", "Collinear(AGB)", "Collinear(CHD)", "Collinear(EGHF)"],
    text: ["ParallelBetweenLine(AB,CD)", `Equal(MeasureOfAngle(EGB),${angle})`],
    goal: same ? "Value(MeasureOfAngle(GHD))" : "Value(MeasureOfAngle(CHG))",
    answer: same ? angle : 180 - angle,
    points: { A: [shift - 5, height], G: [shift, height], B: [shift + 5, height], C: [-5, 0], H: [0, 0], D: [5, 0], E: [shift * 1.6, height * 1.6], F: [-shift * 0.6, -height * 0.6] },
  };
};

const kiteAngle: Family = (random) => {
  const top = random.integer(60, 100);
  const bottom = random.integer(40, 58);
  const width = 4;
  return {
    construction: ["Shape(AB,BD,DA)", "Shape(BC,CD,DB)"],
    text: ["Kite(ABCD)", `Equal(MeasureOfAngle(DAB),${top})`, `Equal(MeasureOfAngle(BCD),${bottom})`],
    goal: "Value(MeasureOfAngle(ABC))",
    answer: (360 - top - bottom) / 2,
    points: { A: [0, width / Math.tan((top * Math.PI) / 360)], B: [-width, 0], C: [0, -width / Math.tan((bottom * Math.PI) / 360)], D: [width, 0] },
  };
};

export const quadrilateralFamilies: Record<string, Family> = { parallelogramAngle, parallelogramPerimeter, parallelogramDiagonals, rectangleDiagonal, rhombusDiagonals, rhombusAngle, squareDiagonal, trapezoidMidsegment, isoscelesTrapezoid, transversal, kiteAngle };
