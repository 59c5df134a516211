import type { Random } from "./random.js";

/** Choices around a right answer in seeded order, and the place of the right one. */
export function withDistractors({ right, wrong, random }: { right: string; wrong: readonly string[]; random: Random }): { choices: string[]; place: number } {
  const choices = random.shuffled([right, ...wrong]);
  return { choices, place: choices.indexOf(right) };
}

/**
 * Wrong values for a number: first other values of the same diagram, which a model that does not look confuses, then sums,
 * halves and neighbours, as in textbook choices.
 */
export function wrongNumbers({ right, nearby, count, random }: { right: string; nearby: readonly string[]; count: number; random: Random }): string[] {
  const value = Number(right);
  const decimals = right.includes(".") ? (right.split(".")[1] ?? "").length : 0;
  const round = (x: number) => String(Number(x.toFixed(decimals)));
  const seen = new Set([value]);
  const wrong: string[] = [];
  const take = (candidate: string) => {
    const number = Number(candidate);
    if (wrong.length >= count || !Number.isFinite(number) || number <= 0 || seen.has(number)) return;
    seen.add(number);
    wrong.push(candidate);
  };
  for (const candidate of random.shuffled(nearby).slice(0, 2)) take(candidate);
  const step = decimals === 0 ? Math.max(1, Math.round(value / 10)) : value / 10;
  for (const candidate of random.shuffled([value + step, value - step, value * 2, value / 2, value + 2 * step, value * 1.5])) take(round(candidate));
  for (let more = 1; wrong.length < count && more < 100; more += 1) take(round(value + 3 * more * step));
  return wrong;
}
