import { closeTo, numericValue } from "../mathematics/number.js";
import type { Choice } from "../question.js";
import { searchedText, statementsIn } from "./statements.js";

/** What was read from a response to a question with choices. */
export interface ChoiceReading {
  /** index into the choices, or null where the response cannot be read: then it is wrong, and counted apart */
  choice: number | null;
  /** how it was read: by the letter, or by the text or value of a choice; null where it was not */
  by: "letter" | "text" | "value" | null;
  /** the words it was read from */
  evidence: string;
  /** why it could not be read, or null */
  reason: string | null;
}

type Finding = { kind: "choice"; choice: number; by: "letter" | "text" | "value" } | { kind: "several" | "conflict" | "none" };

const plain = (text: string): string =>
  text
    .replace(/\\(?:text|mathrm|mathbf|textbf)\s*\{([^{}]*)\}/g, "$1")
    .replace(/\^\{?\\circ\}?|\\degree|\bdegrees?\b/g, "°")
    .replace(/\\[()[\]]|[$*`"“”‘’]|(?<![A-Za-z\d])'|'(?![A-Za-z])/g, " ")
    .replace(/\s+/g, " ")
    .trim()
    .replace(/[.,;!。]+$/, "")
    .trim();

/** The choice that a text is, by its words or by its value; null where it is none or more than one. */
function choiceOfText(text: string, choices: readonly Choice[]): Finding {
  const words = plain(text).toLowerCase();
  if (words === "") return { kind: "none" };
  const same = choices.flatMap((choice, index) => (plain(choice.text).toLowerCase() === words ? [index] : []));
  if (same.length === 1) return { kind: "choice", choice: same[0] as number, by: "text" };
  if (same.length > 1) return { kind: "several" };
  if (words.length > 200) return { kind: "none" };
  const value = numericValue(text) ?? numericValue(words.slice(words.lastIndexOf("=") + 1));
  if (value === null) return { kind: "none" };
  const equal = choices.flatMap((choice, index) => {
    const other = numericValue(choice.text);
    return other !== null && closeTo(value, other) ? [index] : [];
  });
  if (equal.length > 1) return { kind: "several" };
  return equal.length === 1 ? { kind: "choice", choice: equal[0] as number, by: "value" } : { kind: "none" };
}

/** What may follow a letter that is an answer and not a word or the name of a point. */
const afterLetter = /^(?:$|[).\],:;!?}。-]|\s*(?:$|[-–—:(.,;!?}\]]|because|since|as\b|which|with\b|is\b|option|choice|为|选项|正确|\n))/i;

/** The letter a text begins with, and whether others follow. An announced letter may be explained; one alone stands with nothing but its own text. */
function choiceOfLetter({ content, choices, announced }: { content: string; choices: readonly Choice[]; announced: boolean }): Finding {
  const text = plain(content).replace(/^(?:the\s+)?(?:option|choice|letter|answer|选项)\s*:?\s*/i, "");
  const match = /^[\s([{<'‘]*([A-Za-z])(?![A-Za-z\d'=_])[\])}>'’]*/.exec(text);
  if (match === null) return { kind: "none" };
  const letter = match[1] as string;
  const rest = text.slice(match[0].length);
  const wrapped = match[0].trim().length > 1;
  const choice = choices.findIndex(({ label }) => label === letter || (label.toLowerCase() === letter.toLowerCase() && (wrapped || rest.trim() === "" || /^[.):]/.test(rest))));
  if (/^\s*(?:,|\/|and\b|or\b|&|和|或|、|;)\s*[\s(]*[A-Z](?![A-Za-z\d])/i.test(rest)) return { kind: "several" };
  if (choice === -1) return { kind: "none" };
  const named = choiceOfText(rest.replace(/^[\s).:,-]+/, ""), choices);
  if (named.kind === "choice" && named.choice !== choice) return { kind: "conflict" };
  const explained = announced && (wrapped || afterLetter.test(rest));
  if (named.kind !== "choice" && !explained && !/^[\s.:]*$/.test(rest)) return { kind: "none" };
  return { kind: "choice", choice, by: "letter" };
}

function choiceOf(content: string, choices: readonly Choice[], { announced }: { announced: boolean }): Finding {
  const byLetter = choiceOfLetter({ content, choices, announced });
  if (byLetter.kind !== "none") return byLetter;
  const whole = choiceOfText(content, choices);
  if (whole.kind !== "none") return whole;
  // A sentence may go on after the answer: "Answer: 65°. This follows from …"
  const sentence = /^.{1,200}?(?=[.。](?:\s|$))/.exec(content)?.[0];
  return sentence === undefined || sentence === content ? { kind: "none" } : choiceOfText(sentence, choices);
}

/** The parenthesised letters of a text, each once. */
function parenthesized(text: string, choices: readonly Choice[]): number[] {
  const found = [...text.matchAll(/\(\s*([A-Za-z])\s*\)/g)].map(([, letter]) => choices.findIndex(({ label }) => label === letter));
  return [...new Set(found)].filter((index) => index !== -1);
}

/** Verbs and signs behind which a concluding sentence has its value. */
const equating = /\b(?:is|are|equals|equal to|be)\b|[=≈]|等于|[为是]/g;
const concluding = /^(?:[*#>\s]*)(?:so|thus|hence|therefore|then|consequently|the|it|this|所以|因此|故)(?![a-z])/i;

/** The choice whose value a concluding sentence ends with, "Therefore, angle C is 60°."; a sentence that says more than one thing says nothing. */
function choiceOfConclusion(sentence: string, choices: readonly Choice[]): Finding {
  if (sentence.length > 400 || !concluding.test(sentence)) return { kind: "none" };
  const marks = [...sentence.matchAll(equating)];
  const last = marks.at(-1);
  if (last === undefined || marks.filter(([mark]) => mark !== "=").length > 1) return { kind: "none" };
  return choiceOfText(sentence.slice(last.index + last[0].length), choices);
}

/** "Yes, because …" where the choices are words that a response can begin with. */
function choiceOfFirstWord(text: string, choices: readonly Choice[]): Finding {
  const word = /^[\s*"']*(yes|no|true|false)[\s*"']*[,.;:!\n-]/i.exec(text)?.[1]?.toLowerCase();
  const choice = word === undefined ? -1 : choices.findIndex((one) => plain(one.text).toLowerCase() === word);
  return choice === -1 ? { kind: "none" } : { kind: "choice", choice, by: "text" };
}

const reasons = { several: "it names more than one choice", conflict: "the letter and the value beside it are of different choices", none: "nothing in it says which choice is meant" } as const;

/**
 * Reads which choice a response picks. In order: the last place that says what the answer is (`\boxed{}`, "Answer: B",
 * "the answer is (C)", "故选B"), so that an after-thought counts; a response, or a last or first line, that is nothing but a choice; a
 * concluding sentence that ends with a value. There the letter counts, or the text or value of exactly one choice. Nothing is guessed: letters that merely occur, values near a
 * choice, and several letters are unreadable.
 */
export function extractChoice({ response, choices }: { response: string; choices: readonly Choice[] }): ChoiceReading {
  const text = searchedText(response);
  const reading = (finding: Finding, evidence: string): ChoiceReading =>
    finding.kind === "choice" ? { choice: finding.choice, by: finding.by, evidence: evidence.trim(), reason: null } : { choice: null, by: null, evidence: evidence.trim(), reason: reasons[finding.kind] };
  if (text.trim() === "") return { choice: null, by: null, evidence: "", reason: "the response is empty" };

  const statements = statementsIn(text);
  for (const statement of statements.reverse()) {
    const finding = choiceOf(statement.content, choices, { announced: true });
    if (finding.kind !== "none" || statement.strong) return reading(finding, statement.content);
  }
  if (text.length <= 400) {
    const whole = choiceOf(text, choices, { announced: false });
    if (whole.kind !== "none") return reading(whole, text);
  }
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const last = lines.at(-1) ?? "";
  const ofLine = choiceOf(last, choices, { announced: false });
  if (ofLine.kind !== "none") return reading(ofLine, last);
  const sentence = last.split(/(?<=[.!?。])\s+/).at(-1) ?? last;
  const letters = parenthesized(sentence, choices);
  if (letters.length === 1 && parenthesized(last, choices).length === 1) return reading({ kind: "choice", choice: letters[0] as number, by: "letter" }, sentence);
  // A response may begin with its answer and explain it.
  const opening = lines[0] ?? "";
  const ofOpening = lines.length > 1 && opening.length <= 200 ? choiceOf(opening, choices, { announced: false }) : choiceOfFirstWord(text, choices);
  if (ofOpening.kind === "choice" && letters.length === 0) return reading(ofOpening, opening);
  const concluded = letters.length === 0 ? choiceOfConclusion(sentence, choices) : { kind: "none" as const };
  if (concluded.kind === "choice") return reading(concluded, sentence);
  return reading({ kind: letters.length > 1 ? "several" : "none" }, sentence);
}
