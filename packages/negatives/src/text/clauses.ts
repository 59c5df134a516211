import type { Token } from "./tokens.js";

/** A part of a sentence between commas: the unit that carries at most one edit, so that two edits never undo each other. */
export interface Clause {
  /** index of the first token, and of the one after the last */
  from: number;
  to: number;
  /** false: it asks, it is a choice, it is a formula of diagram code: what it says is not a claim */
  claim: boolean;
  /** it denies: `AB is not parallel to CD` */
  negated: boolean;
  /** it leaves something open (`or`, `about`, `at least`): a changed number or word may still be true */
  open: boolean;
  /** it compares: `AB > 3`, `greater than 3` */
  compares: boolean;
}

const questionWords = new Set(["find", "determine", "calculate", "compute", "evaluate", "prove", "solve", "express", "what", "how", "whether", "why", "simplify", "estimate", "choose", "answer", "then"]);
const sentenceQuestionWords = new Set(["which", "who", "is", "are", "does", "do", "can", "show", "state", "draw", "explain", "write"]);
const negations = new Set(["not", "no", "never", "neither", "nor", "without", "cannot", "isn't", "aren't", "doesn't", "don't", "isn’t", "aren’t", "doesn’t", "none", "non", "unequal", "fails"]);
const openWords = new Set([
  "or", "either", "may", "might", "could", "can", "approximately", "roughly", "nearly", "almost", "any", "some", "unless", "possibly", "within", "least", "most", "exceeds", "would", "should", "arbitrary", "varies", "moves", "moving",
]);
/** These open a range before a number alone: "between 3 and 5", "about 5", but "the angle between AB and CD", "rotated about A". */
const rangeWords = new Set(["between", "from", "over", "under", "above", "below", "beyond", "past", "exceeding", "about", "around"]);
const comparisons = new Set(["<", ">", "≤", "≥", "≠", "<=", ">=", "than"]);
const choicesHeads = new Set(["choices", "options", "choice", "option"]);

/** No sentence about a figure has a longer clause; what is longer is a list or noise, and is left alone. */
const maximumClauseTokens = 300;

/** Splits a caption into clauses and says what each may be edited for. */
export function splitClauses(tokens: Token[]): Clause[] {
  const clauses: Clause[] = [];
  let from = 0;
  let depth = 0;
  let asking = false;
  let choices = false;
  let sentenceStart = true;
  const close = (to: number, endsSentence: boolean, mark: string): void => {
    if (to > from) {
      const clause = readClause(tokens, from, to);
      const first = tokens[from]!;
      if (choicesHeads.has(first.lower)) choices = true;
      if (sentenceStart && sentenceQuestionWords.has(first.lower)) asking = true;
      if (asksIn(tokens, from, to)) asking = true;
      if (asking || choices || mark === "?" || to - from > maximumClauseTokens) clause.claim = false;
      clauses.push(clause);
    }
    from = to + 1;
    sentenceStart = endsSentence;
    if (endsSentence) asking = false;
  };
  for (let index = 0; index < tokens.length; index += 1) {
    const { text, kind } = tokens[index]!;
    if (kind !== "symbol") continue;
    if (text === "(" || text === "[") depth += 1;
    else if (text === ")" || text === "]") depth = Math.max(0, depth - 1);
    else if (text === "." || text === ";" || text === "?" || text === "!" || text === ":" && !isRatio(tokens, index)) {
      depth = 0;
      close(index, text !== ":", text);
    } else if (text === "," && depth === 0) close(index, false, text);
  }
  close(tokens.length, true, "");
  return clauses;
}

function isRatio(tokens: Token[], index: number): boolean {
  const before = tokens[index - 1];
  const after = tokens[index + 1];
  return before !== undefined && after !== undefined && (before.kind === "number" || before.kind === "label") && (after.kind === "number" || after.kind === "label");
}

function asksIn(tokens: Token[], from: number, to: number): boolean {
  for (let index = from; index < to; index += 1) {
    const token = tokens[index]!;
    if (token.kind === "word" && questionWords.has(token.lower)) return true;
    // "( )" and "___" stand for the answer
    if (token.lower === "(" && tokens[index + 1]?.lower === ")") return true;
    if (token.lower === "_" || token.lower === "□") return true;
  }
  return false;
}

function readClause(tokens: Token[], from: number, to: number): Clause {
  const clause: Clause = { from, to, claim: true, negated: false, open: false, compares: false };
  for (let index = from; index < to; index += 1) {
    const token = tokens[index]!;
    if (token.kind === "word") {
      if (negations.has(token.lower) || token.lower.endsWith("n't")) clause.negated = true;
      if (openWords.has(token.lower) && !(token.lower === "can" && tokens[index + 1]?.lower === "be")) clause.open = true;
      if (rangeWords.has(token.lower) && tokens[index + 1]?.kind === "number") clause.open = true;
      // LengthOfLine(AB): a formula left in the text
      if (/[a-z][A-Z]/.test(token.text)) clause.claim = false;
    }
    if (comparisons.has(token.lower)) clause.compares = true;
    if (token.lower === "≠") clause.negated = true;
    if (token.lower === "±" || token.lower === "≈") clause.open = true;
  }
  return clause;
}
