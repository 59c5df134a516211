import { InputError, readJsonLines } from "@mmgeo/dataset";
import { z } from "zod";

/** A question as people write it: no diagram, no program. */
export interface TextQuestion {
  id: string;
  text: string;
  answer: string;
  choices: string[] | null;
}

/** Ids become file names. */
const idPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

const questionSchema = z.object({
  id: z.union([z.string(), z.number()]).transform(String).pipe(z.string().regex(idPattern, "is no id; use up to 100 letters, digits, dots, dashes and underscores")),
  question: z.string().min(1).max(5000),
  answer: z.union([z.string(), z.number()]).transform(String).default(""),
  choices: z.array(z.string().max(500)).max(20).nullable().default(null),
});

/** Reads questions, one JSON object a line: `{"id":"1","question":"In triangle ABC …","answer":"6"}`. Throws an InputError with file, line and field. */
export async function* readQuestions(file: string, { limit = Number.POSITIVE_INFINITY }: { limit?: number } = {}): AsyncIterable<TextQuestion> {
  const seen = new Set<string>();
  for await (const { value, line } of readJsonLines({ file, schema: questionSchema })) {
    if (seen.size >= limit) return;
    if (seen.has(value.id)) throw new InputError({ file, line, field: "id", message: `${JSON.stringify(value.id)} occurs twice; ids are unique` });
    seen.add(value.id);
    yield { id: value.id, text: value.question, answer: value.answer, choices: value.choices };
  }
}
