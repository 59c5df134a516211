import * as fc from "fast-check";
import { expect, test } from "vitest";
import { constantValue } from "../language/constant.js";
import { parseExpression } from "../language/parse.js";
import { problemOfProgram } from "../sources/programs.js";
import { answerProblem } from "./answer-problem.js";
import { closedForm } from "./closed-form.js";

test("recognises the forms of textbooks", () => {
  expect(closedForm(6)).toBe("6");
  expect(closedForm(2.5)).toBe("5/2");
  expect(closedForm((3 * Math.sqrt(3)) / 2)).toBe("3*sqrt(3)/2");
  expect(closedForm(Math.sqrt(12))).toBe("2*sqrt(3)");
  expect(closedForm((4 * Math.PI) / 3)).toBe("4*pi/3");
  expect(closedForm(504 / (17 * Math.PI))).toBe("504/(17*pi)");
  expect(closedForm(2 + Math.sqrt(3))).toBe("2+sqrt(3)");
  expect(closedForm(Math.E)).toBeNull();
  expect(closedForm(Number.NaN)).toBeNull();
});

test("whatever it says has the value it was given", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 2, max: 40 }), (top, bottom, radicand) => {
      const value = (top / bottom) * Math.sqrt(radicand);
      const text = closedForm(value);
      expect(text).not.toBeNull();
      expect(constantValue(parseExpression(text ?? ""))).toBeCloseTo(value, 6);
    }),
  );
});

test("a problem is answered by drawing and measuring it, an open one is not", () => {
  const text = "Shape(AB,BC,CA)\nEquilateralTriangle(ABC)\nEqual(LengthOfLine(AB),3)\nValue(HeightOfTriangle(ABC))";
  expect(answerProblem(problemOfProgram(text, { id: "height" }))).toMatchObject({ ok: true, closedForm: "3*sqrt(3)/2" });
  expect(answerProblem(problemOfProgram("Shape(AB,BC,CA)\nEqual(LengthOfLine(AB),3)\nValue(LengthOfLine(BC))", { id: "open" }))).toMatchObject({ ok: false });
});
