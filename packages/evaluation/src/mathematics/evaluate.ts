import { hashText } from "../statistics/random.js";
import { add, cosine, divide, exponential, logarithm, magnitude, multiply, power, real, root, sine, squareRoot, subtract, type Complex } from "./complex.js";
import type { Expression } from "./expression.js";

/** The value of an expression is not a number: it is a set, an equation, or too large. */
export class NoValueError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "NoValueError";
  }
}

/** A number that is too large, or a division by nothing: `9^9^9^9`. */
export class NotFiniteError extends NoValueError {
  constructor() {
    super("not finite");
    this.name = "NotFiniteError";
  }
}

const constants = new Map<string, Complex>([["pi", real(Math.PI)], ["e", real(Math.E)], ["i", { re: 0, im: 1 }]]);

/** A number that only the name and the point decide, between 0.6 and 2.1: the value of a free symbol. */
function pseudoValue(name: string, point: number): number {
  const hash = hashText(`${name}#${point}`);
  // The hash is mixed once more, since FNV-1a leaves close names close in the high bits.
  const mixed = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 0;
  return 0.6 + (1.5 * mixed) / 0x1_0000_0000;
}

const realFunction = (compute: (value: number) => number) => ([a]: Complex[]) => {
  if (a === undefined || a.im !== 0) throw new NoValueError("a real number is needed");
  return real(compute(a.re));
};

function factorial(value: number): number {
  if (!Number.isInteger(value) || value < 0 || value > 170) throw new NoValueError("no factorial");
  let result = 1;
  for (let factor = 2; factor <= value; factor += 1) result *= factor;
  return result;
}

function greatestCommonDivisor(a: number, b: number): number {
  if (!Number.isSafeInteger(a) || !Number.isSafeInteger(b)) throw new NoValueError("whole numbers are needed");
  return b === 0 ? Math.abs(a) : greatestCommonDivisor(b, a % b);
}

const first = (operands: Complex[]): Complex => {
  if (operands[0] === undefined) throw new NoValueError("an argument is missing");
  return operands[0];
};
const arctangent = realFunction(Math.atan);

const functions: Readonly<Record<string, (operands: Complex[]) => Complex>> = {
  sqrt: (operands) => squareRoot(first(operands)),
  root: ([a, degree]) => root(a as Complex, degree as Complex),
  abs: (operands) => real(magnitude(first(operands))),
  exp: (operands) => exponential(first(operands)),
  ln: (operands) => logarithm(first(operands)),
  lg: (operands) => divide(logarithm(first(operands)), real(Math.LN10)),
  log: (operands) => (operands[1] === undefined ? logarithm(first(operands)) : divide(logarithm(first(operands)), logarithm(operands[1]))),
  sin: (operands) => sine(first(operands)),
  cos: (operands) => cosine(first(operands)),
  tan: (operands) => divide(sine(first(operands)), cosine(first(operands))),
  cot: (operands) => divide(cosine(first(operands)), sine(first(operands))),
  sec: (operands) => divide(real(1), cosine(first(operands))),
  csc: (operands) => divide(real(1), sine(first(operands))),
  sinh: realFunction(Math.sinh),
  cosh: realFunction(Math.cosh),
  tanh: realFunction(Math.tanh),
  arcsin: realFunction(Math.asin),
  arccos: realFunction(Math.acos),
  arctan: arctangent,
  asin: realFunction(Math.asin),
  acos: realFunction(Math.acos),
  atan: arctangent,
  floor: realFunction(Math.floor),
  ceil: realFunction(Math.ceil),
  factorial: realFunction(factorial),
  binom: ([n, k]) => real(Math.round(factorial((n as Complex).re) / (factorial((k as Complex).re) * factorial((n as Complex).re - (k as Complex).re)))),
  max: (operands) => real(Math.max(...operands.map(({ re }) => re))),
  min: (operands) => real(Math.min(...operands.map(({ re }) => re))),
  gcd: (operands) => real(operands.map(({ re }) => re).reduce((a, b) => greatestCommonDivisor(a, b))),
  lcm: (operands) => real(operands.map(({ re }) => re).reduce((a, b) => Math.abs(a * b) / greatestCommonDivisor(a, b))),
};

/** A function whose rule is not known: some number that its name and its arguments decide, whatever their order where it is a sum of products. */
function unknownFunction(name: string, operands: Complex[], point: number): Complex {
  const text = operands.map(({ re, im }) => `${re.toPrecision(9)}:${im.toPrecision(9)}`).join(",");
  return real(pseudoValue(`${name}(${text})`, point));
}

/** The value at one of the points; free symbols have a value that their name and the point decide. `e` is Euler's number. @throws {NoValueError} */
export function evaluateAt(expression: Expression, point: number): Complex {
  const value = compute(expression, point);
  if (!Number.isFinite(value.re) || !Number.isFinite(value.im)) throw new NotFiniteError();
  return value;
}

function compute(expression: Expression, point: number): Complex {
  switch (expression.kind) {
    case "number":
      return real(expression.value);
    case "symbol":
      if (expression.name === "infty") throw new NoValueError("infinite");
      return constants.get(expression.name) ?? real(pseudoValue(expression.name, point));
    case "negative": {
      const value = compute(expression.operand, point);
      return { re: -value.re, im: value.im === 0 ? 0 : -value.im };
    }
    case "operation": {
      const left = compute(expression.left, point);
      const right = compute(expression.right, point);
      if (expression.operator === "+") return add(left, right);
      if (expression.operator === "-") return subtract(left, right);
      if (expression.operator === "*") return multiply(left, right);
      return expression.operator === "/" ? divide(left, right) : power(left, right);
    }
    case "call": {
      const operands = expression.operands.map((operand) => compute(operand, point));
      const known = Object.hasOwn(functions, expression.name) ? functions[expression.name] : undefined;
      return known === undefined ? unknownFunction(expression.name, operands, point) : known(operands);
    }
    case "word":
      return real(pseudoValue(`word ${expression.text}`, point));
    default:
      throw new NoValueError(`${expression.kind} has no single value`);
  }
}

/** Whether a free symbol occurs, so that one point does not decide. */
export function hasSymbols(expression: Expression): boolean {
  switch (expression.kind) {
    case "number":
      return false;
    case "symbol":
      return !constants.has(expression.name);
    case "negative":
      return hasSymbols(expression.operand);
    case "operation":
      return hasSymbols(expression.left) || hasSymbols(expression.right);
    case "call":
      return !Object.hasOwn(functions, expression.name) || expression.operands.some(hasSymbols);
    default:
      return true;
  }
}

/** Whether an expression is a number that no double can hold: it cannot be judged. */
export function isNotFinite(expression: Expression): boolean {
  if (hasSymbols(expression)) return false;
  try {
    evaluateAt(expression, 0);
    return false;
  } catch (error) {
    if (error instanceof NoValueError) return error instanceof NotFiniteError;
    throw error;
  }
}

/** The real number that an expression without free symbols stands for, or null. */
export function realValueOf(expression: Expression): number | null {
  if (hasSymbols(expression)) return null;
  try {
    const { re, im } = evaluateAt(expression, 0);
    return Math.abs(im) < 1e-12 * Math.max(1, Math.abs(re)) ? re : null;
  } catch (error) {
    if (error instanceof NoValueError) return null;
    throw error;
  }
}
