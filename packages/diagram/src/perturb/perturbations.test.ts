import { expect, test } from "vitest";
import { claimsOf } from "../build/claims.js";
import { checkStatement } from "../check/check.js";
import { formatStatement } from "../language/format.js";
import { sameMeaning } from "../language/meaning.js";
import { parseProgram } from "../language/parse.js";
import { namesOf } from "../language/points.js";
import { sampleFamilies, sampleProblems } from "../sources/sample.js";
import { leastSeparation, perturbations, type PerturbedFigure, type SolvedFigure } from "./perturbations.js";

const figures = sampleProblems({ count: sampleFamilies.length, seed: 21 }).map((problem) => {
  const statementsOf = (lines: readonly string[]) => parseProgram(lines.join("\n")).lines.map(({ statement }) => statement);
  const [construction, stated] = [statementsOf(problem.construction), statementsOf(problem.text)];
  const figure: SolvedFigure = { construction, stated, claims: claimsOf({ construction, stated, scene: problem.start }), scene: problem.start };
  const perturbed: PerturbedFigure[] = [];
  for (const next of perturbations({ figure, seed: 4, count: 8 })) {
    perturbed.push(next);
    if (perturbed.length === 8) break;
  }
  return { family: problem.family, figure, perturbed };
});

test("every family gives enough perturbed figures, of all four classes together", () => {
  const classes = new Set<string>();
  for (const { family, perturbed } of figures) {
    expect(perturbed.length, family).toBe(8);
    for (const { edits } of perturbed) for (const edit of edits) classes.add(edit.class);
  }
  expect([...classes].sort()).toEqual(["number", "order", "relation", "shape"]);
});

test("what a perturbed figure says is true of it, and something of the original is visibly false", () => {
  for (const { family, figure, perturbed } of figures) {
    for (const { construction, stated, claims, scene, falseClaims, edits } of perturbed) {
      for (const statement of [...construction, ...stated, ...claims]) expect(checkStatement(statement, scene).verdict, `${family}: ${formatStatement(statement)}`).toBe("true");
      expect(falseClaims.length).toBeGreaterThan(0);
      for (const claim of falseClaims) {
        expect(figure.claims).toContain(claim);
        expect(checkStatement(claim, scene, { reading: "english" }).verdict).toBe("false");
        expect(claims.some((own) => sameMeaning(own, claim, "english"))).toBe(false);
      }
      for (const { from, to } of edits) expect(sameMeaning(from, to, "english")).toBe(false);
      expect(leastSeparation(scene)).toBeGreaterThan(0.02);
    }
  }
});

test("no label is new and none is lost", () => {
  for (const { figure, perturbed } of figures) {
    const labels = Object.keys(figure.scene.points).sort();
    for (const { scene, construction, stated } of perturbed) {
      expect(Object.keys(scene.points).sort()).toEqual(labels);
      for (const point of namesOf([...construction, ...stated]).points) expect(labels).toContain(point);
    }
  }
});

test("the same seed perturbs the same way", () => {
  const { figure, perturbed } = figures[0] as (typeof figures)[number];
  expect(perturbations({ figure, seed: 4, count: 8 }).next().value).toEqual(perturbed[0]);
});
