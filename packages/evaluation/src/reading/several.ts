import type { Choice } from "../question.js";
import { searchedText, statementsIn } from "./statements.js";

/** Which choices a response picks where more than one may be right; null where that cannot be read. */
export interface SeveralReading {
  /** labels in their order, or null */
  labels: string[] | null;
  evidence: string;
  reason: string | null;
}

/** The labels that a text lists and nothing else (`a, c`, `(a) and (c)`), or that stand in parentheses in it. */
function labelsIn(text: string, choices: readonly Choice[]): string[] | null {
  const known = new Map(choices.map(({ label }) => [label.toLowerCase(), label]));
  const bare = text.replace(/\\(?:text|mathrm)\s*\{([^{}]*)\}/g, "$1").replace(/[*`$"'\\]/g, " ");
  const tokens = bare.match(/[A-Za-z]+/g) ?? [];
  const words = tokens.filter((token) => !/^(?:and|or|option|options|choice|choices)$/i.test(token));
  const listed = words.length > 0 && words.every((word) => known.has(word.toLowerCase())) ? words : [...bare.matchAll(/\(\s*([A-Za-z])\s*\)/g)].map(([, letter]) => letter as string);
  const labels = new Set(listed.map((letter) => known.get(letter.toLowerCase())));
  return labels.size === 0 || labels.has(undefined) ? null : choices.map(({ label }) => label).filter((label) => labels.has(label));
}

/** Reads which choices a response picks, from the last place that says what the answer is, or from a response or last line that only lists choices. */
export function extractSeveral({ response, choices }: { response: string; choices: readonly Choice[] }): SeveralReading {
  const text = searchedText(response);
  if (text.trim() === "") return { labels: null, evidence: "", reason: "the response is empty" };
  const last = text.trimEnd().split("\n").at(-1) ?? "";
  for (const place of [...statementsIn(text).reverse().map(({ content }) => content), ...(text.length <= 400 ? [text] : []), last]) {
    const labels = labelsIn(place, choices);
    if (labels !== null) return { labels, evidence: place.trim(), reason: null };
  }
  return { labels: null, evidence: last.trim(), reason: "nothing in it says which choices are meant" };
}
