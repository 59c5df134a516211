import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** Random choices that follow from one seed. */
export interface SeededRandom {
  /** uniform in [low, high) */
  real(low?: number, high?: number): number;
  /** uniform whole number, both ends included */
  integer(low: number, high: number): number;
  /** true with this probability */
  chance(probability: number): boolean;
  pick<T>(list: readonly T[]): T;
  /** a new list in random order */
  shuffle<T>(list: readonly T[]): T[];
}

/** A 32-bit seed from any parts (FNV-1a over their text), so that each record and each use has its own stream. */
export function seedOf(...parts: readonly (string | number)[]): number {
  let hash = 0x811c9dc5;
  for (const character of parts.join("\u0000")) {
    hash ^= character.codePointAt(0) ?? 0;
    hash = Math.imul(hash, 0x01000193);
  }
  return hash | 0;
}

export function seededRandom(...parts: readonly (string | number)[]): SeededRandom {
  const generator = xoroshiro128plus(seedOf(...parts));
  const integer = (low: number, high: number): number => uniformInt(generator, low, high);
  return {
    real: (low = 0, high = 1) => low + (high - low) * uniformFloat64(generator),
    integer,
    chance: (probability) => uniformFloat64(generator) < probability,
    pick: <T>(list: readonly T[]): T => {
      if (list.length === 0) throw new RangeError("nothing to pick from");
      return list[integer(0, list.length - 1)] as T;
    },
    shuffle: <T>(list: readonly T[]): T[] => {
      const shuffled = [...list];
      for (let index = shuffled.length - 1; index > 0; index -= 1) {
        const other = integer(0, index);
        [shuffled[index], shuffled[other]] = [shuffled[other] as T, shuffled[index] as T];
      }
      return shuffled;
    },
  };
}
