import { constantValue } from "../language/constant.js";
import { conicOf, type ConicName, equationOf } from "../language/equation.js";
import { isStatement } from "../language/format.js";
import type { Expression, Statement } from "../language/statement.js";
import { degreesText, hasMeasure, inDegrees, mirrorPartner, termText } from "./terms.js";

type Phrase = (a: string, b: string) => string;
type Pick = <T>(list: readonly T[]) => T;

const arc = (letters: string): string => `⊙${letters.charAt(0)}的弧${letters.slice(1)}`;
const listed = (letters: string): string => [...letters].join("、");
const same = (letters: string): string => letters;
const shape = (noun: string): Phrase[] => [(a) => `四边形${a}是${noun}`, (a) => `${a}为${noun}`];
const centre = (noun: string, polygon: (text: string) => string): Phrase[] => [(a, b) => `${a}是${polygon(b)}的${noun}`, (a, b) => `点${a}为${polygon(b)}的${noun}`];
const two = (prefix: string, relation: string, sign: string, partner: (text: string) => string): Phrase[] => [(a, b) => `${prefix}${a}与${prefix}${partner(b)}${relation}`, (a, b) => `${prefix}${a}${sign}${prefix}${partner(b)}`];
const triangle = (letters: string): string => `△${letters}`;
const quadrilateral = (letters: string): string => `四边形${letters}`;

const relations: Record<string, readonly Phrase[]> = {
  Collinear: [(a) => (a.length === 3 ? `点${a.charAt(1)}在线段${a.charAt(0)}${a.charAt(2)}上` : `点${listed(a)}依次在一条直线上`)],
  Cocircular: [(a, b) => (b === "" ? `图中有圆${a}` : `点${listed(b)}在⊙${a}上`), (a, b) => (b === "" ? `图中有圆${a}` : `⊙${a}经过点${listed(b)}`)],
  RightTriangle: [(a) => `△${a}是直角三角形，${a.charAt(1)}为直角顶点`, (a) => `在△${a}中，∠${a}是直角`],
  IsoscelesTriangle: [(a) => `△${a}是等腰三角形，顶点为${a.charAt(0)}`, (a) => `等腰△${a}的两腰为${a.slice(0, 2)}和${a.charAt(0)}${a.charAt(2)}`],
  IsoscelesRightTriangle: [(a) => `△${a}是等腰直角三角形，${a.charAt(0)}为直角顶点`],
  EquilateralTriangle: [(a) => `△${a}是等边三角形`, (a) => `△${a}为正三角形`],
  Kite: shape("筝形"),
  Parallelogram: shape("平行四边形"),
  Rhombus: shape("菱形"),
  Rectangle: shape("矩形"),
  Square: shape("正方形"),
  Trapezoid: [(a) => `四边形${a}是梯形，${a.charAt(0)}${a.charAt(3)}与${a.slice(1, 3)}为底`],
  IsoscelesTrapezoid: [(a) => `四边形${a}是等腰梯形，${a.charAt(0)}${a.charAt(3)}与${a.slice(1, 3)}为底`],
  RightTrapezoid: [(a) => `四边形${a}是直角梯形，${a.charAt(0)}和${a.charAt(1)}为直角顶点`],
  IsMidpointOfLine: [(a, b) => `${a}是${b}的中点`, (a, b) => `点${a}平分线段${b}`],
  IsMidpointOfArc: [(a, b) => `${a}是${arc(b)}的中点`],
  ParallelBetweenLine: [(a, b) => `${a}平行于${b}`, (a, b) => `${a}∥${b}`],
  PerpendicularBetweenLine: [(a, b) => `${a}垂直于${b}`, (a, b) => `${a}⊥${b}`],
  IsPerpendicularBisectorOfLine: [(a, b) => `${a}是${b}的垂直平分线`, (a, b) => `${a}垂直平分${b}`],
  IsBisectorOfAngle: [(a, b) => `${a}平分∠${b}`, (a, b) => `${a}是∠${b}的平分线`],
  IsMedianOfTriangle: [(a, b) => `${a}是△${b}的中线`],
  IsAltitudeOfTriangle: [(a, b) => `${a}是△${b}的高`],
  IsMidsegmentOfTriangle: [(a, b) => `${a}是△${b}的中位线`],
  IsCircumcenterOfTriangle: centre("外心", triangle),
  IsIncenterOfTriangle: centre("内心", triangle),
  IsCentroidOfTriangle: centre("重心", triangle),
  IsOrthocenterOfTriangle: centre("垂心", triangle),
  CongruentBetweenTriangle: two("△", "全等", "≌", same),
  MirrorCongruentBetweenTriangle: two("△", "全等", "≌", mirrorPartner),
  SimilarBetweenTriangle: two("△", "相似", "∽", same),
  MirrorSimilarBetweenTriangle: two("△", "相似", "∽", mirrorPartner),
  IsAltitudeOfQuadrilateral: [(a, b) => `${a}是四边形${b}的高`],
  IsMidsegmentOfQuadrilateral: [(a, b) => `${a}是四边形${b}的中位线`],
  IsCircumcenterOfQuadrilateral: centre("外心", quadrilateral),
  IsIncenterOfQuadrilateral: centre("内心", quadrilateral),
  CongruentBetweenQuadrilateral: two("四边形", "全等", "≌", same),
  MirrorCongruentBetweenQuadrilateral: two("四边形", "全等", "≌", mirrorPartner),
  SimilarBetweenQuadrilateral: two("四边形", "相似", "∽", same),
  MirrorSimilarBetweenQuadrilateral: two("四边形", "相似", "∽", mirrorPartner),
  CongruentBetweenArc: [(a, b) => `${arc(a)}与${arc(b)}全等`],
  SimilarBetweenArc: [(a, b) => `${arc(a)}与${arc(b)}相似`],
  IsDiameterOfCircle: [(a, b) => `${a}是⊙${b}的直径`, (a, b) => `⊙${b}的直径为${a}`],
  IsTangentOfCircle: [(a, b) => `${a}与⊙${b}相切于点${a.charAt(1)}`, (a, b) => `${a}是⊙${b}的切线，切点为${a.charAt(1)}`],
  Axes: [(a) => `图中有以${a}为原点的坐标系`],
  IsCentreOfCircle: [(a, b) => `${a}是⊙${b}的圆心`, (a, b) => `⊙${b}的圆心为${a}`],
  Point: [(a) => `图中有点${a}`],
  Line: [(a) => `图中有线段${a}`],
  Arc: [(a) => `图中有${arc(a)}`],
  Angle: [(a) => `图中有∠${a}`],
  Circle: [(a) => `图中有⊙${a}`],
  Polygon: [(a) => `${a}是${a.length}边形`],
};

