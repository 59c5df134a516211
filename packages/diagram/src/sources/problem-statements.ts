import { InputError } from "@mmgeo/dataset";
import { formatStatement } from "../language/format.js";
import { repairStatement, splitEqualities } from "../language/repair.js";
import type { Statement } from "../language/statement.js";
import type { Problem } from "../problem.js";

/** A problem's statements read, each once, by the part they stand in. */
export interface ProblemStatements {
  construction: Statement[];
  text: Statement[];
  image: Statement[];
  /** all three, each statement once */
  all: Statement[];
  /** what was repaired, in words */
  notes: string[];
  unreadable: { text: string; message: string }[];
}

/** Reads every statement of a problem, with the repairs of `repairStatement`. Nothing is thrown: what cannot be read is listed. */
export function readProblemStatements(problem: Pick<Problem, "id" | "construction" | "text" | "image">): ProblemStatements {
  const result: ProblemStatements = { construction: [], text: [], image: [], all: [], notes: [], unreadable: [] };
  const seen = new Set<string>();
  for (const part of ["construction", "text", "image"] as const) {
    const seenHere = new Set<string>();
    const texts = problem[part].flatMap((text, index) => {
      const parts = splitEqualities(text);
      if (parts.length > 1) result.notes.push(`read ${text} as ${parts.join(" and ")}`);
      return parts.map((piece) => ({ text: piece, index }));
    });
    for (const { text, index } of texts) {
      try {
        const { statement, repairs } = repairStatement(text, { file: `${problem.id}.${part}`, line: index + 1 });
        const canonical = formatStatement(statement);
        for (const repair of repairs) if (!result.notes.includes(repair)) result.notes.push(repair);
        if (!seenHere.has(canonical)) result[part].push(statement);
        if (!seen.has(canonical)) result.all.push(statement);
        seenHere.add(canonical);
        seen.add(canonical);
      } catch (error) {
        if (!InputError.isInstance(error)) throw error;
        result.unreadable.push({ text, message: error.message });
      }
    }
  }
  return result;
}
