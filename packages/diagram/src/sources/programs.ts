import { readdir, readFile, stat } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { InputError } from "@mmgeo/dataset";
import { formatStatement, isStatement } from "../language/format.js";
import { parseProgram } from "../language/parse.js";
import { vocabulary } from "../language/vocabulary.js";
import type { Problem } from "../problem.js";

/** Far more than a program of the most lines there may be. */
const MAX_PROGRAM_BYTES = 1_000_000;

/** A program in CDL, one statement a line, as a problem: `Value(…)` is its goal, what is in `Mark(…)` its picture's marks. Throws a ProgramError. */
export function problemOfProgram(text: string, { id, file = null }: { id: string; file?: string | null }): Problem {
  const problem: Problem = { id, construction: [], text: [], image: [], question: null, source: file === null ? id : basename(file), licence: null };
  for (const { statement } of parseProgram(text, { file }).lines) {
    if (statement.kind === "value") problem.question = { text: "", choices: null, answer: "", goal: formatStatement(statement) };
    else if (statement.kind === "mark") problem.image.push(isStatement(statement.target) ? formatStatement(statement.target) : formatStatement(statement));
    else if (statement.kind === "relation" && vocabulary.get(statement.name)?.kind === "construction") problem.construction.push(formatStatement(statement));
    else problem.text.push(formatStatement(statement));
  }
  return problem;
}

/** Reads program files: one `.cdl` file, or all of a folder in the order of their names. Throws an InputError for what is no program. */
export async function* readPrograms(path: string, { limit = Number.POSITIVE_INFINITY }: { limit?: number } = {}): AsyncIterable<Problem> {
  const information = await stat(path).catch(() => null);
  if (information === null) throw new InputError({ file: path, message: "no such file or folder; give a .cdl file or a folder of them" });
  const files = information.isDirectory() ? (await readdir(path)).filter((name) => extname(name) === ".cdl").sort().map((name) => join(path, name)) : [path];
  if (files.length === 0) throw new InputError({ file: path, message: "holds no program files; their names end in .cdl" });
  for (const file of files.slice(0, limit)) {
    const { size } = await stat(file);
    if (size > MAX_PROGRAM_BYTES) throw new InputError({ file, message: `has ${size} bytes, a program has at most ${MAX_PROGRAM_BYTES}` });
    yield problemOfProgram(await readFile(file, "utf8"), { id: basename(file, extname(file)), file });
  }
}
