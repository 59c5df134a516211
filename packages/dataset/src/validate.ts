import type { z } from "zod";
import { InputError } from "./input-error.js";

/** Where a value was read: what an `InputError` about it names. */
export interface Place {
  file: string | null;
  /** counted from 1 */
  line?: number | null;
}

/** The message of a failed `JSON.parse` quotes its input; one short line is enough to find the place. */
const maximumReasonLength = 160;

/** Parses JSON text, or throws an `InputError` that says where it stands. */
export function parseJson(text: string, { file, line = null }: Place): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error)).replace(/\s+/g, " ").slice(0, maximumReasonLength);
    throw new InputError({ message: `not valid JSON (${reason}); correct or remove it`, file, line });
  }
}

/** Checks a value against a schema, or throws an `InputError` that names the first field that is wrong. Unknown fields are left out of the result. */
export function validate<Schema extends z.ZodType>({ schema, value, place }: { schema: Schema; value: unknown; place: Place }): z.infer<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const field = issue === undefined || issue.path.length === 0 ? null : issue.path.map(String).join(".");
  throw new InputError({ message: `${issue?.message ?? "does not have the expected shape"}; correct this field`, file: place.file, line: place.line ?? null, field });
}
