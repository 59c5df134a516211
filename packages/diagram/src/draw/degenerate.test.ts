import { InputError } from "@mmgeo/dataset";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseStatement } from "../language/parse.js";
import { composeScene } from "./compose.js";
import { drawSvg } from "./svg.js";

const lines = ["Shape(AB,BC,CA)", "Shape(OAB,BD,DA)", "Collinear(ABD)", "Cocircular(O,ABC)", "Mark(Equal(LengthOfLine(AB),2*x-35))", "Mark(Equal(LengthOfLine(AD),sqrt(3)))", "Mark(Equal(MeasureOfAngle(ABC),60))", "Mark(PerpendicularBetweenLine(AB,CB))", "Mark(Equal(MeasureOfAngle(ABD),MeasureOfAngle(CBA)))", "Mark(ParallelBetweenLine(AB,CD))", "Mark(Equal(LengthOfLine(AB),LengthOfLine(CD)))", "Mark(Equal(MeasureOfArc(OAB),70))", "Mark(Equal(RadiusOfCircle(O),4))", "IsCentreOfCircle(C,O)"].map((text) => parseStatement(text));
// Few values, so that points often coincide or lie on one line.
const coordinate = fc.constantFrom(0, 1, 2, -1, 0.001, 1000);
const position = fc.tuple(coordinate, coordinate);

test("however degenerate the scene, the picture is whole or the error says why", () => {
  fc.assert(
    fc.property(fc.tuple(position, position, position, position), position, fc.constantFrom(0.001, 1, 50), fc.subarray(lines, { minLength: 1 }), ([A, B, C, D], center, radius, statements) => {
      const scene = { points: { A, B, C, D }, circles: { O: { center, radius } }, symbols: { x: 20 } };
      try {
        expect(drawSvg({ scene: composeScene(scene, statements), statements, seed: 1 })).not.toMatch(/NaN|Infinity|undefined/);
      } catch (error) {
        if (!InputError.isInstance(error)) throw error;
      }
    }),
    { numRuns: 400 },
  );
});
