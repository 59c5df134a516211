/**
 * The functions of the unknowns that residuals are made of, each with its exact derivative. A term remembers what its
 * last `value` computed; `accumulate` then adds `adjoint` times its gradient into a row (reverse mode).
 */
export interface Term {
  value(x: Float64Array): number;
  accumulate(adjoint: number, x: Float64Array, row: Float64Array): void;
}

/** Where a point's x coordinate stands among the unknowns; y follows. */
export type PointIndex = number;

/** Two points in one place have no direction; the distance is kept from zero by this much (squared) so that derivatives stay finite. */
const TINY = 1e-24;

export function constant(value: number): Term {
  return { value: () => value, accumulate: () => undefined };
}

export function unknown(index: number): Term {
  return {
    value: (x) => x[index] as number,
    accumulate: (adjoint, _x, row) => {
      row[index] = (row[index] as number) + adjoint;
    },
  };
}

export function length(from: PointIndex, to: PointIndex): Term {
  let last = 0;
  return {
    value: (x) => {
      const dx = (x[to] as number) - (x[from] as number);
      const dy = (x[to + 1] as number) - (x[from + 1] as number);
      last = Math.sqrt(dx * dx + dy * dy + TINY);
      return last;
    },
    accumulate: (adjoint, x, row) => {
      const gx = (adjoint * ((x[to] as number) - (x[from] as number))) / last;
      const gy = (adjoint * ((x[to + 1] as number) - (x[from + 1] as number))) / last;
      row[to] = (row[to] as number) + gx;
      row[to + 1] = (row[to + 1] as number) + gy;
      row[from] = (row[from] as number) - gx;
      row[from + 1] = (row[from + 1] as number) - gy;
    },
  };
}

/** A direction from one point to another, counted `coefficient` times. */
export interface Direction {
  from: PointIndex;
  to: PointIndex;
  coefficient: number;
}

function addDirection({ from, to, coefficient }: Direction, adjoint: number, x: Float64Array, row: Float64Array): void {
  const dx = (x[to] as number) - (x[from] as number);
  const dy = (x[to + 1] as number) - (x[from + 1] as number);
  const factor = (adjoint * coefficient) / (dx * dx + dy * dy + TINY);
  row[to] = (row[to] as number) - factor * dy;
  row[to + 1] = (row[to + 1] as number) + factor * dx;
  row[from] = (row[from] as number) + factor * dy;
  row[from + 1] = (row[from + 1] as number) - factor * dx;
}

function directionOf({ from, to }: Direction, x: Float64Array): number {
  return Math.atan2((x[to + 1] as number) - (x[from + 1] as number), (x[to] as number) - (x[from] as number));
}

const FULL = 2 * Math.PI;

function wrap(angle: number): number {
  return angle - FULL * Math.round(angle / FULL);
}

/** A sum of directions plus an offset, radians, brought into [-pi, pi]. Coefficients are whole numbers. */
export function wrappedDirections(parts: readonly Direction[], offset = 0): Term {
  return {
    value: (x) => {
      let sum = offset;
      for (const part of parts) sum += part.coefficient * directionOf(part, x);
      return wrap(sum);
    },
    accumulate: (adjoint, x, row) => {
      for (const part of parts) addDirection(part, adjoint, x, row);
    },
  };
}

/** The turn counter-clockwise from ray vertex-start to ray vertex-end, radians in [0, 2 pi). */
export function turn(vertex: PointIndex, start: PointIndex, end: PointIndex): Term {
  const parts: Direction[] = [
    { from: vertex, to: end, coefficient: 1 },
    { from: vertex, to: start, coefficient: -1 },
  ];
  return {
    value: (x) => {
      const sum = directionOf(parts[0] as Direction, x) - directionOf(parts[1] as Direction, x);
      return sum < 0 ? sum + FULL : sum;
    },
    accumulate: (adjoint, x, row) => {
      for (const part of parts) addDirection(part, adjoint, x, row);
    },
  };
}

/** How far the ray vertex-through is from halving the turn from start to end, radians in [-pi, pi]. */
export function offBisector(vertex: PointIndex, through: PointIndex, start: PointIndex, end: PointIndex): Term {
  const whole = turn(vertex, start, end);
  const part = wrappedDirections([
    { from: vertex, to: through, coefficient: 1 },
    { from: vertex, to: start, coefficient: -1 },
  ]);
  return {
    value: (x) => wrap(part.value(x) - whole.value(x) / 2),
    accumulate: (adjoint, x, row) => {
      part.accumulate(adjoint, x, row);
      whole.accumulate(-adjoint / 2, x, row);
    },
  };
}

