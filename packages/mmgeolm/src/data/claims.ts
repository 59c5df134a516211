/** A claim taken apart as far as questions need: `Equal(LengthOfLine(AB),4)`. */
export type Claim =
  | { kind: "length" | "angle"; name: string; value: string }
  | { kind: "relation"; key: string; question: string; yes: string; no: string }
  | { kind: "midpoint"; point: string; line: string };

/** How a relation between named things is asked and answered, `$1`, `$2` being its arguments. */
const relations: Record<string, { question: string; yes: string; no: string }> = {
  ParallelBetweenLine: { question: "Are $1 and $2 parallel?", yes: "$1 and $2 are parallel.", no: "$1 and $2 are not parallel." },
  PerpendicularBetweenLine: { question: "Are $1 and $2 perpendicular?", yes: "$1 and $2 are perpendicular.", no: "$1 and $2 are not perpendicular." },
  RightTriangle: { question: "Is $1 a right triangle?", yes: "$1 has a right angle.", no: "$1 has no right angle." },
  IsoscelesTriangle: { question: "Is $1 an isosceles triangle?", yes: "$1 has two equal sides.", no: "$1 has no such equal sides." },
  EquilateralTriangle: { question: "Is $1 an equilateral triangle?", yes: "$1 has three equal sides.", no: "$1 has not three equal sides." },
  Parallelogram: { question: "Is $1 a parallelogram?", yes: "$1 is a parallelogram.", no: "$1 is not a parallelogram." },
  Rectangle: { question: "Is $1 a rectangle?", yes: "$1 is a rectangle.", no: "$1 is not a rectangle." },
  Square: { question: "Is $1 a square?", yes: "$1 is a square.", no: "$1 is not a square." },
  Rhombus: { question: "Is $1 a rhombus?", yes: "$1 is a rhombus.", no: "$1 is not a rhombus." },
  Trapezoid: { question: "Is $1 a trapezoid?", yes: "$1 is a trapezoid.", no: "$1 is not a trapezoid." },
  IsDiameterOfCircle: { question: "Is $1 a diameter of circle $2?", yes: "$1 is a diameter of circle $2.", no: "$1 is not a diameter of circle $2." },
  IsTangentOfCircle: { question: "Is $1 tangent to circle $2?", yes: "$1 is tangent to circle $2.", no: "$1 is not tangent to circle $2." },
  IsBisectorOfAngle: { question: "Does $1 bisect angle $2?", yes: "$1 bisects angle $2.", no: "$1 does not bisect angle $2." },
  IsMidpointOfLine: { question: "Is $1 the midpoint of $2?", yes: "$1 is the midpoint of $2.", no: "$1 is not the midpoint of $2." },
};

/** Two measures said to be equal. */
const equalities: Record<string, { question: string; yes: string; no: string }> = {
  LengthOfLine: { question: "Are $1 and $2 equally long?", yes: "$1 and $2 are equally long.", no: "$1 and $2 are not equally long." },
  MeasureOfAngle: { question: "Are angles $1 and $2 equal?", yes: "Angles $1 and $2 are equal.", no: "Angles $1 and $2 are not equal." },
};

function filled(template: string, names: readonly string[]): string {
  return template.replace(/\$(\d)/g, (_, place: string) => names[Number(place) - 1] ?? "");
}

function relation(key: string, words: { question: string; yes: string; no: string }, names: readonly string[]): Claim {
  return { kind: "relation", key, question: filled(words.question, names), yes: filled(words.yes, names), no: filled(words.no, names) };
}

/** What of a claim a question can be made of, most specific first; empty for claims whose words this package does not know. */
export function readClaim(text: string): Claim[] {
  const measured = /^Equal\((LengthOfLine|MeasureOfAngle)\(([A-Z]+)\),(\d+(?:\.\d+)?)\)$/.exec(text);
  if (measured !== null) return [{ kind: measured[1] === "LengthOfLine" ? "length" : "angle", name: measured[2] as string, value: measured[3] as string }];
  const equal = /^Equal\((LengthOfLine|MeasureOfAngle)\(([A-Z]+)\),\1\(([A-Z]+)\)\)$/.exec(text);
  if (equal !== null) return [relation(text, equalities[equal[1] as string] as (typeof equalities)[string], [equal[2] as string, equal[3] as string])];
  const plain = /^(\w+)\(([A-Z]+)(?:,([A-Z]+))?\)$/.exec(text);
  const words = plain === null ? undefined : relations[plain[1] as string];
  if (plain === null || words === undefined) return [];
  const names = [plain[2] as string, plain[3] ?? ""];
  const asRelation = relation(text, words, names);
  return plain[1] === "IsMidpointOfLine" ? [{ kind: "midpoint", point: names[0] as string, line: names[1] as string }, asRelation] : [asRelation];
}
