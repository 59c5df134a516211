import { InputError } from "@mmgeo/dataset";

/** A program cannot be read. `column` counts characters of the line from 1. */
export class ProgramError extends InputError {
  readonly column: number;

  constructor({ message, file = null, line = 1, column }: { message: string; file?: string | null; line?: number; column: number }) {
    super({ message: `column ${column}: ${message}`, file, line });
    this.name = "ProgramError";
    this.column = column;
  }
}
