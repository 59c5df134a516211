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

/** The window of the layers that have one, or null where none has one shorter than the sequence. */
export function windowOf(config: LanguageConfig, tokens: number): number | null {
  const window = config.slidingWindows.find((size) => size !== null) ?? null;
  return window === null || window >= tokens ? null : window;
}

/** For whole sequences: plain causal order, and a band where layers see only a window shorter than the sequence. */
export function causalMasks(config: LanguageConfig, tokens: number): AttentionMasks {
  const window = windowOf(config, tokens);
  return { causal: true, full: null, sliding: window === null ? null : maskOf({ batch: 1, queries: tokens, keys: tokens, sees: (_, query, key) => key > query - window }) };
}

/**
 * For samples packed one after the other into a row: each sees itself alone.
 *
 * @param segments int32 `[batch, tokens]`, the number of the sample that a token belongs to
 */
export function packedMasks(config: LanguageConfig, segments: tf.Tensor): AttentionMasks {
  const [batch, tokens] = segments.shape as [number, number];
  const own = tf.cast(tf.equal(tf.reshape(segments, [batch, 1, tokens, 1]), tf.reshape(segments, [batch, 1, 1, tokens])), "float32") as tf.Tensor4D;
  const { sliding } = causalMasks(config, tokens);
  return { causal: true, full: own, sliding: sliding === null ? null : own.mul(sliding) };
}
