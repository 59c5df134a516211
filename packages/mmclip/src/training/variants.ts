import type { EncoderRecipe, NegativeKind } from "./recipe.js";

/**
 * The encoders of the paper's table (section 5), by the kinds of negatives that they were trained on: one that was not trained,
 * each kind alone, and the mixtures.
 */
export const encoderVariants = {
  untrained: [],
  random: ["random"],
  retrieval: ["retrieval"],
  rule: ["rule"],
  image: ["image"],
  "random+retrieval": ["random", "retrieval"],
  "random+rule": ["random", "rule"],
  "random+image": ["random", "image"],
  "retrieval+rule": ["retrieval", "rule"],
  "retrieval+rule+image": ["retrieval", "rule", "image"],
  all: ["random", "retrieval", "rule", "image"],
} as const satisfies Record<string, readonly NegativeKind[]>;
export type EncoderVariant = keyof typeof encoderVariants;

/** Share of a mixture's run that is random pairs, at its beginning: easy negatives first, then the constructed ones. */
const RANDOM_FIRST = 0.3;
/** Weight of the batch form beside the others once the constructed negatives have come. */
const BATCH_WEIGHT = 0.5;

/**
 * The part of a recipe that makes a variant, every member written out, so that it can be laid over any recipe; null for `untrained`.
 *
 * Every variant sees `images` pictures a step, whatever it does with them: with image negatives a batch has fewer samples. `random`
 * means pairs of different samples compared with each other, the paper's in-batch baseline.
 *
 * @param perSample negatives of a kind that a sample has in a step
 */
export function variantRecipe({ variant, images, perSample }: { variant: EncoderVariant; images: number; perSample: Record<Exclude<NegativeKind, "random">, number> }): (EncoderRecipe & { batchSize: number }) | null {
  const kinds: readonly NegativeKind[] = encoderVariants[variant];
  if (kinds.length === 0) return null;
  const has = (kind: NegativeKind): boolean => kinds.includes(kind);
  const wanted = (kind: Exclude<NegativeKind, "random">): number => (has(kind) ? perSample[kind] : 0);
  const alone = kinds.length === 1;
  return {
    batchSize: Math.max(1, Math.floor(images / (1 + wanted("image")))),
    negatives: { random: 0, retrieval: wanted("retrieval"), rule: wanted("rule"), image: wanted("image") },
    forms: { text: has("rule") || has("retrieval") ? 1 : 0, image: has("image") ? 1 : 0, group: 0, batch: has("random") ? (alone ? 1 : BATCH_WEIGHT) : 0 },
    randomFirst: has("random") ? (alone ? 1 : RANDOM_FIRST) : 0,
  };
}
