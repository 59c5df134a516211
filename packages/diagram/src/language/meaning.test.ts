import { describe, expect, it } from "vitest";
import { sameMeaning } from "./meaning.js";
import { parseStatement } from "./parse.js";

const same = (first: string, second: string, reading?: "cdl" | "english") => sameMeaning(parseStatement(first), parseStatement(second), reading);

describe("sameMeaning", () => {
  it.each([
    ["Equal(LengthOfLine(AB),3)", "Equal(LengthOfLine(BA),3)"],
    ["Equal(LengthOfLine(AB),3)", "Equal(3,LengthOfLine(AB))"],
    ["Equal(LengthOfLine(AB),1/2)", "Equal(LengthOfLine(AB),0.5)"],
    ["Equal(LengthOfLine(AB),sqrt(12))", "Equal(LengthOfLine(AB),2*sqrt(3))"],
    ["Equal(Add(LengthOfLine(AB),x),3)", "Equal(Add(x,LengthOfLine(BA)),3)"],
    ["Square(ABCD)", "Square(CDAB)"],
    ["Kite(ABCD)", "Kite(CDAB)"],
    ["ParallelBetweenLine(AB,CD)", "ParallelBetweenLine(DC,BA)"],
    ["PerpendicularBetweenLine(AO,CO)", "Equal(MeasureOfAngle(AOC),90)"],
    ["Collinear(ABC)", "Collinear(CBA)"],
    ["Shape(AB,BC,CA)", "Shape(BC,CA,AB)"],
    ["Cocircular(O,ABC)", "Cocircular(O,BCA)"],
    ["IsMidpointOfLine(M,AB)", "IsMidpointOfLine(M,BA)"],
    ["SimilarBetweenTriangle(ABC,DEF)", "SimilarBetweenTriangle(EFD,BCA)"],
    ["MirrorSimilarBetweenTriangle(ABC,DEF)", "MirrorSimilarBetweenTriangle(BCA,FDE)"],
    ["MirrorSimilarBetweenTriangle(ABC,DEF)", "MirrorSimilarBetweenTriangle(DEF,ABC)"],
    ["MirrorCongruentBetweenQuadrilateral(ABCD,EFGH)", "MirrorCongruentBetweenQuadrilateral(BCDA,HEFG)"],
    ["IsMidsegmentOfQuadrilateral(EF,ABCD)", "IsMidsegmentOfQuadrilateral(FE,CDAB)"],
  ])("%s is %s", (first, second) => {
    expect(same(first, second)).toBe(true);
    expect(same(first, second, "english")).toBe(true);
  });

  it.each([
    ["Equal(MeasureOfAngle(ABC),50)", "Equal(MeasureOfAngle(CBA),50)"],
    ["RightTriangle(ABC)", "RightTriangle(CBA)"],
    ["IsoscelesTriangle(ABC)", "IsoscelesTriangle(ACB)"],
    ["Trapezoid(ABCD)", "Trapezoid(DCBA)"],
    ["ParallelBetweenLine(AB,CD)", "ParallelBetweenLine(CD,AB)"],
    ["PerpendicularBetweenLine(AO,CO)", "PerpendicularBetweenLine(CO,AO)"],
    ["IsBisectorOfAngle(BD,ABC)", "IsBisectorOfAngle(BD,CBA)"],
    ["Equal(MeasureOfArc(OAB),50)", "Equal(MeasureOfArc(OBA),50)"],
    ["MirrorSimilarBetweenTriangle(ABC,DFE)", "SimilarBetweenTriangle(ABC,DEF)"],
  ])("%s is %s to a reader of English only", (first, second) => {
    expect(same(first, second)).toBe(false);
    expect(same(first, second, "english")).toBe(true);
  });

  it.each([
    ["Equal(LengthOfLine(AB),3)", "Equal(LengthOfLine(AC),3)"],
    ["Equal(LengthOfLine(AB),1/3)", "Equal(LengthOfLine(AB),0.333)"],
    ["Equal(MeasureOfAngle(ABC),50)", "Equal(MeasureOfAngle(BAC),50)"],
    ["RightTriangle(ABC)", "RightTriangle(BCA)"],
    ["IsoscelesTriangle(ABC)", "IsoscelesTriangle(BCA)"],
    ["Trapezoid(ABCD)", "Trapezoid(BCDA)"],
    ["Kite(ABCD)", "Kite(BCDA)"],
    ["SimilarBetweenTriangle(ABC,DEF)", "SimilarBetweenTriangle(ABC,EFD)"],
    ["Square(ABCD)", "Rectangle(ABCD)"],
    ["Square(ABCD)", "Square(ACBD)"],
    ["Collinear(ABC)", "Collinear(ACB)"],
  ])("%s is not %s", (first, second) => {
    expect(same(first, second)).toBe(false);
    expect(same(first, second, "english")).toBe(false);
  });
});