const measures: Record<string, (first: string, second: string) => string> = {
  PerimeterOfTriangle: (a) => `△${a}的周长`,
  AreaOfTriangle: (a) => `△${a}的面积`,
  HeightOfTriangle: (a) => `△${a}在${a.slice(1)}边上的高`,
  PerimeterOfQuadrilateral: (a) => `四边形${a}的周长`,
  AreaOfQuadrilateral: (a) => `四边形${a}的面积`,
  HeightOfQuadrilateral: (a) => `四边形${a}在${a.slice(1, 3)}边上的高`,
  RatioOfSimilarTriangle: (a, b) => `△${a}与△${b}的相似比`,
  RatioOfMirrorSimilarTriangle: (a, b) => `△${a}与△${mirrorPartner(b)}的相似比`,
  RatioOfSimilarQuadrilateral: (a, b) => `四边形${a}与四边形${b}的相似比`,
  RatioOfMirrorSimilarQuadrilateral: (a, b) => `四边形${a}与四边形${mirrorPartner(b)}的相似比`,
  RatioOfSimilarArc: (a, b) => `${arc(b)}与${arc(a)}的比`,
  LengthOfLine: (a) => a,
  MeasureOfAngle: (a) => `∠${a}`,
  LengthOfArc: (a) => `${arc(a)}的长`,
  MeasureOfArc: (a) => `${arc(a)}的度数`,
  RadiusOfCircle: (a) => `⊙${a}的半径`,
  DiameterOfCircle: (a) => `⊙${a}的直径`,
  PerimeterOfCircle: (a) => `⊙${a}的周长`,
  AreaOfCircle: (a) => `⊙${a}的面积`,
  PerimeterOfSector: (a) => `扇形${a.charAt(1)}${a.charAt(0)}${a.charAt(2)}的周长`,
  XCoordinateOfPoint: (a) => `点${a}的横坐标`,
  YCoordinateOfPoint: (a) => `点${a}的纵坐标`,
  AreaOfSector: (a) => `扇形${a.charAt(1)}${a.charAt(0)}${a.charAt(2)}的面积`,
};

function measureText({ name, arguments: [first = "", second = ""] }: Extract<Expression, { kind: "measure" }>): string {
  return measures[name]?.(first, second) ?? name;
}

/** A statement as a clause of Chinese. */
export function chinesePhraseOf(statement: Statement, pick: Pick): string {
  switch (statement.kind) {
    case "relation": {
      const [first = "", second = ""] = statement.arguments;
      const graph = equationOf(statement);
      if (graph !== null) return `${curves[conicOf(graph) ?? "graph"]}${termOf(graph.left)}=${termOf(graph.right)}经过点${listed(graph.points)}`;
      if (statement.name === "Shape") return `图中有由${statement.arguments.map((piece) => (piece.length === 3 ? arc(piece) : piece)).join("、")}围成的图形`;
      return pick(relations[statement.name] ?? [() => statement.arguments.join("、")])(first, second);
    }
    case "equal":
      return equalPhrase(statement.left, statement.right, pick);
    case "value":
      return `求${termOf(statement.expression)}`;
    case "mark":
      return isStatement(statement.target) ? chinesePhraseOf(statement.target, pick) : `标出${termOf(statement.target)}`;
  }
}

const curves: Record<ConicName | "graph", string> = { line: "直线", circle: "圆", ellipse: "椭圆", parabola: "抛物线", hyperbola: "双曲线", graph: "曲线" };
const wording = { symbols: true };

/** Algebra is written as in English; a single measure has a Chinese name. */
function termOf(expression: Expression): string {
  return expression.kind === "measure" ? measureText(expression) : termText(expression, { ...wording, measure: measureText });
}

function equalPhrase(left: Expression, right: Expression, pick: Pick): string {
  if (!hasMeasure(left) && hasMeasure(right)) return equalPhrase(right, left, pick);
  const value = inDegrees(left) && !hasMeasure(right) ? degreesText(right, wording) : termOf(right);
  const subject = left.kind === "measure" && left.name === "MeasureOfAngle" && (constantValue(right) ?? 0) > 180 ? `优角${left.arguments[0] ?? ""}` : termOf(left);
  const signs = [`${subject}=${value}`, `${subject}等于${value}`];
  return pick(left.kind === "measure" && left.name === "LengthOfLine" && !hasMeasure(right) ? [...signs, `${subject}的长为${value}`] : signs);
}
