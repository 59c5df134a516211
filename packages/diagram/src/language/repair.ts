import { parseStatement } from "./parse.js";
import { ProgramError } from "./program-error.js";
import type { Statement } from "./statement.js";
import { vocabulary } from "./vocabulary.js";

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
 * many or too few at the end, a stray comma, `3a` for `3*a`, `MeasureOfArc(O,AB)`, a capital symbol. Throws the ProgramError of the original text when that does not help.
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
  change(repaired.replace(/,(?=\))/g, ""), "removed a stray comma");
  change(repaired.replace(/([A-Za-z]+)\(([A-Z]+),([A-Z]+)\)/g, joinLetters), "joined the letters");
  change(repaired.replace(/(?<=[-+*/])[A-Z](?![A-Za-z(])/g, (letter) => letter.toLowerCase()), "read a capital letter as a symbol");
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

/** `Equal(a,b,c)` as the equations it stands for, `Equal(a,b)` and `Equal(b,c)`; the text itself when it is no chain. */
export function splitEqualities(text: string): string[] {
  if (!text.startsWith("Equal(") || !text.endsWith(")")) return [text];
  const terms: string[] = [];
  let depth = 0;
  let start = "Equal(".length;
  for (let index = start; index < text.length; index += 1) {
    if (text[index] === "(") depth += 1;
    else if (text[index] === ")") depth -= 1;
    if ((text[index] === "," && depth === 0) || index === text.length - 1) {
      terms.push(text.slice(start, index));
      start = index + 1;
    }
  }
  return terms.length < 3 ? [text] : terms.slice(1).map((term, index) => `Equal(${terms[index] ?? ""},${term})`);
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

/** `MeasureOfArc(O,AB)` for `MeasureOfArc(OAB)`: letters that the vocabulary writes as one argument. */
function joinLetters(text: string, name: string, first: string, second: string): string {
  const pattern = vocabulary.get(name)?.pattern;
  return pattern?.length === 1 && pattern[0]?.length === first.length + second.length ? `${name}(${first}${second})` : text;
}
