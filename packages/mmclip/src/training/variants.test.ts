import { expect, test } from "vitest";
import { recipeSchema } from "./recipe.js";
import { type EncoderVariant, encoderVariants, variantRecipe } from "./variants.js";

const perSample = { retrieval: 5, rule: 5, image: 3 };
const names = Object.keys(encoderVariants) as EncoderVariant[];

test("there are the paper's eleven, and all but the untrained one have a recipe", () => {
  expect(names).toHaveLength(11);
  for (const variant of names) {
    const recipe = variantRecipe({ variant, images: 32, perSample });
    if (variant === "untrained") expect(recipe).toBeNull();
    else expect(recipeSchema.safeParse(recipe).success).toBe(true);
  }
});

test("every variant sees as many pictures a step, and compares only what it is named after", () => {
  for (const variant of names) {
    const recipe = variantRecipe({ variant, images: 32, perSample });
    if (recipe === null) continue;
    expect(recipe.batchSize * (1 + (recipe.negatives?.image ?? 0))).toBe(32);
    const kinds: readonly string[] = encoderVariants[variant];
    for (const kind of ["retrieval", "rule", "image"] as const) expect((recipe.negatives?.[kind] ?? 0) > 0).toBe(kinds.includes(kind));
    expect((recipe.forms?.batch ?? 0) > 0).toBe(kinds.includes("random"));
    expect((recipe.forms?.image ?? 0) > 0).toBe(kinds.includes("image"));
  }
});
