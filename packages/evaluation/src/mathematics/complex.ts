/** A complex number in double precision. Answers may hold roots of negative numbers at the points where they are compared. */
export interface Complex {
  re: number;
  im: number;
}

export const real = (re: number): Complex => ({ re, im: 0 });
export const add = (a: Complex, b: Complex): Complex => ({ re: a.re + b.re, im: a.im + b.im });
export const subtract = (a: Complex, b: Complex): Complex => ({ re: a.re - b.re, im: a.im - b.im });
export const multiply = (a: Complex, b: Complex): Complex => (a.im === 0 && b.im === 0 ? real(a.re * b.re) : { re: a.re * b.re - a.im * b.im, im: a.re * b.im + a.im * b.re });
export const magnitude = (a: Complex): number => Math.hypot(a.re, a.im);

export function divide(a: Complex, b: Complex): Complex {
  if (a.im === 0 && b.im === 0) return real(a.re / b.re);
  const scale = b.re * b.re + b.im * b.im;
  return { re: (a.re * b.re + a.im * b.im) / scale, im: (a.im * b.re - a.re * b.im) / scale };
}

export function exponential(a: Complex): Complex {
  if (a.im === 0) return real(Math.exp(a.re));
  const size = Math.exp(a.re);
  return { re: size * Math.cos(a.im), im: size * Math.sin(a.im) };
}

/** The principal logarithm. */
export function logarithm(a: Complex): Complex {
  return a.im === 0 && a.re > 0 ? real(Math.log(a.re)) : { re: Math.log(magnitude(a)), im: Math.atan2(a.im, a.re) };
}

/** The principal power; an odd root of a negative real number is left to `root`. */
export function power(base: Complex, exponent: Complex): Complex {
  if (exponent.im === 0 && Number.isInteger(exponent.re) && base.im === 0) return real(base.re ** exponent.re);
  if (base.im === 0 && base.re >= 0 && exponent.im === 0) return real(base.re ** exponent.re);
  if (magnitude(base) === 0) return real(0);
  return exponential(multiply(exponent, logarithm(base)));
}

export function squareRoot(a: Complex): Complex {
  if (a.im === 0) return a.re >= 0 ? real(Math.sqrt(a.re)) : { re: 0, im: Math.sqrt(-a.re) };
  return power(a, real(0.5));
}

export function root(a: Complex, degree: Complex): Complex {
  if (a.im === 0 && a.re < 0 && degree.im === 0 && Number.isInteger(degree.re) && Math.abs(degree.re % 2) === 1) return real(-((-a.re) ** (1 / degree.re)));
  return power(a, divide(real(1), degree));
}

const i: Complex = { re: 0, im: 1 };

export function sine(a: Complex): Complex {
  if (a.im === 0) return real(Math.sin(a.re));
  const up = exponential(multiply(i, a));
  const down = exponential(multiply({ re: 0, im: -1 }, a));
  return divide(subtract(up, down), { re: 0, im: 2 });
}

export function cosine(a: Complex): Complex {
  if (a.im === 0) return real(Math.cos(a.re));
  const up = exponential(multiply(i, a));
  const down = exponential(multiply({ re: 0, im: -1 }, a));
  return divide(add(up, down), real(2));
}
