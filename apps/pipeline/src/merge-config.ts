/** Lays the members of `over` on those of `base`; lists and plain values replace, objects are merged. */
export function mergeConfig(base: unknown, over: unknown): unknown {
  const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);
  if (over === undefined) return base;
  if (!isObject(base) || !isObject(over)) return over;
  return Object.fromEntries([...new Set([...Object.keys(base), ...Object.keys(over)])].map((key) => [key, mergeConfig(base[key], over[key])]));
}
