/** Relative difference below which two numbers do not look different on a drawing. */
const visibleDifference = 0.1;

const angleSteps = [5, -5, 10, -10, 15, -15, 20, -20, 25, -25, 30, -30, 35, 40, -40, 50, 60];
const lengthSteps = [1, -1, 2, -2, 3, -3, 4, -4, 5, 6, 7, 8, 9, 10, 12];

function decimalsOf(text: string): number {
  const point = text.indexOf(".");
  return point < 0 ? 0 : text.length - point - 1;
}

/** The value of a number as a caption writes it: `12`, `3.50`, `1/2`. */
export function valueOfNumber(text: string): number {
  const [numerator, denominator] = text.split("/");
  return denominator === undefined ? Number(numerator) : Number(numerator) / Number(denominator);
}

function fractionValues(text: string): string[] {
  const [numerator, denominator] = text.split("/") as [string, string];
  const value = valueOfNumber(text);
  const values: string[] = [];
  for (const step of [1, -1, 2, 3, -2, 4, 5]) {
    values.push(`${Number(numerator) + step}/${denominator}`, `${numerator}/${Number(denominator) + step}`);
  }
  return values.filter((candidate) => {
    const other = valueOfNumber(candidate);
    return /^[1-9]/.test(candidate) && !/\/[01]$/.test(candidate) && Number.isFinite(other) && other > 0 && !Number.isInteger(other) && differs(value, other);
  });
}

/** True where two values differ by a visible margin. */
export function differs(first: number, second: number): boolean {
  return Math.abs(first - second) > visibleDifference * Math.max(Math.abs(first), Math.abs(second)) - 1e-12 && first !== second;
}

/**
 * Other numbers that could stand in a caption in the place of this one, written in the same way (as many decimals, a fraction for a
 * fraction) and visibly different in value. Angles stay in their half turn.
 */
export function otherNumbers({ text, angle }: { text: string; angle: boolean }): readonly string[] {
  const key = angle ? `${text}°` : text;
  let values = remembered.get(key);
  if (values === undefined) {
    if (remembered.size >= mostRemembered) remembered.clear();
    values = makeNumbers(text, angle);
    remembered.set(key, values);
  }
  return values;
}

/** Captions use the same few hundred numbers over and over. */
const remembered = new Map<string, readonly string[]>();
const mostRemembered = 10_000;

function makeNumbers(text: string, angle: boolean): string[] {
  if (text.includes("/")) return fractionValues(text);
  const value = Number(text);
  if (!Number.isFinite(value) || value > 1e9) return [];
  const decimals = decimalsOf(text);
  const values = new Set<string>();
  if (angle) {
    const limit = value <= 180 ? 180 : 360;
    for (const step of angleSteps) {
      const candidate = value + step;
      if (candidate <= 0 || candidate >= limit || value > 180 && candidate <= 180 || !differs(value, candidate)) continue;
      values.add(candidate.toFixed(decimals));
    }
    return [...values];
  }
  // Large numbers move by as much of themselves as small ones do.
  const scale = Math.max(1, 10 ** Math.floor(Math.log10(Math.max(value, 1)) - 0.5));
  for (const step of lengthSteps) {
    const candidate = value + step * scale;
    if (candidate <= 0 || !differs(value, candidate)) continue;
    values.add(candidate.toFixed(decimals));
  }
  if (value > 0) values.add((value * 2).toFixed(decimals));
  return [...values].filter((candidate) => differs(value, Number(candidate)));
}
