import { formatStatement } from "../language/format.js";
import { namesOf } from "../language/points.js";
import type { Expression, Statement } from "../language/statement.js";

/** The word a sentence about a relation has to have; what is not listed is told by its letters and numbers alone. */
const words: readonly (readonly [name: RegExp, word: RegExp])[] = [
  [/^Parallel/, /parallel|∥/i],
  [/^PerpendicularBetween/, /perpendicular|right angle|⊥|90/i],
  [/^IsPerpendicularBisector/, /perpendicular bisector|perpendicular|bisect/i],
  [/^IsBisector/, /bisect|half|halves/i],
  [/^IsMidpoint|^IsMidsegment/, /mid|bisect|half/i],
  [/^IsMedian/, /median/i],
  [/^IsAltitude/, /altitude|height/i],
  [/Circumcenter/, /circumcent/i],
  [/Incenter/, /incent/i],
  [/Centroid/, /centroid/i],
  [/Orthocenter/, /orthocent/i],
  [/Congruent/, /congruent|≅/i],
  [/Similar/, /similar|∼/i],
  [/^IsDiameter/, /diameter/i],
  [/^IsTangent/, /tangent|touch/i],
  [/^IsCentre/, /cent(re|er)/i],
  [/^IsoscelesRightTriangle/, /isosceles right|right isosceles/i],
  [/^RightTriangle/, /right/i],
  [/^Isosceles/, /isosceles/i],
  [/^EquilateralTriangle/, /equilateral/i],
  [/^Kite/, /kite/i],
  [/^Parallelogram/, /parallelogram/i],
  [/^Rhombus/, /rhombus/i],
  [/^Rectangle/, /rectangle/i],
  [/^Square/, /square/i],
  [/Trapezoid$/, /trapez/i],
];

const relationWords = /parallel|perpendicular|⊥|∥|bisect|midpoint|median|altitude|incent|circumcent|centroid|orthocent|congruent|≅|similar|diameter|tangent|isosceles|equilateral|kite|parallelogram|rhombus|rectangle|square|trapez/gi;

/**
 * Why a sentence does not say the same as its statement as far as labels, numbers and the words of relations tell, or
 * null: every label and number of one is in the other, the relation's word is there, no other relation's is, and nothing
 * is denied.
 */
export function unfaithful(sentence: string, statement: Statement): string | null {
  const { points, circles } = namesOf([statement]);
  const labels = new Set([...points, ...circles]);
  const said = new Set((sentence.match(/(?<![A-Za-z])[A-Z]+(?![a-z])/g) ?? []).flatMap((word) => [...word]).filter((letter, _index, all) => letter !== "A" || labels.has("A") || !/^A\s/.test(sentence) || all.length > 1));
  for (const letter of labels) if (!said.has(letter)) return `it does not name ${letter}`;
  for (const letter of said) if (!labels.has(letter)) return `it names ${letter}`;
  const stated = numbersOf(statement);
  const numbers = new Set((sentence.match(/\d+(?:\.\d+)?/g) ?? []).map(Number));
  for (const number of stated) if (!numbers.has(number) && !(number === 2 && /twice|double|half|squared|²/i.test(sentence))) return `it does not say ${number}`;
  for (const number of numbers) if (!stated.has(number) && !(number === 90 && statement.kind === "relation")) return `it says ${number}`;
  if (/\b(not|no|never|nor|neither|without)\b|n't\b/i.test(sentence)) return "it denies something";
  const name = statement.kind === "relation" ? statement.name : "";
  const own = words.find(([pattern]) => pattern.test(name))?.[1];
  if (own !== undefined && !own.test(sentence)) return `it does not say what ${name} says`;
  const foreign = (sentence.match(relationWords) ?? []).find((word) => (own === undefined || !own.test(word)) && !name.toLowerCase().includes(word.toLowerCase().slice(0, 6)));
  return foreign === undefined ? null : `it says ${JSON.stringify(foreign.toLowerCase())}, which ${formatStatement(statement)} does not`;
}

function numbersOf(statement: Statement): Set<number> {
  const numbers = new Set<number>();
  const visit = (expression: Expression): void => {
    if (expression.kind === "number") numbers.add(expression.value);
    else if (expression.kind === "operation") expression.operands.forEach(visit);
    else if (expression.kind === "negate" || expression.kind === "function") visit(expression.operand);
  };
  if (statement.kind === "equal") {
    visit(statement.left);
    visit(statement.right);
  }
  return numbers;
}
