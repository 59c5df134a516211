const marker = Symbol.for("mmgeo.InputError");

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
    const where = [file, line === null ? null : `line ${line}`, field === null ? null : `field ${field}`].filter((part) => part !== null).join(", ");
    super(where === "" ? message : `${where}: ${message}`, { cause });
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
