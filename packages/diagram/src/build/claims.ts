import type { Scene } from "@mmgeo/dataset";
import { checkStatement } from "../check/check.js";
import { isWritable } from "../draw/label-text.js";
import { hasMeasure } from "../caption/terms.js";
import { meaningOf } from "../language/meaning.js";
import type { Expression, Statement } from "../language/statement.js";
import { editContextOf } from "../perturb/context.js";

/** At most so many sentences: longer captions outgrow the encoders' text length. */
const MAX_CLAIMS = 24;

/** How much a caption says: everything stated, only what is marked on the picture, or only how things lie, without numbers. */
export type CaptionDetail = "everything" | "marked" | "structure";

/**
 * What a caption says of a figure: points on lines and circles first, then everything stated, each once and each
 * proven. Where that is nothing, the shapes themselves.
 */
export function claimsOf({ construction, stated, scene, detail = "everything" }: { construction: readonly Statement[]; stated: readonly Statement[]; scene: Scene; detail?: CaptionDetail }): Statement[] {
  const implied = new Set(stated.flatMap(impliedLines));
  const structure = construction.filter((statement) => {
    if (statement.kind !== "relation") return false;
    if (statement.name === "Collinear") return !implied.has(lineKey(statement.arguments[0] ?? ""));
    if (statement.name === "Axes") return true;
    return statement.name === "Cocircular" && statement.arguments.length === 2;
  });
  // A statement about symbols alone, b = 15, is nothing that a picture shows.
  const marked = detail === "marked" ? new Set(markable(construction, stated)) : null;
  const wanted = detail === "structure" ? stated.filter(({ kind }) => kind === "relation") : marked === null ? stated : stated.filter((statement) => marked.has(statement));
  const visible = wanted.filter((statement) => statement.kind === "relation" || (statement.kind === "equal" && (hasMeasure(statement.left) || hasMeasure(statement.right))));
  const candidates = [...structure, ...visible];
  const shapes = construction.filter((statement) => statement.kind === "relation" && statement.name === "Shape" && statement.arguments.length >= 3);
  const seen = new Set<string>();
  const claims: Statement[] = [];
  for (const claim of visible.length === 0 ? [...candidates, ...shapes] : candidates) {
    const meaning = meaningOf(claim, "english");
    if (seen.has(meaning) || claims.length >= MAX_CLAIMS) continue;
    seen.add(meaning);
    if (checkStatement(claim, scene).verdict === "true") claims.push(claim);
  }
  return claims;
}

function lineKey(letters: string): string {
  const reversed = [...letters].reverse().join("");
  return letters < reversed ? letters : reversed;
}

/** Lines that a relation already says: the midpoint of AB lies on AB. */
function impliedLines(statement: Statement): string[] {
  if (statement.kind !== "relation") return [];
  const [first = "", second = ""] = statement.arguments;
  if (statement.name === "IsMidpointOfLine") return [lineKey(second.charAt(0) + first + second.charAt(1))];
  if (statement.name === "IsMedianOfTriangle") return [lineKey(second.charAt(1) + first.charAt(1) + second.charAt(2))];
  if (statement.name === "IsMidsegmentOfTriangle") return [lineKey(second.charAt(0) + first.charAt(0) + second.charAt(1)), lineKey(second.charAt(0) + first.charAt(1) + second.charAt(2))];
  return [];
}

const markedRelations = new Set(["PerpendicularBetweenLine", "ParallelBetweenLine", "IsMidpointOfLine", "IsBisectorOfAngle", "RightTriangle", "IsoscelesTriangle", "IsoscelesRightTriangle", "EquilateralTriangle", "IsPerpendicularBisectorOfLine", "IsAltitudeOfTriangle", "IsMedianOfTriangle"]);
const valued = new Set(["LengthOfLine", "MeasureOfAngle", "MeasureOfArc", "RadiusOfCircle", "DiameterOfCircle"]);

/** The statements a textbook would mark on the figure: values along drawn segments and in angles, squares, ticks, arrows. */
export function markable(construction: readonly Statement[], stated: readonly Statement[]): Statement[] {
  const context = editContextOf([...construction, ...stated]);
  const drawn = (expression: Expression): boolean => expression.kind !== "measure" || expression.name !== "LengthOfLine" || context.isDrawn(expression.arguments[0]?.charAt(0) ?? "", expression.arguments[0]?.charAt(1) ?? "");
  return stated.filter((statement) => {
    if (statement.kind === "relation") return markedRelations.has(statement.name);
    if (statement.kind !== "equal" || !drawn(statement.left) || !drawn(statement.right)) return false;
    const { left, right } = statement;
    if (left.kind === "measure" && right.kind === "measure") return left.name === right.name && (left.name === "LengthOfLine" || left.name === "MeasureOfAngle");
    return (left.kind === "measure" && valued.has(left.name) && isWritable(right)) || (right.kind === "measure" && valued.has(right.name) && isWritable(left));
  });
}
