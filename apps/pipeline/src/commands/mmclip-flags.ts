import { InvalidArgumentError } from "commander";

export const count = (value: string): number => {
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < 1) throw new InvalidArgumentError("give a whole number from 1");
  return number;
};

export const wholeNumber = (value: string): number => {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new InvalidArgumentError("give a whole number");
  return number;
};
