import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { RandomGenerator } from "pure-rand/types/RandomGenerator";

/** A seed for one purpose out of the run's seed and a few whole numbers (FNV-1a over their bytes). */
export function seedOf(...numbers: readonly number[]): number {
  let hash = 0x811c9dc5;
  for (const number of numbers) {
    for (let shift = 0; shift < 32; shift += 8) hash = Math.imul(hash ^ ((number >>> shift) & 0xff), 0x01000193);
  }
  return hash | 0;
}

export function randomOf(...numbers: readonly number[]): RandomGenerator {
  return xoroshiro128plus(seedOf(...numbers));
}

/** A number that depends on a text alone, so that what is drawn for a parameter does not depend on the others. */
export function textSeed(text: string): number {
  return seedOf(...Array.from(text, (character) => character.codePointAt(0) as number));
}

/** The first `count` of a random order of `items`; all of them if there are fewer. */
export function sampleOf<Item>(items: readonly Item[], count: number, random: RandomGenerator): Item[] {
  const pool = [...items];
  const wanted = Math.min(count, pool.length);
  for (let index = 0; index < wanted; index++) {
    const other = uniformInt(random, index, pool.length - 1);
    const chosen = pool[other] as Item;
    pool[other] = pool[index] as Item;
    pool[index] = chosen;
  }
  return pool.slice(0, wanted);
}

/** All items in a random order. */
export function shuffled<Item>(items: readonly Item[], random: RandomGenerator): Item[] {
  return sampleOf(items, items.length, random);
}

/** Normally distributed values (Box and Muller). */
export function normalValues({ count, deviation, random }: { count: number; deviation: number; random: RandomGenerator }): Float32Array {
  const values = new Float32Array(count);
  for (let index = 0; index < count; index += 2) {
    const radius = deviation * Math.sqrt(-2 * Math.log(1 - uniformFloat64(random)));
    const angle = 2 * Math.PI * uniformFloat64(random);
    values[index] = radius * Math.cos(angle);
    if (index + 1 < count) values[index + 1] = radius * Math.sin(angle);
  }
  return values;
}
