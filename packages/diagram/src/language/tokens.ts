import { ProgramError } from "./program-error.js";

export interface Token {
  kind: "word" | "number" | "(" | ")" | "," | "+" | "-" | "*" | "/" | "^" | "end";
  text: string;
  /** from 1 */
  column: number;
}

/** The longest line of real CDL has some 100 characters. */
export const MAX_LINE_LENGTH = 2000;

// Words are runs of Latin letters, or one lower-case Greek letter (problems name angles α, β); `π` is pi.
const pattern = /\s+|(?<word>[A-Za-z]+|[α-ω])|(?<number>(?:\d+(?:\.\d*)?|\.\d+))|(?<power>\*\*|\^)|(?<sign>[(),+\-*/])/uy;

/** Splits one line; throws a ProgramError at the first character that CDL does not have. */
export function tokenize(text: string, place: { file: string | null; line: number }): Token[] {
  if (text.length > MAX_LINE_LENGTH) throw new ProgramError({ ...place, column: MAX_LINE_LENGTH + 1, message: `the line has ${text.length} characters, at most ${MAX_LINE_LENGTH} are read; split it` });
  const tokens: Token[] = [];
  let position = 0;
  while (position < text.length) {
    pattern.lastIndex = position;
    const match = pattern.exec(text);
    if (match === null) {
      const character = String.fromCodePoint(text.codePointAt(position) ?? 0);
      throw new ProgramError({ ...place, column: position + 1, message: `unexpected character ${JSON.stringify(character)}; use Latin letters, digits, brackets, commas and + - * / ^` });
    }
    const { word, number, power, sign } = match.groups ?? {};
    const column = position + 1;
    if (word !== undefined) tokens.push({ kind: "word", text: word, column });
    else if (number !== undefined) tokens.push({ kind: "number", text: number, column });
    else if (power !== undefined) tokens.push({ kind: "^", text: power, column });
    else if (sign !== undefined) tokens.push({ kind: sign as Token["kind"], text: sign, column });
    position += match[0].length;
  }
  tokens.push({ kind: "end", text: "", column: text.length + 1 });
  return tokens;
}
