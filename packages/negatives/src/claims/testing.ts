import type { DiagramRecord } from "@mmgeo/dataset";
import { captionOf, parseStatement } from "@mmgeo/diagram";

const claims = ["ParallelBetweenLine(DE,BC)", "Equal(LengthOfLine(AD),2)", "Equal(LengthOfLine(DB),4)", "RightTriangle(ABC)", "Equal(MeasureOfAngle(ABC),90)", "Equal(LengthOfLine(BC),x+1)"];

/** Triangle ABC with its right angle at B, D on AB and E on AC. */
export function rightTriangleRecord({ seed = 4, ...changes }: { seed?: number } & Partial<DiagramRecord> = {}): DiagramRecord {
  return {
    id: "triangle",
    image: "triangle.png",
    caption: captionOf({ claims: (changes.claims ?? claims).map((claim) => parseStatement(claim)), seed }).text,
    claims,
    program: "Shape(AD,DE,EA)\nShape(DB,BC,CE,ED)\nCollinear(ADB)\nCollinear(AEC)",
    scene: { points: { A: [0, 6], B: [0, 0], C: [9, 0], D: [0, 4], E: [3, 4] }, circles: {}, symbols: { x: 8 } },
    question: null,
    negatives: [],
    provenance: { source: "test", licence: null, seed, generator: "test", model: null },
    ...changes,
  };
}
