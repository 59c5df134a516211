import { tf } from "@mmgeo/engine";
import type { LanguageConfig } from "./language-config.js";
import type { AttentionMasks } from "./language.js";

/**
 * Which keys each query sees, 1 or 0, `[batch, 1, queries, keys]`.
 *
 * @param sees whether, in a row of the batch, the query at one place sees the key at another
 */
export function maskOf({ batch, queries, keys, sees }: { batch: number; queries: number; keys: number; sees: (row: number, query: number, key: number) => boolean }): tf.Tensor4D {
  const seen = new Float32Array(batch * queries * keys);
  let at = 0;
  for (let row = 0; row < batch; row += 1) {
    for (let query = 0; query < queries; query += 1) {
      for (let key = 0; key < keys; key += 1) seen[at++] = sees(row, query, key) ? 1 : 0;
    }
  }
  return tf.tensor4d(seen, [batch, 1, queries, keys]);
}

/** The narrowest thing that is right for whole sequences: nothing for plain causal order, a band where layers see only a window shorter than the sequence. */
export function causalMasks(config: LanguageConfig, tokens: number): AttentionMasks {
  const window = config.slidingWindows.find((size) => size !== null) ?? null;
  const sliding = window === null || window >= tokens ? null : maskOf({ batch: 1, queries: tokens, keys: tokens, sees: (_, query, key) => key <= query && key > query - window });
  return { full: null, sliding };
}
