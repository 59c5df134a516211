import { InputError } from "@mmgeo/dataset";
import { closest, distance } from "fastest-levenshtein";
import { z } from "zod";

/** A name is taken for a slip of another when at most this share of its letters differs. */
const SLIP = 0.4;

/** The members that the object at `path` may have, by the schema; none where it is not an object of fixed members. */
function membersAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let node: unknown = z.toJSONSchema(schema, { unrepresentable: "any" });
  const properties = (value: unknown): Record<string, unknown> => (value as { properties?: Record<string, unknown> } | undefined)?.properties ?? {};
  for (const member of path) node = properties(node)[String(member)];
  return Object.keys(properties(node));
}

export function nearestName(name: string, names: readonly string[]): string | null {
  if (names.length === 0) return null;
  const nearest = closest(name, names);
  return distance(name, nearest) <= SLIP * Math.max(name.length, nearest.length) ? nearest : null;
}

/** The line of a file (JSON, YAML or TypeScript) on which the member at `path` is written; null where it is not found as it stands. */
export function lineOf(text: string, path: readonly PropertyKey[]): number | null {
  let at = 0;
  for (const member of path) {
    if (typeof member === "number") continue;
    const name = String(member).replace(/[.*+?^${}()|[\]\\]/gu, String.raw`\$&`);
    const found = new RegExp(String.raw`(?<![\w$])["']?${name}["']?\s*[:,}\n]`, "u").exec(text.slice(at));
    if (found === null) return null;
    at += found.index;
  }
  return path.length === 0 ? null : text.slice(0, at).split("\n").length;
}

/**
 * Checks a configuration, or the part of it that lies at `below`; throws an `InputError` with the line, the member, and the
 * nearest name where one was misspelt.
 */
export function validateConfig<Schema extends z.ZodType>({ schema, value, file, text, below = [] }: { schema: Schema; value: unknown; file: string | null; text: string; below?: readonly string[] }): z.infer<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  if (issue.code === "unrecognized_keys") {
    const name = issue.keys[0]!;
    const names = membersAt(schema, issue.path);
    const nearest = nearestName(name, names);
    const path = [...below, ...issue.path, name];
    throw new InputError({ message: `there is no such setting; ${nearest === null ? `take one of ${names.join(", ")}` : `did you mean "${nearest}"?`}`, file, line: lineOf(text, path), field: path.map(String).join(".") });
  }
  throw new InputError({ message: `${issue.message}; correct this setting`, file, line: lineOf(text, [...below, ...issue.path]), field: [...below, ...issue.path].map(String).join(".") });
}
