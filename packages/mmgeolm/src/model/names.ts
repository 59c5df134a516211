/**
 * A LLaVA parameter has three spellings: the one of published checkpoints (`language_model.model.layers…`,
 * `vision_tower.vision_model.encoder…`), which transformers 4 and 5 both open and which is used here throughout; the one
 * transformers 5 writes (the same without `vision_model.`); and the one of its modules, `model.language_model.layers…`.
 */
export function canonicalName(name: string): string {
  if (name === "lm_head.weight") return "language_model.lm_head.weight";
  let canonical = name;
  if (canonical.startsWith("model.language_model.")) canonical = `language_model.model.${canonical.slice("model.language_model.".length)}`;
  else if (canonical.startsWith("model.vision_tower.") || canonical.startsWith("model.multi_modal_projector.")) canonical = canonical.slice("model.".length);
  if (canonical.startsWith("vision_tower.") && !canonical.startsWith("vision_tower.vision_model.")) canonical = `vision_tower.vision_model.${canonical.slice("vision_tower.".length)}`;
  return canonical;
}

/** The name a parameter has in `named_parameters()` of transformers 5. */
export function moduleName(canonical: string): string {
  if (canonical === "language_model.lm_head.weight") return "lm_head.weight";
  if (canonical.startsWith("language_model.model.")) return `model.language_model.${canonical.slice("language_model.model.".length)}`;
  if (canonical.startsWith("vision_tower.vision_model.")) return `model.vision_tower.${canonical.slice("vision_tower.vision_model.".length)}`;
  if (canonical.startsWith("multi_modal_projector.")) return `model.${canonical}`;
  return canonical;
}

/** The parameters under a prefix, by their names without it. */
export function withoutPrefix<Value>(values: Record<string, Value>, prefix: string): Record<string, Value> {
  return Object.fromEntries(Object.entries(values).flatMap(([name, value]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : [])));
}

export function withPrefix<Value>(values: Record<string, Value>, prefix: string): Record<string, Value> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}${name}`, value]));
}
