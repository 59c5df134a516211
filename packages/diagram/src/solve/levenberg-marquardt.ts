import type { Term } from "./term.js";

/** `weight * term` should be zero, or, for an inequality, `term` should be at least `atLeast`. */
export interface Residual {
  term: Term;
  weight: number;
  /** for an inequality: the least value; below it the gap is the residual, above it there is none */
  atLeast?: number;
}

export interface FitOptions {
  maxIterations: number;
  /** Stop when half the sum of squares is below this. */
  target: number;
  /** Unknowns to move; all when absent. */
  free?: readonly number[];
}

export interface Fit {
  cost: number;
  iterations: number;
}

function residualValue({ term, weight, atLeast }: Residual, x: Float64Array): number {
  const value = term.value(x);
  if (atLeast === undefined) return weight * value;
  return value >= atLeast ? 0 : weight * (atLeast - value);
}

/** Half the sum of squared residuals; infinite where one is not a number. */
export function costOf(residuals: readonly Residual[], x: Float64Array): number {
  let sum = 0;
  for (const residual of residuals) {
    const value = residualValue(residual, x);
    sum += value * value;
  }
  return Number.isFinite(sum) ? sum / 2 : Number.POSITIVE_INFINITY;
}

/**
 * Minimises half the sum of squared residuals from `x`, in place, by Levenberg-Marquardt with Marquardt's scaling and
 * Nielsen's damping (Madsen, Nielsen, Tingleff: Methods for non-linear least squares problems, 2004, algorithm 3.16).
 */
export function fit(residuals: readonly Residual[], x: Float64Array, { maxIterations, target, free }: FitOptions): Fit {
  const columns = free ?? Array.from(x, (_value, index) => index);
  const n = columns.length;
  const normal = new Float64Array(n * n);
  const damped = new Float64Array(n * n);
  const gradient = new Float64Array(n);
  const step = new Float64Array(n);
  const row = new Float64Array(x.length);
  const trial = Float64Array.from(x);
  const support = new Int32Array(n);
  let damping = 1e-3;
  let growth = 2;
  let cost = costOf(residuals, x);
  let iterations = 0;
  if (n === 0 || !Number.isFinite(cost)) return { cost, iterations };

  while (iterations < maxIterations && cost > target) {
    normal.fill(0);
    gradient.fill(0);
    for (const residual of residuals) {
      const value = residualValue(residual, x);
      if (residual.atLeast !== undefined && value === 0) continue;
      row.fill(0);
      residual.term.accumulate(residual.atLeast === undefined ? residual.weight : -residual.weight, x, row);
      let used = 0;
      for (let index = 0; index < n; index += 1) {
        if (row[columns[index] as number] !== 0) {
          support[used] = index;
          used += 1;
        }
      }
      for (let a = 0; a < used; a += 1) {
        const i = support[a] as number;
        const left = row[columns[i] as number] as number;
        gradient[i] = (gradient[i] as number) + left * value;
        for (let b = 0; b <= a; b += 1) {
          const j = support[b] as number;
          normal[i * n + j] = (normal[i * n + j] as number) + left * (row[columns[j] as number] as number);
        }
      }
    }
    let largest = 0;
    for (let i = 0; i < n; i += 1) largest = Math.max(largest, normal[i * n + i] as number);
    if (!(largest > 0) || !Number.isFinite(largest)) break;

    let accepted = false;
    while (!accepted && iterations < maxIterations) {
      iterations += 1;
      damped.set(normal);
      // The floor keeps unknowns that no residual touches where they are.
      for (let i = 0; i < n; i += 1) damped[i * n + i] = (normal[i * n + i] as number) * (1 + damping) + 1e-12 * largest;
      if (!choleskySolve(damped, gradient, step, n)) {
        damping *= growth;
        growth *= 2;
        if (damping > 1e12) return { cost, iterations };
        continue;
      }
      let predicted = 0;
      for (let i = 0; i < n; i += 1) {
        const delta = -(step[i] as number);
        const column = columns[i] as number;
        trial[column] = (x[column] as number) + delta;
        predicted += 0.5 * delta * (damping * (normal[i * n + i] as number) * delta - (gradient[i] as number));
      }
      const next = costOf(residuals, trial);
      const gain = predicted > 0 ? (cost - next) / predicted : -1;
      if (next < cost && gain > 0) {
        const relative = (cost - next) / cost;
        for (const column of columns) x[column] = trial[column] as number;
        cost = next;
        damping = Math.max(1e-14, damping * Math.max(1 / 3, 1 - (2 * gain - 1) ** 3));
        growth = 2;
        accepted = true;
        if (relative < 1e-9 && cost > target) return { cost, iterations };
      } else {
        damping *= growth;
        growth *= 2;
        if (damping > 1e12) return { cost, iterations };
      }
    }
  }
  return { cost, iterations };
}

/** Solves `matrix * result = right` for a symmetric positive definite matrix given by its lower triangle, which is overwritten. False where it is not positive definite. */
function choleskySolve(matrix: Float64Array, right: Float64Array, result: Float64Array, n: number): boolean {
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j <= i; j += 1) {
      let sum = matrix[i * n + j] as number;
      for (let k = 0; k < j; k += 1) sum -= (matrix[i * n + k] as number) * (matrix[j * n + k] as number);
      if (i === j) {
        if (!(sum > 0)) return false;
        matrix[i * n + i] = Math.sqrt(sum);
      } else matrix[i * n + j] = sum / (matrix[j * n + j] as number);
    }
  }
  for (let i = 0; i < n; i += 1) {
    let sum = right[i] as number;
    for (let k = 0; k < i; k += 1) sum -= (matrix[i * n + k] as number) * (result[k] as number);
    result[i] = sum / (matrix[i * n + i] as number);
  }
  for (let i = n - 1; i >= 0; i -= 1) {
    let sum = result[i] as number;
    for (let k = i + 1; k < n; k += 1) sum -= (matrix[k * n + i] as number) * (result[k] as number);
    result[i] = sum / (matrix[i * n + i] as number);
  }
  return true;
}
