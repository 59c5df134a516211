import { constantValue } from "../language/constant.js";
import { conicOf, type Equation, equationOf } from "../language/equation.js";
import { isStatement } from "../language/format.js";
import type { Expression, Statement } from "../language/statement.js";
import type { SeededRandom } from "../seeded-random.js";
import { listed, polygonNoun, relationPhrases } from "./relations.js";
import { angleName, arcName, degreesText, hasMeasure, inDegrees, termText, type Wording } from "./terms.js";

/** A statement as a clause of English, without a capital at its beginning or a full stop. */
export function phraseOf(statement: Statement, random: SeededRandom): string {
  const wording: Wording = { symbols: random.chance(0.5) };
  const choice = random.real();
  const pick = <T>(list: readonly T[]): T => list[Math.floor(choice * list.length)] as T;
  switch (statement.kind) {
    case "relation": {
      const graph = equationOf(statement);
      if (graph !== null) return graphPhrase(graph, wording, pick);
      if (statement.name === "Shape") return shapePhrase(statement.arguments, wording, pick);
      const phrases = relationPhrases[statement.name];
      const [first = "", second = ""] = statement.arguments;
      return phrases === undefined ? `${statement.name} holds of ${listed(statement.arguments)}` : pick(phrases)(first, second, wording);
    }
    case "equal":
      return equalPhrase(statement.left, statement.right, wording, pick);
    case "value":
      return `${termText(statement.expression, wording)} is asked for`;
    case "mark":
      return isStatement(statement.target) ? phraseOf(statement.target, random) : `${termText(statement.target, wording)} is marked`;
  }
}

function graphPhrase(equation: Equation, wording: Wording, pick: Pick): string {
  const curve = conicOf(equation);
  const text = `${termText(equation.left, wording)} = ${termText(equation.right, wording)}`;
  const points = listed([...equation.points]);
  const noun = curve === null ? "graph of" : curve;
  const passes = [`the ${noun} ${text} passes through ${points}`, `${points} ${equation.points.length === 1 ? "lies" : "lie"} on the ${noun} ${text}`];
  return pick(passes);
}

type Pick = <T>(list: readonly T[]) => T;

function shapePhrase(pieces: readonly string[], wording: Wording, pick: Pick): string {
  const [only = ""] = pieces;
  if (pieces.length === 1) return only.length === 1 ? `${only} is drawn` : only.length === 2 ? `segment ${only} is drawn` : `${arcName(only, wording)} is drawn`;
  const segments = pieces.every((piece) => piece.length === 2);
  const joined = pieces.every((piece, index) => piece.charAt(1) === pieces[(index + 1) % pieces.length]?.charAt(0));
  const corners = pieces.map((piece) => piece.charAt(0)).join("");
  if (segments && joined && pieces.length >= 3) return pick([`${corners} is ${polygonNoun(pieces.length)}`, `segments ${listed(pieces)} form ${polygonNoun(pieces.length)}`]);
  if (segments && pieces.length === 2) return pick([`segments ${pieces[0]} and ${pieces[1]} are drawn`, `${pieces[0]} and ${pieces[1]} meet`]);
  return `${listed(pieces.map((piece) => (piece.length === 3 ? arcName(piece, wording) : piece)))} enclose a region`;
}

function equalPhrase(left: Expression, right: Expression, wording: Wording, pick: Pick): string {
  if (!hasMeasure(left) && hasMeasure(right)) return equalPhrase(right, left, wording, pick);
  if (left.kind === "measure" && !hasMeasure(right)) return valuePhrase(left, right, wording, pick);
  const [one, two] = [termText(left, wording), termText(right, wording)];
  if (left.kind === "measure" && right.kind === "measure") return measuresPhrase(left, right, wording, pick);
  if (left.kind === "operation" && left.operator === "divide" && !hasMeasure(right)) {
    const [top, bottom] = left.operands.map((operand) => termText(operand, wording));
    return pick([`the ratio of ${top} to ${bottom} is ${two}`, `${one} = ${two}`, `${top} : ${bottom} is ${two}`]);
  }
  if (left.kind === "measure" && right.kind === "operation" && right.operator === "multiply" && right.operands.length === 2) {
    const factor = right.operands.find((operand) => constantValue(operand) !== null);
    const other = right.operands.find((operand) => operand !== factor);
    if (factor !== undefined && other !== undefined) {
      const times = constantValue(factor) === 2 ? "twice" : `${termText(factor, wording)} times`;
      return pick([`${one} is ${times} ${termText(other, wording)}`, `${one} = ${termText(factor, wording)} × ${termText(other, wording)}`]);
    }
  }
  const value = inDegrees(left) && !hasMeasure(right) ? degreesText(right, wording) : two;
  return pick([`${one} = ${value}`, `${one} equals ${value}`]);
}

function valuePhrase(left: Extract<Expression, { kind: "measure" }>, right: Expression, wording: Wording, pick: Pick): string {
  const name = left.arguments[0] ?? "";
  const number = termText(right, wording);
  switch (left.name) {
    case "LengthOfLine":
      return pick([`${name} is ${number}`, `${name} = ${number}`, `the length of ${name} is ${number}`, `segment ${name} has length ${number}`, `${name} is ${number} long`]);
    case "MeasureOfAngle": {
      const degrees = degreesText(right, wording);
      const reflex = (constantValue(right) ?? 0) > 180 ? "the reflex " : "";
      const angle = reflex === "" ? angleName(name, wording) : `${reflex}angle ${name}`;
      return pick([`${angle} is ${degrees}`, `${angle} = ${degrees}`, `${angle} measures ${degrees}`, `the measure of ${angle} is ${degrees}`]);
    }
    case "MeasureOfArc": {
      const degrees = degreesText(right, wording);
      return pick([`${arcName(name, wording)} is ${degrees}`, `${arcName(name, wording)} measures ${degrees}`, `the measure of ${arcName(name, wording)} is ${degrees}`]);
    }
    default: {
      const subject = termText(left, wording);
      return pick([`${subject} is ${number}`, `${subject} equals ${number}`]);
    }
  }
}

function measuresPhrase(left: Extract<Expression, { kind: "measure" }>, right: Extract<Expression, { kind: "measure" }>, wording: Wording, pick: Pick): string {
  const [one, two] = [termText(left, wording), termText(right, wording)];
  const pair = `${left.arguments[0] ?? ""} and ${right.arguments[0] ?? ""}`;
  if (left.name === "LengthOfLine" && right.name === "LengthOfLine") return pick([`${one} equals ${two}`, `${one} = ${two}`, `${pair} are equal in length`, `segments ${pair} are equal`]);
  if (left.name === "MeasureOfAngle" && right.name === "MeasureOfAngle") return pick([`${one} equals ${two}`, `${one} = ${two}`, `angles ${pair} are equal`]);
  return pick([`${one} equals ${two}`, `${one} is equal to ${two}`]);
}
