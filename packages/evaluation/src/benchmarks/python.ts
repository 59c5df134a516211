/** Python's `float(text)`; null where it raises. */
export function pythonFloat(text: string): number | null {
  const bare = text.trim();
  if (/^[+-]?(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:[eE][+-]?\d+)?$/.test(bare)) return Number(bare.replace(/_/g, ""));
  const named = /^([+-]?)(?:inf(?:inity)?|(nan))$/i.exec(bare);
  if (named === null) return null;
  return named[2] === undefined ? (named[1] === "-" ? -Infinity : Infinity) : Number.NaN;
}

/** Python's `round(value, digits)`: a tie goes to the even digit. */
export function pythonRound(value: number, digits: number): number {
  const scaled = value * 10 ** digits;
  // Only halves that a double holds exactly are ties: 0.125, and not 2.675, which is a little less.
  const tie = Math.abs(scaled % 1) === 0.5 && Number.isInteger(value * 2 ** (digits + 1));
  return tie ? (2 * Math.round(scaled / 2)) / 10 ** digits : Number(value.toFixed(Math.max(0, digits)));
}

/** Python's `str(float)` for the sizes that occur in answers. */
export const pythonText = (value: number): string => (Number.isInteger(value) ? `${value}.0` : String(value));
