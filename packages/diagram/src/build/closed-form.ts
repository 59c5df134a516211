/** Numbers agree with a closed form within this share: solved drawings hold to ten digits and more. */
const AGREEMENT = 1e-8;
const MAX_DENOMINATOR = 60;
const MAX_RADICAND = 60;

/** `p/q` in lowest terms with a small denominator, or null. */
function fraction(value: number): { top: number; bottom: number } | null {
  for (let bottom = 1; bottom <= MAX_DENOMINATOR; bottom += 1) {
    const top = Math.round(value * bottom);
    if (Math.abs(top) < 1e6 && Math.abs(value * bottom - top) <= AGREEMENT * Math.max(1, Math.abs(top))) return { top, bottom };
  }
  return null;
}

function isSquareFree(number: number): boolean {
  for (let factor = 2; factor * factor <= number; factor += 1) if (number % (factor * factor) === 0) return false;
  return true;
}

/** `3*sqrt(3)/2` from the fraction beside a radical or π. */
function product({ top, bottom }: { top: number; bottom: number }, unit: string): string {
  const numerator = top === 1 ? unit : top === -1 ? `-${unit}` : `${top}*${unit}`;
  return bottom === 1 ? numerator : `${numerator}/${bottom}`;
}

/**
 * A measured number as a textbook would write it, in CDL's notation: a whole number, a fraction, a multiple of a square
 * root or of π, or a sum of a whole number or half and a multiple of a root. Null where none fits; the plainest wins.
 */
export function closedForm(value: number): string | null {
  if (!Number.isFinite(value)) return null;
  const plain = fraction(value);
  if (plain !== null) return plain.bottom === 1 ? String(plain.top) : `${plain.top}/${plain.bottom}`;
  const candidates: { text: string; size: number }[] = [];
  const circle = fraction(value / Math.PI);
  if (circle !== null) candidates.push({ text: product(circle, "pi"), size: Math.abs(circle.top) + circle.bottom });
  const overCircle = fraction(value * Math.PI);
  if (overCircle !== null) candidates.push({ text: `${overCircle.top}/${overCircle.bottom === 1 ? "pi" : `(${overCircle.bottom}*pi)`}`, size: Math.abs(overCircle.top) + overCircle.bottom });
  for (let radicand = 2; radicand <= MAX_RADICAND; radicand += 1) {
    if (!isSquareFree(radicand)) continue;
    const factor = fraction(value / Math.sqrt(radicand));
    if (factor !== null) candidates.push({ text: product(factor, `sqrt(${radicand})`), size: Math.abs(factor.top) + factor.bottom + radicand });
  }
  if (candidates.length === 0) {
    for (let radicand = 2; radicand <= 15; radicand += 1) {
      if (!isSquareFree(radicand)) continue;
      for (let halves = -24; halves <= 80; halves += 1) {
        if (halves === 0) continue;
        const factor = fraction((value - halves / 2) / Math.sqrt(radicand));
        if (factor === null || factor.bottom > 2 || Math.abs(factor.top) > 60) continue;
        const whole = halves % 2 === 0 ? String(halves / 2) : `${halves}/2`;
        candidates.push({ text: factor.top < 0 ? `${whole}${product(factor, `sqrt(${radicand})`)}` : `${whole}+${product(factor, `sqrt(${radicand})`)}`, size: Math.abs(halves) + Math.abs(factor.top) + factor.bottom + radicand });
      }
    }
  }
  return candidates.sort((one, two) => one.size - two.size)[0]?.text ?? null;
}
