import { parseStatement } from "./parse.js";
import { ProgramError } from "./program-error.js";
import type { Statement } from "./statement.js";

export interface RepairedStatement {
  statement: Statement;
  /** The text that was read, after the repairs. */
  text: string;
  /** What was repaired, in words; empty when the text was right. */
  repairs: string[];
}

const fullWidth: Record<string, string> = { "，": ",", "（": "(", "）": ")", "、": ",", "：": ":", "＝": "=", "＋": "+", "－": "-", "−": "-", "×": "*", "÷": "/", "。": "." };

/**
 * Reads a statement of a real annotation, putting right the slips those have: full-width punctuation, a bracket too
 * many or too few at the end, `3a` for `3*a`. Throws the ProgramError of the original text when that does not help.
 */
export function repairStatement(text: string, place: { file?: string | null; line?: number } = {}): RepairedStatement {
  let original: ProgramError;
  try {
    return { statement: parseStatement(text, place), text, repairs: [] };
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error;
    original = error;
  }
  const repairs: string[] = [];
  let repaired = text;
  const change = (next: string, what: string): void => {
    if (next !== repaired) repairs.push(`${what} in ${text}`);
    repaired = next;
  };
  change([...repaired].map((character) => fullWidth[character] ?? character).join(""), "replaced full-width punctuation");
  change(repaired.replace(/[°．;.]+\s*(?=[,)]|$)/gu, ""), "removed a stray sign");
  change(repaired.replace(/(\d)(?=[a-zα-ω(])/gu, "$1*"), "inserted the multiplication sign");
  const balance = closingBalance(repaired);
  if (balance.missing > 0 && balance.missing <= 3) change(repaired + ")".repeat(balance.missing), "added the missing bracket");
  if (balance.end !== null) change(repaired.slice(0, balance.end), "removed a stray bracket");
  try {
    return { statement: parseStatement(repaired, place), text: repaired, repairs };
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error;
    throw original;
  }
}

/** How many brackets are left open, and where a statement that is already complete goes on with nothing but brackets. */
function closingBalance(text: string): { missing: number; end: number | null } {
  let open = 0;
  for (let index = 0; index < text.length; index += 1) {
    if (text[index] === "(") open += 1;
    else if (text[index] === ")") {
      open -= 1;
      if (open === 0 && /^[)\s]+$/.test(text.slice(index + 1))) return { missing: 0, end: index + 1 };
      if (open < 0) return { missing: 0, end: null };
    }
  }
  return { missing: open, end: null };
}
