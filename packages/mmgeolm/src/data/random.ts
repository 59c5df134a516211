import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** Random choices from one seed: the same seed gives the same choices. */
export interface Random {
  /** from 0 to 1, 1 excluded */
  uniform(): number;
  /** a whole number from 0 to `limit`, `limit` excluded */
  below(limit: number): number;
  normal(): number;
  pick<Item>(items: readonly Item[]): Item;
  shuffled<Item>(items: readonly Item[]): Item[];
}

export function randomFrom(seed: number): Random {
  const generator = xoroshiro128plus(seed);
  const uniform = () => uniformFloat64(generator);
  const below = (limit: number) => uniformInt(generator, 0, limit - 1);
  return {
    uniform,
    below,
    // Box and Muller's transform
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    pick: (items) => {
      if (items.length === 0) throw new RangeError("nothing to pick from");
      return items[below(items.length)] as (typeof items)[number];
    },
    shuffled: (items) => {
      const result = [...items];
      for (let last = result.length - 1; last > 0; last -= 1) {
        const other = below(last + 1);
        [result[last], result[other]] = [result[other] as (typeof items)[number], result[last] as (typeof items)[number]];
      }
      return result;
    },
  };
}

/** A seed for one part of the work, so that parts do not share a sequence (FNV-1a over the name). */
export function seedOf(seed: number, name: string): number {
  let hash = 0x811c9dc5 ^ seed;
  for (let at = 0; at < name.length; at += 1) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
  return hash | 0;
}
