const marker = Symbol.for("mmgeo.LanguageModelError");

/**
 * Why one request has no answer: `unreachable` (no connection, or errors of the server or its rate limit after all
 * retries), `refused` (the server rejects this request), `slow` (no answer in time), `truncated` (the answer ends at the
 * token limit), `unreadable` (the answer is not what was asked for, also after it was asked for again).
 */
export type LanguageModelFailure = "unreachable" | "refused" | "slow" | "truncated" | "unreadable";

/** A language model gave no usable answer to one request. Other requests may succeed: drop this one and say why. */
export class LanguageModelError extends Error {
  readonly [marker] = true;
  readonly failure: LanguageModelFailure;
  /** What the model wrote, where it wrote something. */
  readonly text: string | null;

  constructor({ failure, message, text = null, cause }: { failure: LanguageModelFailure; message: string; text?: string | null; cause?: unknown }) {
    super(message, { cause });
    this.name = "LanguageModelError";
    this.failure = failure;
    this.text = text;
  }

  /** True for a LanguageModelError of any copy of this package. */
  static isInstance(value: unknown): value is LanguageModelError {
    return typeof value === "object" && value !== null && marker in value;
  }
}
