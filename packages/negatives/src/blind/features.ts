import { tokenize } from "../text/tokens.js";

/** Words are hashed into so many slots. */
export const featureSlots = 1 << 16;

function slotOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return (hash ^ (hash >>> 16)) & (featureSlots - 1);
}

/**
 * A caption as a bag of words and of pairs of neighbours, each once. A label counts by its number of points, since which letters a figure has
 * gives nothing away.
 */
export function featuresOf(caption: string): Int32Array {
  const slots = new Set<number>();
  let before = "";
  for (const token of tokenize(caption)) {
    const word = token.kind === "label" ? `@${token.points.length}` : token.lower;
    slots.add(slotOf(word));
    slots.add(slotOf(`${before} ${word}`));
    before = word;
  }
  return Int32Array.from(slots);
}
