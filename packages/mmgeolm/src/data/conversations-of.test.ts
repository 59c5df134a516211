import type { DiagramRecord } from "@mmgeo/dataset";
import { describe, expect, it } from "vitest";
import { conversationsOf, letterOf } from "./conversations-of.js";

const scene = { points: { A: [0, 0], B: [6, 0], C: [0, 8], D: [3, 0], E: [0, 4] } as Record<string, [number, number]>, circles: {}, symbols: {} };
const record: DiagramRecord = {
  id: "sample-1",
  image: "images/1.png",
  caption: "D is the midpoint of AB. DE is parallel to BC. AB is 6.",
  claims: ["IsMidpointOfLine(D,AB)", "ParallelBetweenLine(DE,BC)", "Equal(LengthOfLine(AB),6)", "Equal(MeasureOfAngle(BAC),90)", "Unknown(AB)"],
  program: "",
  scene,
  question: { text: "Find the length of BC.", choices: null, answer: "10", goal: "Value(LengthOfLine(BC))" },
  negatives: [
    { kind: "image", image: "images/1-1.png", program: "", scene, edits: [{ class: "relation", from: "", to: "" }], caption: "", claims: ["Equal(LengthOfLine(AB),7)"], falseClaims: ["ParallelBetweenLine(DE,BC)"] },
  ],
  provenance: { source: "", licence: null, seed: 0, generator: "", model: null },
};

describe("conversationsOf", () => {
  const conversations = conversationsOf([record], { imageRoot: "data", perceptionPerRecord: 100 });

  it("asks the problem with four choices and ends in the boxed letter", () => {
    const problem = conversations.find(({ kind }) => kind === "problem");
    expect(problem?.choices).toHaveLength(4);
    expect(problem?.choices?.["ABCD".indexOf(problem.answer ?? "")]).toBe("10");
    expect(problem?.turns[1]?.text).toBe(`DE is parallel to BC. AB is 6. So the answer is 10. \\boxed{${problem?.answer}}`);
    expect(problem?.images).toEqual(["data/images/1.png"]);
  });

  it("asks relations as often where they are false as where they hold", () => {
    const relations = conversations.filter(({ kind }) => kind === "relation");
    expect(relations).toHaveLength(2);
    const right = relations.map(({ choices, answer }) => choices?.["AB".indexOf(answer ?? "")]);
    expect(right.toSorted()).toEqual(["No", "Yes"]);
    expect(relations.map(({ images }) => images[0]).toSorted()).toEqual(["data/images/1-1.png", "data/images/1.png"]);
  });

  it("asks lengths and angles of edited drawings by what is true of those", () => {
    const lengths = conversations.filter(({ kind }) => kind === "length");
    const values = lengths.map(({ images, choices, answer }) => [images[0], choices?.["ABCD".indexOf(answer ?? "")]]);
    expect(values.toSorted()).toEqual([["data/images/1-1.png", "7"], ["data/images/1.png", "6"]]);
    expect(lengths.every(({ choices }) => new Set(choices).size === 4)).toBe(true);
  });

  it("asks for the midpoint's letter", () => {
    const midpoint = conversations.find(({ kind }) => kind === "midpoint");
    expect(midpoint?.turns[0]?.text).toContain("Which point is the midpoint of AB?");
    expect(midpoint?.choices?.["ABCD".indexOf(midpoint.answer ?? "")]).toBe("D");
  });

  it("makes the same questions of the same seed", () => {
    expect(conversationsOf([record], { seed: 3 })).toEqual(conversationsOf([record], { seed: 3 }));
  });
});

describe("letterOf", () => {
  it("takes the choice itself before its letter", () => {
    expect(letterOf("B", ["A", "C", "B", "D"])).toBe("C");
    expect(letterOf("b", ["1", "2"])).toBe("B");
    expect(letterOf("9", ["1", "2"])).toBeNull();
  });
});
