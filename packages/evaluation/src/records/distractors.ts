import { closeTo, numericValue } from "../mathematics/number.js";
import { shuffled, type Random } from "../statistics/random.js";

/** A wrong choice with its value, by which it stands below or above the right one. */
interface Distractor {
  text: string;
  value: number;
}

const wholeNumber = /^-?\d+$/;

/** Neighbouring, doubled, halved and complementary values: what a slip in the reasoning ends with. */
function slipsOf(value: number): number[] {
  const steps = Math.abs(value) >= 20 ? [5, 10, 15, 20, 30] : [1, 2, 3, 4, 6];
  const around = steps.flatMap((step) => [value - step, value + step]);
  return [...around, value * 2, value / 2, value * 1.5, value * 3, 180 - value, 90 - value, 360 - value];
}

function decimalsOf(text: string): number {
  return /\.(\d+)$/.exec(text)?.[1]?.length ?? 0;
}

/** A plain number keeps its form: whole numbers stay whole, two decimals stay two. */
function ofPlainNumber(text: string, value: number): string[] {
  const decimals = decimalsOf(text);
  return slipsOf(value)
    .map((slip) => slip.toFixed(decimals))
    .filter((slip) => (value > 0 ? Number(slip) > 0 : true) && (decimals > 0 || wholeNumber.test(slip)));
}

/** An expression keeps its form: one of its numbers changes, as `14*sqrt(3)` to `12*sqrt(3)` or `14*sqrt(2)`. */
function ofExpression(text: string): string[] {
  return [...text.matchAll(/\d+/g)].flatMap((match) => {
    const number = Number(match[0]);
    const small = number <= 12 ? [number - 2, number - 1, number + 1, number + 2, number * 2] : [number - 10, number - 5, number - 2, number + 2, number + 5, number + 10, number * 2];
    return small.filter((other) => other > 0).map((other) => text.slice(0, match.index) + String(other) + text.slice(match.index + match[0].length));
  });
}

/**
 * Three wrong choices for a numeric answer, written the way it is written, no two of one value, the answer's value among none of them.
 * How many lie below it is drawn first, so that the right choice is no more often in the middle than at an end.
 * Null where the answer has no value or not enough others can be made.
 */
export function numericDistractors(answer: string, random: Random): string[] | null {
  const value = numericValue(answer);
  if (value === null) return null;
  const texts = /^-?\d*\.?\d+$/.test(answer.trim()) ? ofPlainNumber(answer.trim(), value) : ofExpression(answer);
  const distinct: Distractor[] = [];
  for (const text of shuffled([...new Set(texts)], random)) {
    const other = numericValue(text);
    if (other === null || closeTo(other, value, 1e-6) || (value > 0 && other <= 0) || distinct.some((known) => closeTo(known.value, other, 1e-6))) continue;
    distinct.push({ text, value: other });
  }
  const below = distinct.filter((distractor) => distractor.value < value);
  const above = distinct.filter((distractor) => distractor.value > value);
  if (below.length + above.length < 3) return null;
  const wanted = random.below(4);
  const taken = Math.min(below.length, Math.max(wanted, 3 - above.length));
  return [...below.slice(0, taken), ...above.slice(0, 3 - taken)].map(({ text }) => text);
}
