import type { Benchmark, RecordedEntry } from "../benchmarks/benchmark.js";

/** Fields that hold the text of a response in the layouts that authors publish, the first that is there. */
const textFields = ["response", "text", "model_output", "model_response", "output", "outputs", "prediction", "pred", "completion", "generated_text", "generation", "filtered_resps", "resps", "choices", "model_answer"];
const idFields = ["id", "question_id", "pid", "problem_id", "uid", "qid", "custom_id", "doc_id"];
/** Fields in which authors keep the question that a response is to. */
const questionFields = ["extra", "question", "doc", "problem", "metadata"];
/** Responses are nested no deeper: `{"response":{"body":{"choices":[{"message":{"content":"…"}}]}}}`. */
const maximumDepth = 6;

export const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

/** The first text in a value: itself, the first of a list, or the content of a chat completion. */
function textIn(value: unknown, depth = 0): string | null {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (depth >= maximumDepth) return null;
  if (Array.isArray(value)) return value.length === 0 ? null : textIn(value[0], depth + 1);
  if (!isObject(value)) return null;
  const field = ["content", "text", "message", "choices", "body", "response"].find((name) => value[name] !== undefined && value[name] !== null);
  return field === undefined ? null : textIn(value[field], depth + 1);
}

/** The text of an entry's response; null where it has none. */
export function textOfEntry({ fields }: RecordedEntry): string | null {
  for (const name of textFields) {
    // MathVista and others keep the choices of the question under the name that a chat completion has for its answers.
    if (name === "choices" && !(Array.isArray(fields.choices) && isObject(fields.choices[0]))) continue;
    const text = textIn(fields[name]);
    if (text !== null) return text;
  }
  // Elsewhere `answer` is the right answer.
  const others = Object.keys(fields).filter((name) => name !== "answer" && !idFields.includes(name));
  return others.length === 0 ? textIn(fields.answer) : null;
}

/** An entry's own fields with those of the question that it carries inside; its own go first. */
export function fieldsWithQuestion(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.assign({}, ...questionFields.map((name) => fields[name]).filter(isObject), fields) as Record<string, unknown>;
}

/** The id that an entry is about, as the benchmark or the usual fields give it. */
export function idOfEntry(entry: RecordedEntry, benchmark: Benchmark): string | null {
  const own = benchmark.idOf?.(entry) ?? null;
  if (own !== null) return own;
  const fields = fieldsWithQuestion(entry.fields);
  const field = idFields.find((name) => (typeof fields[name] === "string" && fields[name] !== "") || typeof fields[name] === "number");
  return field === undefined ? entry.key : String(fields[field]);
}
