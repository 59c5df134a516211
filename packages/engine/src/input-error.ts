const marker = Symbol.for("mmgeo.InputError");
const longestField = 120;
const longestMessage = 2000;

/** A name or a value out of a damaged file may hold any bytes: control characters are escaped, and the middle of what is too long left out. */
function oneLine(text: string, longest: number): string {
  const kept = text.length > longest ? `${text.slice(0, longest / 2)}…${text.slice(-longest / 2)}` : text;
  return kept.replace(/[\p{Cc}\u2028\u2029]/gu, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/**
 * Something that was read (a file, a flag, an argument) is not what it has to be, or the machine lacks something. The
 * message is one line that says what is wrong, where, and what to do. `InputError.isInstance` of every MMGeo package is
 * true of it: the packages share the marker, not the class.
 */
export class InputError extends Error {
  readonly [marker] = true;
  readonly file: string | null;
  readonly line: number | null;
  readonly field: string | null;

  constructor({ message, file = null, line = null, field = null, cause }: { message: string; file?: string | null; line?: number | null; field?: string | null; cause?: unknown }) {
    const where = [file, line === null ? null : `line ${line}`, field === null ? null : `field ${oneLine(field, longestField)}`].filter((part) => part !== null).join(", ");
    super(oneLine(where === "" ? message : `${where}: ${message}`, longestMessage), { cause });
    this.name = "InputError";
    this.file = file;
    this.line = line;
    this.field = field;
  }

  /** True for an InputError of any MMGeo package. */
  static isInstance(value: unknown): value is InputError {
    return typeof value === "object" && value !== null && marker in value;
  }
}