/** Twice the signed area of a triangle, positive counter-clockwise. */
export function cross(a: PointIndex, b: PointIndex, c: PointIndex): Term {
  return {
    value: (x) => ((x[b] as number) - (x[a] as number)) * ((x[c + 1] as number) - (x[a + 1] as number)) - ((x[b + 1] as number) - (x[a + 1] as number)) * ((x[c] as number) - (x[a] as number)),
    accumulate: (adjoint, x, row) => {
      const bx = (x[b] as number) - (x[a] as number);
      const by = (x[b + 1] as number) - (x[a + 1] as number);
      const cx = (x[c] as number) - (x[a] as number);
      const cy = (x[c + 1] as number) - (x[a + 1] as number);
      row[b] = (row[b] as number) + adjoint * cy;
      row[b + 1] = (row[b + 1] as number) - adjoint * cx;
      row[c] = (row[c] as number) - adjoint * by;
      row[c + 1] = (row[c + 1] as number) + adjoint * bx;
      row[a] = (row[a] as number) + adjoint * (by - cy);
      row[a + 1] = (row[a + 1] as number) + adjoint * (cx - bx);
    },
  };
}

/** A sum of unknowns with coefficients. */
export function linear(parts: readonly (readonly [index: number, coefficient: number])[]): Term {
  return {
    value: (x) => parts.reduce((sum, [index, coefficient]) => sum + coefficient * (x[index] as number), 0),
    accumulate: (adjoint, _x, row) => {
      for (const [index, coefficient] of parts) row[index] = (row[index] as number) + adjoint * coefficient;
    },
  };
}

export function sum(terms: readonly Term[], coefficients?: readonly number[]): Term {
  const factors = coefficients ?? terms.map(() => 1);
  return {
    value: (x) => {
      let total = 0;
      for (let index = 0; index < terms.length; index += 1) total += (factors[index] as number) * (terms[index] as Term).value(x);
      return total;
    },
    accumulate: (adjoint, x, row) => {
      for (let index = 0; index < terms.length; index += 1) (terms[index] as Term).accumulate(adjoint * (factors[index] as number), x, row);
    },
  };
}

export function scaled(term: Term, factor: number): Term {
  return { value: (x) => factor * term.value(x), accumulate: (adjoint, x, row) => term.accumulate(adjoint * factor, x, row) };
}

export function difference(left: Term, right: Term): Term {
  return sum([left, right], [1, -1]);
}

export function product(left: Term, right: Term): Term {
  let [one, other] = [0, 0];
  return {
    value: (x) => {
      one = left.value(x);
      other = right.value(x);
      return one * other;
    },
    accumulate: (adjoint, x, row) => {
      left.accumulate(adjoint * other, x, row);
      right.accumulate(adjoint * one, x, row);
    },
  };
}

export function quotient(left: Term, right: Term): Term {
  let [one, other] = [0, 1];
  return {
    value: (x) => {
      one = left.value(x);
      other = right.value(x);
      return one / other;
    },
    accumulate: (adjoint, x, row) => {
      left.accumulate(adjoint / other, x, row);
      right.accumulate((-adjoint * one) / (other * other), x, row);
    },
  };
}

/** A function of one term with its derivative. */
export function applied(term: Term, evaluate: (value: number) => number, derivative: (value: number) => number): Term {
  let inner = 0;
  return {
    value: (x) => {
      inner = term.value(x);
      return evaluate(inner);
    },
    accumulate: (adjoint, x, row) => term.accumulate(adjoint * derivative(inner), x, row),
  };
}

export function absolute(term: Term): Term {
  return applied(term, Math.abs, (value) => (value < 0 ? -1 : 1));
}

export function power(base: Term, exponent: Term): Term {
  let [one, other] = [0, 0];
  return {
    value: (x) => {
      one = base.value(x);
      other = exponent.value(x);
      return one ** other;
    },
    accumulate: (adjoint, x, row) => {
      base.accumulate(adjoint * other * one ** (other - 1), x, row);
      if (one > 0) exponent.accumulate(adjoint * one ** other * Math.log(one), x, row);
    },
  };
}
