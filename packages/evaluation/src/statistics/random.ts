import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** A seeded source of whole numbers; the same seed gives the same numbers everywhere. */
export interface Random {
  /** a whole number of [0, count) */
  below(count: number): number;
}

/** FNV-1a over UTF-16 units: turns a name into a seed. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}

/** Spreads close seeds apart (the finalizer of MurmurHash3): the generator's first numbers would be alike for them. */
function mixed(seed: number): number {
  let value = seed | 0;
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return value ^ (value >>> 16);
}

/** @param name gives each use of one seed its own numbers, so that leaving out a question changes nothing for the others */
export function seededRandom(seed: number, name = ""): Random {
  const generator = xoroshiro128plus(mixed(seed ^ hashText(name)));
  return { below: (count) => uniformInt(generator, 0, count - 1) };
}

/** A seeded permutation (Fisher and Yates). */
export function shuffled<Item>(items: readonly Item[], random: Random): Item[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last -= 1) {
    const other = random.below(last + 1);
    [result[last], result[other]] = [result[other] as Item, result[last] as Item];
  }
  return result;
}
