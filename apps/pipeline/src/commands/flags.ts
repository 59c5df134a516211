import { InvalidArgumentError } from "commander";

/** A flag's whole number. */
export function wholeNumber(value: string): number {
  const number = Number(value);
  if (value.trim() === "" || !Number.isSafeInteger(number)) throw new InvalidArgumentError("give a whole number");
  return number;
}

/** A flag's whole number from 1. */
export function positiveNumber(value: string): number {
  const number = wholeNumber(value);
  if (number < 1) throw new InvalidArgumentError("give a whole number from 1");
  return number;
}

/** A flag's decimal number. */
export function decimal(value: string): number {
  const number = Number(value);
  if (value.trim() === "" || !Number.isFinite(number)) throw new InvalidArgumentError("give a number");
  return number;
}

