import { readdirSync, readFileSync } from "node:fs";
import type { Scene } from "@mmgeo/dataset";
import { describe, expect, it } from "vitest";
import { parseExpression, parseStatement } from "../language/parse.js";
import { vocabulary } from "../language/vocabulary.js";
import { checkStatement } from "./check.js";
import { measure } from "./measure.js";

const unit = Math.SQRT1_2;
/** A square ABCD of side 4 with midpoints, centre M, its inscribed circle O, and a 3-4-5 triangle PQR beside it. */
const scene: Scene = {
  points: {
    A: [0, 0], B: [4, 0], C: [4, 4], D: [0, 4],
    E: [2, 0], F: [4, 2], G: [2, 4], H: [0, 2], M: [2, 2],
    K: [2 + 2 * unit, 2 + 2 * unit],
    P: [10, 0], Q: [14, 0], R: [10, 3], S: [12, 1.5],
  },
  circles: { O: { center: [2, 2], radius: 2 } },
  symbols: { x: 20 },
};
const verdict = (text: string, reading?: "cdl" | "english") => checkStatement(parseStatement(text), scene, { reading }).verdict;

describe("measure", () => {
  it.each([
    ["LengthOfLine(AC)", Math.sqrt(32)],
    ["MeasureOfAngle(DAB)", 90],
    ["MeasureOfAngle(BAD)", 270],
    ["MeasureOfArc(OFG)", 90],
    ["MeasureOfArc(OGF)", 270],
    ["LengthOfArc(OFG)", Math.PI],
    ["AreaOfSector(OFG)", Math.PI],
    ["PerimeterOfSector(OFG)", Math.PI + 4],
    ["AreaOfTriangle(PQR)", 6],
    ["PerimeterOfTriangle(PQR)", 12],
    ["HeightOfTriangle(PQR)", 2.4],
    ["AreaOfQuadrilateral(ABCD)", 16],
    ["PerimeterOfQuadrilateral(ABCD)", 16],
    ["HeightOfQuadrilateral(ABCD)", 4],
    ["DiameterOfCircle(O)", 4],
    ["AreaOfCircle(O)", 4 * Math.PI],
    ["RatioOfSimilarTriangle(ABC,EBF)", 2],
    ["RatioOfSimilarArc(OFG,OGF)", 3],
    ["Sin(MeasureOfAngle(DAB))", 1],
    ["Div(LengthOfLine(PQ),LengthOfLine(PR))", 4 / 3],
    ["2*x-35", 5],
    ["acos(1/2)*180/pi", 60],
  ])("%s", (text, value) => {
    expect(measure(parseExpression(text), scene)).toBeCloseTo(value, 10);
  });

  it("is null for what is not drawn", () => {
    expect(measure(parseExpression("LengthOfLine(AZ)"), scene)).toBeNull();
    expect(measure(parseExpression("y"), scene)).toBeNull();
    expect(measure(parseExpression("1/0"), scene)).toBeNull();
  });
});

