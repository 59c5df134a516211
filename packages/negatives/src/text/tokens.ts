export type TokenKind = "word" | "label" | "number" | "symbol";

/** A piece of a caption with its place, in UTF-16 units, end exclusive. */
export interface Token {
  kind: TokenKind;
  text: string;
  /** a word in lower case, a sign in its usual spelling (`⊥` for `\perp`): what tokens are compared by */
  lower: string;
  start: number;
  end: number;
  /** a label's point names: `A1B'` is `["A1", "B'"]` */
  points: string[];
}

// Alternatives in order: what LaTeX sets and does not say ($, \(, \,), its degree sign, its commands, a function name of diagram code (LengthOfLine),
// a label (ABC, A1B1, A'B'), a word, a number or a fraction, a sign.
const pattern =
  /\$+|\\[,;:!()[\]]|\^\s?\{?\s?\\circ\s?\}?|\\[a-zA-Z]+|[A-Z][a-z]+(?:[A-Z][a-z]*)+|(?:[A-Z](?:_?\d{1,2}|_\{\d{1,2}\})?['′]{0,2}){1,12}(?![a-z])|\p{L}[\p{L}\p{M}]*(?:[-'’]\p{L}+)*\d*|\d+(?:\.\d+)?(?:\/\d+(?:\.\d+)?(?![\d.]))?|\/\/|\|\||\*\*|[<>]=|\S/gu;
const silent = /^(?:\$|\\[^a-zA-Z])/;
/** Signs in the spelling that the rules know. */
const signs = new Map<string, string>([
  ["⟂", "⊥"], ["\\perp", "⊥"], ["\\bot", "⊥"], ["||", "∥"], ["\\parallel", "∥"], ["\\angle", "∠"], ["\\measuredangle", "∠"], ["\\triangle", "△"], ["\\odot", "⊙"], ["\\cong", "≅"], ["≌", "≅"], ["\\sim", "∽"], ["\\circ", "°"], ["\\degree", "°"],
  ["º", "°"], ["˚", "°"], ["\\ne", "≠"], ["\\neq", "≠"], ["\\le", "≤"], ["\\leq", "≤"], ["\\ge", "≥"], ["\\geq", "≥"], ["\\approx", "≈"], ["\\pm", "±"], ["\\times", "×"], ["\\cdot", "·"], ["\\pi", "π"], ["\\sqrt", "√"],
]);
/** How LaTeX writes the signs that the rules put in. */
const commands = new Map<string, string>([["⊥", "\\perp"], ["∥", "\\parallel"], ["≅", "\\cong"], ["∽", "\\sim"]]);

/** A sign as it is written where `original` stood. */
export function signLike(original: string, sign: string): string {
  return original.startsWith("\\") ? (commands.get(sign) ?? sign) : sign;
}

function signOf(piece: string): string {
  return piece.startsWith("^") && piece.length > 1 ? "°" : (signs.get(piece) ?? piece);
}
const labelShape = /^(?:[A-Z](?:_?\d{1,2}|_\{\d{1,2}\})?['′]{0,2})+$/;
const pointShape = /[A-Z](?:_?\d{1,2}|_\{\d{1,2}\})?['′]{0,2}/g;
/** English words that would read as labels in a caption set in capitals; beside small letters "ON" is a segment. */
const capitalWords = new Set(["A", "AN", "AND", "AS", "AT", "BY", "DO", "IF", "IN", "IS", "IT", "NO", "NOT", "OF", "ON", "OR", "SO", "THE", "TO", "WITH", "ARE", "FOR", "FIND"]);
const noPoints: string[] = [];

/** The tokens of a caption. One letter `A` that could be the article is a label only next to a word that asks for one. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  const allCapitals = !/[a-z]/.test(text);
  for (const match of text.matchAll(pattern)) {
    const piece = match[0];
    if (silent.test(piece)) continue;
    const start = match.index;
    const code = piece.charCodeAt(0);
    let kind: TokenKind = "symbol";
    let points = noPoints;
    if (code >= 48 && code <= 57) kind = "number";
    else if (code >= 65 && code <= 90 && labelShape.test(piece) && !(allCapitals && piece.length > 1 && capitalWords.has(piece))) {
      points = piece.match(pointShape) ?? noPoints;
      // A label names different points; a capitalised acronym that repeats a letter does not.
      kind = points.length === 1 || new Set(points).size === points.length ? "label" : "word";
      if (kind === "word") points = noPoints;
    } else if (/^\p{L}/u.test(piece) && !signs.has(piece)) kind = "word";
    tokens.push({ kind, text: piece, lower: kind === "word" ? piece.toLowerCase() : kind === "symbol" ? signOf(piece) : piece, start, end: start + piece.length, points });
  }
  for (let index = 0; index < tokens.length; index += 1) {
    const token = tokens[index]!;
    if (token.text === "A" && isArticle(tokens, index)) Object.assign(token, { kind: "word", lower: "a", points: noPoints });
  }
  return tokens;
}

const afterPoint = new Set(["is", "and", "lies", "are", "to", "on", "bisects", "divides", "has", "in", "be", "with", "at", "from"]);

/** `A` is the article unless it ends the text or something that follows a point's name follows it. */
function isArticle(tokens: Token[], index: number): boolean {
  const next = tokens[index + 1];
  if (next === undefined || next.kind !== "word" || afterPoint.has(next.lower)) return false;
  const previous = tokens[index - 1];
  return previous === undefined || previous.text === "." || previous.text === ":" || previous.text === ";";
}
