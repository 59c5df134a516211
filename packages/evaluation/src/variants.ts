import { readFile } from "node:fs/promises";
import { imageVariant, imageVariants, InputError } from "@mmgeo/dataset";
import type { Choice, EvaluationQuestion } from "./question.js";
import { seededRandom, shuffled } from "./statistics/random.js";

/** Variants that need the figure's program: the caller draws it again, as by hand, or with its points renamed. */
export const redrawnVariants = ["hand-drawn", "labels"] as const;
export type RedrawnVariant = (typeof redrawnVariants)[number];

/** Ways to ask the same questions otherwise: the picture changed or drawn again, or the choices in another order. */
export const variants = [...imageVariants, ...redrawnVariants, "choices"] as const;
export type Variant = (typeof variants)[number];

/**
 * Draws a question's figure again from its program, which its `source` carries; for "labels" with the question rewritten for the new names.
 * Null where there is no program. This package draws nothing: the caller supplies it.
 */
export type Redraw = (question: EvaluationQuestion, variant: RedrawnVariant, seed: number) => Promise<{ question: EvaluationQuestion; image: Uint8Array } | null>;

/** A question as a variant asks it. */
export interface VariedQuestion {
  question: EvaluationQuestion;
  /** the bytes of the picture, or null for a question without one */
  image: () => Promise<Uint8Array | null>;
  /** false where the question cannot be varied so, and is asked as it is */
  varied: boolean;
}

/** @throws {InputError} that lists the variants there are */
export function variantNamed(name: string): Variant {
  const found = variants.find((variant) => variant === name);
  if (found === undefined) throw new InputError({ message: `there is no variant "${name}"; there are ${variants.join(", ")}`, field: "--variant" });
  return found;
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** Where each choice's text stands in a prompt, behind its label: `A:40°`, `(A) 40°`, `A. 40°`; null where one does not. */
function placesOf(prompt: string, choices: readonly Choice[]): { start: number; end: number }[] | null {
  const places: { start: number; end: number }[] = [];
  let from = 0;
  for (const { label, text } of choices) {
    const pattern = new RegExp(`(?:^|[\\s(;])${escaped(label)}[).:]\\s*(?=${escaped(text)})`, "g");
    pattern.lastIndex = from;
    if (pattern.exec(prompt) === null) return null;
    places.push({ start: pattern.lastIndex, end: pattern.lastIndex + text.length });
    from = pattern.lastIndex + text.length;
  }
  return places;
}

/**
 * A question with its choices in another order; null where that cannot be: the choices are letters alone (they stand in the picture),
 * or the prompt does not list them. The seed and the id alone decide the order.
 */
export function permuteChoices(question: EvaluationQuestion, seed: number): EvaluationQuestion | null {
  const { choices, prompt, gold, id } = question;
  const places = choices === null || choices.length < 2 || choices.every(({ label, text }) => label === text) ? null : placesOf(prompt, choices);
  if (choices === null || places === null) return null;
  const random = seededRandom(seed, `choices ${id}`);
  let order = shuffled([...choices.keys()], random);
  // The same order again would test nothing.
  if (order.every((from, to) => from === to)) order = [...order.slice(1), 0];
  let permuted = prompt;
  for (let index = choices.length - 1; index >= 0; index -= 1) {
    const { start, end } = places[index] as { start: number; end: number };
    permuted = permuted.slice(0, start) + (choices[order[index] as number] as Choice).text + permuted.slice(end);
  }
  const right = choices.findIndex(({ label }) => label === gold);
  return {
    ...question,
    prompt: permuted,
    choices: choices.map(({ label }, index) => ({ label, text: (choices[order[index] as number] as Choice).text })),
    gold: (choices[order.indexOf(right)] as Choice).label,
  };
}

const isRedrawn = (variant: Variant): variant is RedrawnVariant => redrawnVariants.some((one) => one === variant);

/**
 * The question as a variant asks it; as it is, and marked so, where that cannot be: choices that the prompt does not list, no picture, no program.
 *
 * @param variant null to ask it as it is
 */
export async function vary({ question, variant, seed, redraw = null }: { question: EvaluationQuestion; variant: Variant | null; seed: number; redraw?: Redraw | null }): Promise<VariedQuestion> {
  const { image } = question;
  const asItIs = { question, image: async () => (image === null ? null : readFile(image)), varied: false };
  if (variant === null) return asItIs;
  if (variant === "choices") {
    const permuted = permuteChoices(question, seed);
    return permuted === null ? asItIs : { ...asItIs, question: permuted, varied: true };
  }
  if (isRedrawn(variant)) {
    const drawn = (await redraw?.(question, variant, seed)) ?? null;
    return drawn === null ? asItIs : { question: drawn.question, image: async () => drawn.image, varied: true };
  }
  return image === null ? asItIs : { ...asItIs, image: () => imageVariant(image, variant), varied: true };
}
