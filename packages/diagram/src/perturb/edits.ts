import type { EditClass } from "@mmgeo/dataset";
import { formatStatement } from "../language/format.js";
import { sameMeaning } from "../language/meaning.js";
import { parseStatement } from "../language/parse.js";
import { namesOf } from "../language/points.js";
import type { Statement } from "../language/statement.js";
import type { SeededRandom } from "../seeded-random.js";
import type { EditContext } from "./context.js";
import { numberEdits } from "./edit-numbers.js";
import { orderEdits } from "./edit-order.js";
import { relationEdits, shapeEdits } from "./edit-relations.js";

/** One change of one statement, of one of the paper's four classes (section 2.2). */
export interface StatementEdit {
  class: EditClass;
  from: Statement;
  to: Statement;
}

/**
 * Every edit of one statement, of all classes: each says something else to a reader of English (never a rotation of a
 * polygon, a reversed segment, a commuted relation, an equal number), and names only labels of the figure. Whether the
 * edited statement is false of a drawing is for the checker to say.
 */
export function editsOf(statement: Statement, context: EditContext): StatementEdit[] {
  const seen = new Set<string>();
  const edits: StatementEdit[] = [];
  const classes: [EditClass, readonly Statement[]][] = [
    ["order", orderEdits(statement, context)],
    ["shape", shapeEdits(statement)],
    ["relation", relationEdits(statement)],
    ["number", numberEdits(statement)],
  ];
  for (const [editClass, candidates] of classes) {
    for (const to of candidates) {
      const text = formatStatement(to);
      if (seen.has(text) || !isUsableEdit(statement, to, context)) continue;
      seen.add(text);
      edits.push({ class: editClass, from: statement, to });
    }
  }
  return edits;
}

/** Whether a changed statement says something else to a reader of English, in letters of the figure. */
export function isUsableEdit(from: Statement, to: Statement, context: EditContext): boolean {
  return isWellFormed(to, context) && !sameMeaning(from, to, "english");
}

/** The edits of one statement in random order. */
export function editClaim(statement: Statement, context: EditContext, random: SeededRandom): StatementEdit[] {
  return random.shuffle(editsOf(statement, context));
}

/** Distinct letters within every argument, only labels of the figure, and text that parses back. */
function isWellFormed(statement: Statement, context: EditContext): boolean {
  const { points } = namesOf([statement]);
  if (!points.every((point) => context.points.includes(point))) return false;
  if (hasRepeatedLetter(statement)) return false;
  try {
    parseStatement(formatStatement(statement));
    return true;
  } catch {
    return false;
  }
}

const words = /\(([A-Z]+(?:,[A-Z]+)*)\)/g;

function hasRepeatedLetter(statement: Statement): boolean {
  const text = formatStatement(statement);
  for (const match of text.matchAll(words)) {
    const list = (match[1] ?? "").split(",");
    // An arc or a circle may share its letter with a point; a polygon, a line or an angle never names a letter twice.
    const isArc = /(Arc|Sector)\($/.test(text.slice(0, match.index + 1)) || text.startsWith("Shape(");
    for (const argument of list) {
      const letters = isArc ? argument.slice(1) : argument;
      if (new Set(letters).size !== letters.length) return true;
    }
    const [first = "", second = ""] = list;
    if (list.length === 2 && first.length === 2 && [...first].sort().join("") === [...second].sort().join("")) return true;
    if (text.startsWith("IsMidpointOfLine") && second.includes(first)) return true;
  }
  return false;
}