describe("checkStatement", () => {
  it.each([
    "Shape(AB,BC,CD,DA)", "Shape(ME,OEF,FM)", "Shape(FE,OEF)", "Shape(OEF,OFG,OGH,OHE)", "Shape(AE,EB)", "Collinear(AEB)", "Cocircular(O,EFG)",
    "Point(A)", "Line(AB)", "Circle(O)", "Arc(OEF)", "Polygon(PQR)", "Angle(BAD)",
    "RightTriangle(RPQ)", "IsoscelesTriangle(BCA)", "IsoscelesRightTriangle(BCA)", "Kite(ABCD)", "Parallelogram(ABCD)", "Rhombus(ABCD)", "Rectangle(BCDA)", "Square(ABCD)",
    "Trapezoid(ABCD)", "IsoscelesTrapezoid(ABCD)", "RightTrapezoid(ABCD)",
    "IsMidpointOfLine(E,AB)", "IsMidpointOfArc(K,OFG)", "ParallelBetweenLine(DC,AB)", "PerpendicularBetweenLine(DA,BA)", "PerpendicularBetweenLine(AB,GE)", "IsPerpendicularBisectorOfLine(GE,AB)",
    "IsBisectorOfAngle(AC,DAB)", "IsMedianOfTriangle(CE,CAB)", "IsAltitudeOfTriangle(BM,BCA)", "IsMidsegmentOfTriangle(EF,BAC)", "IsCircumcenterOfTriangle(S,PQR)", "IsIncenterOfQuadrilateral(M,ABCD)",
    "IsOrthocenterOfTriangle(P,PQR)", "IsAltitudeOfQuadrilateral(HF,ABCD)", "IsMidsegmentOfQuadrilateral(EG,ABCD)", "IsCircumcenterOfQuadrilateral(M,ABCD)",
    "CongruentBetweenTriangle(ABC,CDA)", "MirrorCongruentBetweenTriangle(BCA,DAC)", "SimilarBetweenTriangle(EBF,ABC)", "MirrorSimilarBetweenTriangle(BCA,DAC)",
    "CongruentBetweenQuadrilateral(AEMH,EBFM)", "SimilarBetweenQuadrilateral(ABCD,EBFM)", "CongruentBetweenArc(OEF,OFG)", "SimilarBetweenArc(OEF,OGH)",
    "IsDiameterOfCircle(FH,O)", "IsTangentOfCircle(CF,O)", "IsCentreOfCircle(M,O)",
    "Equal(LengthOfLine(AB),4)", "Equal(MeasureOfAngle(DAB),90)", "Equal(Add(LengthOfLine(PQ),LengthOfLine(PR)),7)", "Mark(LengthOfLine(AB))", "Mark(PerpendicularBetweenLine(DA,BA))",
  ])("%s is true", (text) => {
    expect(verdict(text)).toBe("true");
  });

  it.each([
    "Shape(AD,DC,CB,BA)", "Shape(EF,OEF)", "Collinear(ABE)", "Collinear(AEC)", "Cocircular(O,GFE)", "Cocircular(O,EFC)", "RightTriangle(PQR)", "IsoscelesTriangle(PQR)", "EquilateralTriangle(BCA)",
    "IsMidpointOfLine(E,AC)", "ParallelBetweenLine(AB,DC)", "ParallelBetweenLine(AB,CD)", "ParallelBetweenLine(AC,DB)", "PerpendicularBetweenLine(BA,DA)", "PerpendicularBetweenLine(AC,BA)",
    "IsBisectorOfAngle(AF,BAD)", "IsAltitudeOfTriangle(CE,CAB)", "IsCircumcenterOfTriangle(M,PQR)", "IsIncenterOfTriangle(S,PQR)", "IsCentroidOfTriangle(M,ABC)", "SimilarBetweenTriangle(ABC,PQR)", "CongruentBetweenTriangle(EBF,ABC)",
    "IsDiameterOfCircle(EF,O)", "IsTangentOfCircle(AK,O)", "IsCentreOfCircle(E,O)", "Equal(LengthOfLine(AB),5)", "Equal(MeasureOfAngle(BAD),90)", "Equal(Sub(LengthOfLine(AB),LengthOfLine(PQ)),1)",
  ])("%s is false", (text) => {
    expect(verdict(text)).toBe("false");
  });

  it.each(["Equal(LengthOfLine(AB),4.1)", "Equal(MeasureOfAngle(DAB),92)", "Equal(LengthOfLine(AZ),4)", "Equal(LengthOfLine(AB),y)", "Shape(AB,CD,DA)", "Value(LengthOfLine(AB))", "IsTangentOfCircle(CF,N)"])("%s is undecided and says why", (text) => {
    const result = checkStatement(parseStatement(text), scene);
    expect(result.verdict).toBe("undecided");
    expect(result.reason).toBeTruthy();
  });

  it("reads senses as English does when asked", () => {
    for (const text of ["Equal(MeasureOfAngle(BAD),90)", "PerpendicularBetweenLine(BA,DA)", "ParallelBetweenLine(AB,CD)", "Square(DCBA)", "Equal(MeasureOfArc(OGF),90)", "Equal(MeasureOfArc(OGF),270)", "IsBisectorOfAngle(AC,BAD)", "Cocircular(O,GFE)"]) {
      expect([text, verdict(text, "english")]).toEqual([text, "true"]);
    }
    expect(verdict("Equal(MeasureOfAngle(BAD),100)", "english")).toBe("false");
  });

  it("decides every predicate of the vocabulary without throwing", () => {
    const letters = "ABCDEFGH";
    for (const { name, pattern, kind } of vocabulary.values()) {
      if (pattern === null) continue;
      const used = pattern.map((argument) => [...argument].map((letter) => (letter === "O" ? "O" : letters.charAt(letter.charCodeAt(0) % 8))).join(""));
      const call = `${name}(${used.join(",")})`;
      const result = checkStatement(parseStatement(kind === "attribution" ? `Equal(${call},1)` : call), scene);
      expect(result.reason ?? "").not.toContain("cannot be");
    }
  });

  it("shares no code with the solver", () => {
    for (const [folder, other] of [["check", "solve"], ["solve", "check"]] as const) {
      const url = new URL(`../${folder}/`, import.meta.url);
      for (const file of readdirSync(url).filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))) {
        // The solver's last step, verification, is the one place that calls the checker, and only its verdict.
        if (folder === "solve" && file === "solve.ts") continue;
        expect(readFileSync(new URL(file, url), "utf8"), `${folder}/${file}`).not.toMatch(new RegExp(`from "\\.\\./${other}/`));
      }
    }
  });
});
