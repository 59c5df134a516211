import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { maximumCaptionLength, ruleNegativesOfText } from "./rule-negatives-of-text.js";
import { tokenize } from "./tokens.js";

const slow = process.env["MMGEO_SLOW"] === "1";
const negativesOf = (caption: string, count = 60) => ruleNegativesOfText({ id: "caption", caption }, { count, seed: 3 }).negatives;
const editsOf = (caption: string) => negativesOf(caption, 200).flatMap(({ edits }) => edits.map(({ from, to }) => `${from} -> ${to}`));
const classesOf = (caption: string) => [...new Set(negativesOf(caption, 200).flatMap(({ edits }) => edits.map((edit) => edit.class)))].toSorted();

describe("ruleNegativesOfText", () => {
  it("makes all four classes of edit, spread over the caption", () => {
    const caption = "In the diagram, AB ∥ CD, AB=5 and AC=8, triangle ACD is a right triangle, and quadrilateral ABDC is a trapezoid with an area of 12 cm².";
    expect(classesOf(caption)).toEqual(["number", "order", "relation", "shape"]);
    const counts = new Set(negativesOf(caption).map(({ edits }) => edits.length));
    expect([...counts].toSorted()).toEqual([1, 2, 3, 4]);
  });

  it("is the same for the same seed, different for another, and distinct within a caption", () => {
    const caption = "AB=3, ∠ABC=60°, AB∥CD, ABCD is a trapezoid.";
    const first = ruleNegativesOfText({ id: "1", caption }, { count: 10, seed: 1 });
    expect(ruleNegativesOfText({ id: "1", caption }, { count: 10, seed: 1 })).toEqual(first);
    expect(ruleNegativesOfText({ id: "1", caption }, { count: 10, seed: 2 })).not.toEqual(first);
    expect(new Set(first.negatives.map((negative) => negative.caption)).size).toBe(10);
  });

  it("says where each edit is in the negative", () => {
    for (const { caption, edits } of negativesOf("Triangle ABC is an isosceles triangle, AB = AC, ∠BAC = 100°, BC = 12.5 cm, BC ∥ DE.")) {
      for (const { span, to } of edits) expect(caption.slice(span![0], span![1])).toBe(to);
    }
  });

  it("puts the article and the plural right", () => {
    expect(editsOf("Triangle ABC is an isosceles triangle.")).toContain("an isosceles -> a scalene");
    expect(editsOf("Triangle ABC is a right triangle.")).toContain("a right -> an equilateral");
    expect(editsOf("It shows a 7 cm segment.")).toContain("a 7 -> an 8");
    expect(editsOf("The figure shows an 8 cm segment.")).toContain("an 8 -> a 7");
    expect(editsOf("The radii of the circles are 3 and 4.")).toContain("radii -> diameters");
  });

  it.each([
    ["Find the measure of ∠ABC when it is 60°."],
    ["What is the length of AB?"],
    ["If so, then angle ABC = ( )"],
    ["See Figure 3."],
    ["AB ≥ 3 or CD is parallel to EF."],
    ["Triangle ABC is shown."],
    ["∠ABC is shown with segment DE."],
    ["ABCD is a square or a rectangle."],
    ["△ABC is congruent to △DEF or similar to it."],
  ])("has nothing to edit in: %s", (caption) => {
    expect(ruleNegativesOfText({ id: "x", caption }, { count: 5, seed: 1 })).toEqual({ negatives: [], reason: "nothing to edit" });
  });

  it("never weakens: no square to rectangle, congruent to similar, diameter to chord, equilateral to isosceles", () => {
    const edits = editsOf("Square ABCD has side 4. Triangle ABE is an equilateral triangle. △ABC is congruent to △ADC. AB is the diameter of circle O.").join("\n");
    expect(edits).not.toMatch(/-> .*(?:rectangle|rhombus|similar|chord|isosceles(?! right))/);
  });

  it("never reorders without a change of meaning", () => {
    for (const edit of editsOf("ABCD is a rhombus.").filter((edit) => edit.startsWith("ABCD"))) {
      const to = edit.slice("ABCD -> ".length);
      expect("ABCDABCD").not.toContain(to);
      expect("DCBADCBA").not.toContain(to);
    }
    expect(editsOf("AB=5, ∠ABC=30°.").filter((edit) => /[A-Z]/.test(edit))).toEqual([]);
  });

  it("leaves terms alone whose symbol nothing else binds", () => {
    expect(editsOf("AB=x+5, CD=8.")).not.toContain("5 -> 6");
    expect(editsOf("AB=x+5, CD=2*x.").some((edit) => edit.startsWith("5 ->"))).toBe(true);
  });

  it("keeps the room about an equals sign", () => {
    expect(editsOf("AB = AC, ∠1 = ∠2.")).toEqual(expect.arrayContaining(["=  -> = 2", "= -> >"]));
    expect(editsOf("AB=AC.")).toContain("= -> =2");
  });

  it("reads and writes LaTeX", () => {
    expect(editsOf("$AB \\parallel CD$ and $EF \\perp AB$.")).toContain("\\parallel -> \\perp");
    expect(editsOf("In $\\triangle ABC$, $\\angle C = 90^{\\circ}$.").every((edit) => edit.startsWith("90 -> "))).toBe(true);
    for (const { caption } of negativesOf("$AB \\parallel CD$, $AB = 2\\sqrt{3}$ and $\\odot O$ has radius $\\frac{5}{2}$.")) expect(caption.match(/\$/g)).toHaveLength(8);
  });

  it("keeps numbers and their units in agreement", () => {
    expect(editsOf("AB is 1 unit long.")).toContain("1 unit -> 2 units");
    expect(editsOf("AB is 2 units long.").join("\n")).not.toContain("-> 1\n");
    expect(editsOf("It shows a 1 unit segment.")).toContain("1 -> 2");
  });

  it("never puts a number of the caption in another's place, so that no two edits undo each other", () => {
    for (const { caption } of negativesOf("The sides of the triangle are 3, 4 and 6.", 200)) expect([...caption.matchAll(/\d+/g)].map(Number).toSorted((a, b) => a - b)).not.toEqual([3, 4, 6]);
  });

  it.each([
    ["Le triangle ABC est rectangle en A, AB = 5 et AC = 7."],
    ["El triángulo ABC es rectángulo, AB = 5."],
    ["Das Dreieck ABC ist gleichschenklig mit AB = 5."],
    ["Tam giác ABC vuông tại A, AB bằng 5 cm."],
    ["如图，AB=5，AB∥CD。"],
    ["В треугольнике ABC сторона AB равна 5."],
    ["Στο τρίγωνο ABC η πλευρά AB είναι 5."],
  ])("is not English: %s", (caption) => {
    expect(ruleNegativesOfText({ id: "x", caption }, { count: 3, seed: 1 })).toEqual({ negatives: [], reason: "not English" });
  });

  it("takes formulas and telegrams for English", () => {
    for (const caption of ["AB=5, AB∥CD", "Right triangle ABC, legs AC=3, BC=4.", "Isosceles trapezoid ABCD, AD parallel BC, AD=4, BC=10, height 3"]) expect(negativesOf(caption, 3)).toHaveLength(3);
  });

  it("takes a line named a for no article", () => {
    expect(editsOf("Line a is parallel to line b.")).toEqual(["is parallel -> is perpendicular"]);
  });

  it("leaves the abscissa of a curve's point alone", () => {
    expect(editsOf("The parabola y = x^2 - 4x passes through (3, -3).").filter((edit) => edit.startsWith("3 -> ")).length).toBeGreaterThan(0);
    for (const { caption } of negativesOf("The curve passes through the point (2, 5).", 100)) expect(caption).toContain("(2, ");
  });

  it("takes a denial out", () => {
    expect(editsOf("AB is not parallel to CD.")).toEqual(["is not -> is"]);
  });

  it("passes over numbers that say no quantity", () => {
    const edits = editsOf("In Figure 2, ∠1 = 40° and ∠2 = 65°, sin(30°) is one side, AB^2 = 9 cm2, (1) shows the 3rd point O1.").join("\n");
    expect(edits).toMatch(/^40 -> /m);
    expect(edits).toMatch(/^9 -> /m);
    expect(edits).not.toMatch(/^(?:30|3|cm2|O1) -> \d/m);
    expect(edits).not.toMatch(/^(?:1|2) -> (?![12]$)/m);
  });

  it("counts what it cannot do by reason", () => {
    const reason = (caption: string) => ruleNegativesOfText({ id: "x", caption }, { count: 3, seed: 1 }).reason;
    expect(reason("  ")).toBe("empty caption");
    expect(reason("AB=5. ".repeat(20_000))).toBe("caption too long");
    expect(reason("如图所示，三角形ABC中，求y的值。")).toBe("not English");
    expect(reason("The weather is fine.")).toBe("nothing to edit");
    expect(ruleNegativesOfText({ id: "x", caption: "AB is not parallel to CD." }, { count: 3, seed: 1 })).toMatchObject({ negatives: [{}], reason: "fewer distinct negatives than asked for" });
  });

  it.each([["AB=5, "], ["AB=5 "], ["∠ABC=50° "], ["AB ∥ CD and "], ["("], ["1.1"], ["ABCDEFGHIJKL"], ["is parallel to "]])("takes no long time over the longest captions: %s...", (piece) => {
    const caption = piece.repeat(Math.floor(maximumCaptionLength / piece.length));
    const started = performance.now();
    ruleNegativesOfText({ id: "x", caption }, { count: 3, seed: 1 });
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it("holds for any text: no crash, right spans, no label that was absent", () => {
    const piece = fc.oneof(
      fc.constantFrom("AB", "∠ABC", "△ABC", "ABCD", "⊙O", "∥", "⊥", "=", "is", "a", "an", "the", "parallel to", "square", "right triangle", "5", "60°", "3.5", "1/2", "x", "+", ",", ".", "and", "midpoint of", "D", "circle O", "radius", "not", "(", ")", "diameter of", "bisects", "equal to", "?"),
      fc.string({ unit: "grapheme", maxLength: 4 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), fc.boolean(), fc.integer(), (pieces, spaced, seed) => {
        const caption = pieces.join(spaced ? " " : "");
        const points = new Set(tokenize(caption).flatMap((token) => token.points));
        const { negatives } = ruleNegativesOfText({ id: "p", caption }, { count: 5, seed });
        expect(new Set([caption, ...negatives.map((negative) => negative.caption)]).size).toBe(negatives.length + 1);
        for (const negative of negatives) {
          expect(negative.edits.length).toBeGreaterThan(0);
          for (const edit of negative.edits) {
            expect(negative.caption.slice(edit.span![0], edit.span![1])).toBe(edit.to);
            if (edit.class === "order") for (const point of tokenize(edit.to).flatMap((token) => token.points)) expect(points).toContain(point);
          }
        }
      }),
      { numRuns: slow ? 100_000 : 400 },
    );
  }, slow ? 600_000 : 30_000);
});
