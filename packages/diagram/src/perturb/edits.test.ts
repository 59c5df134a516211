import { expect, test } from "vitest";
import { formatStatement } from "../language/format.js";
import { sameMeaning } from "../language/meaning.js";
import { parseProgram, parseStatement } from "../language/parse.js";
import { namesOf } from "../language/points.js";
import { editContextOf } from "./context.js";
import { editsOf } from "./edits.js";

const program = parseProgram("Shape(AD,DE,EA)\nShape(DB,BC,CE,ED)\nCollinear(ADB)\nCollinear(AEC)\nCocircular(O,AB)").lines.map(({ statement }) => statement);
const context = editContextOf(program);
const textsOf = (text: string, editClass?: string): string[] => editsOf(parseStatement(text), context).filter((edit) => editClass === undefined || edit.class === editClass).map((edit) => formatStatement(edit.to));

test("edits never keep the meaning, never name an absent label", () => {
  for (const text of ["Equal(LengthOfLine(AD),2)", "ParallelBetweenLine(DE,BC)", "Equal(MeasureOfAngle(ABC),60)", "SimilarBetweenTriangle(ADE,ABC)", "IsMidpointOfLine(D,AB)", "RightTriangle(ABC)", "Equal(LengthOfLine(AD),2*x-3)", "Collinear(ADB)"]) {
    const statement = parseStatement(text);
    const edits = editsOf(statement, context);
    expect(edits.length, text).toBeGreaterThan(2);
    for (const { to } of edits) {
      expect(sameMeaning(statement, to, "english"), formatStatement(to)).toBe(false);
      for (const point of namesOf([to]).points) expect("ABCDE").toContain(point);
    }
  }
});

test("all four classes", () => {
  expect(textsOf("RightTriangle(ABC)", "shape")).toContain("EquilateralTriangle(ABC)");
  expect(textsOf("ParallelBetweenLine(DE,BC)", "relation")).toContain("PerpendicularBetweenLine(DE,BC)");
  expect(textsOf("SimilarBetweenTriangle(ADE,ABC)", "relation")).toContain("CongruentBetweenTriangle(ADE,ABC)");
  expect(textsOf("Equal(MeasureOfAngle(ABC),60)", "number")).toContain("Equal(MeasureOfAngle(ABC),80)");
  expect(textsOf("Equal(LengthOfLine(AD),2*sqrt(3))", "number")).toContain("Equal(LengthOfLine(AD),2*sqrt(5))");
  expect(textsOf("Equal(MeasureOfAngle(ABC),60)", "order")).toContain("Equal(MeasureOfAngle(BAC),60)");
  expect(textsOf("Equal(LengthOfLine(AD),2)", "order")).toContain("Equal(LengthOfLine(AB),2)");
});

test("segments that nobody drew are not named", () => {
  expect(textsOf("Equal(LengthOfLine(AD),2)", "order")).not.toContain("Equal(LengthOfLine(CD),2)");
});
