import { boxesIn, collapseSpaces, maximumSearchLength, statementsIn, withoutCourtesies, withoutThoughts, type Box } from "./statements.js";

/** Where in a response an open answer was found, the most likely first. The first that can be read as mathematics is the answer. */
export interface OpenReading {
  candidates: string[];
  by: "box" | "announcement" | "whole" | "mathematics" | "number" | null;
}

interface Segment {
  start: number;
  end: number;
  content: string;
}

const delimiters = [
  ["$$", "$$"],
  ["\\[", "\\]"],
  ["\\(", "\\)"],
  ["$", "$"],
] as const;

/** Stretches of mathematics between `$…$`, `$$…$$`, `\(…\)` or `\[…\]`. Each closing mark is searched once only, so a text without any stays cheap. */
function segmentsIn(text: string): Segment[] {
  const segments: Segment[] = [];
  const hopeless = new Set<string>();
  for (let index = 0; index < text.length; index += 1) {
    if (text[index] === "\\" && text[index + 1] === "$") {
      index += 1;
      continue;
    }
    const pair = delimiters.find(([opening]) => !hopeless.has(opening) && text.startsWith(opening, index));
    if (pair === undefined) continue;
    const [opening, closing] = pair;
    let end = text.indexOf(closing, index + opening.length);
    if (opening === "$") while (end > 0 && text[end - 1] === "\\") end = text.indexOf(closing, end + 1);
    if (end === -1) {
      hopeless.add(opening);
      continue;
    }
    const content = text.slice(index + opening.length, end);
    // Between two sums of money stands prose.
    if (opening === "$" && (content.length > 2000 || /\n\s*[A-Z]|[a-z]{3,},? [a-z]{2,}/.test(content.replace(/\\[a-zA-Z]+\s*\{[^{}]*\}/g, "")))) continue;
    segments.push({ start: index, end: end + closing.length, content });
    index = end + closing.length - 1;
  }
  return segments.filter(({ content }) => content.trim() !== "");
}

const joining = /^[\s$]*(?:[,;]|and|or|,\s*(?:and|or))?[\s$]*$/i;

/** Whether what stands between two boxes joins them to one answer: nothing, a comma, "and", or a few words with "and" among them. */
function joins(gap: string): boolean {
  const bare = gap.replace(/\\[()[\]]|\\text\{([^{}]*)\}|\\q?quad|[$*\\]/g, " $1 ").trim();
  return bare === "" || joining.test(bare) || (bare.length <= 40 && /(?:^|[\s,])(?:and|or)(?:$|[\s,])/i.test(bare));
}

/** The last box, with those before it that belong to the same answer. */
function lastBoxes(text: string, boxes: readonly Box[]): string {
  let first = boxes.length - 1;
  while (first > 0 && joins(text.slice((boxes[first - 1] as Box).end, (boxes[first] as Box).start))) first -= 1;
  return boxes.slice(first).map(({ content }) => content).join(", ");
}

const unitBehind = /^\s*(?:%|°|pct\b|percent\b|degrees?\b|[cmk]?m\b)/;

/** The last stretches of mathematics that "and" or a comma joins, with a unit that follows them. */
function lastSegments(text: string, segments: readonly Segment[]): string | null {
  let first = segments.length - 1;
  if (first < 0) return null;
  while (first > 0 && joining.test(text.slice((segments[first - 1] as Segment).end, (segments[first] as Segment).start))) first -= 1;
  const end = (segments.at(-1) as Segment).end;
  const unit = unitBehind.exec(text.slice(end, end + 20))?.[0] ?? "";
  const from = (segments[first] as Segment).start;
  return text.slice(from, end) + unit;
}

/** Words that mark prose: no commands, no text in braces, no units or functions. */
function isProse(text: string): boolean {
  const bare = text.replace(/\\(?:text|mbox|textbf|mathrm|operatorname|begin|end)\s*\{[^{}]*\}/g, " ").replace(/\\[a-zA-Z]+/g, " ").replace(/(?<![a-z])(?:and|or)(?=[A-Z])/g, " ");
  if (/\p{Script=Han}{2,}/u.test(bare)) return true;
  if (/(?:^|\s)(?:it|is|so|we|to|of|be|by|an)(?=\s)/i.test(bare)) return true;
  return (bare.match(/[A-Za-z]{3,}/g) ?? []).filter((word) => !/^(?:and|sin|cos|tan|log|sqrt|pct|percent|degrees?|units?|meters?|dollars?|cm|pi|acos|asin|atan|exp|abs|infty|inf|[xyz]+)$/i.test(word)).length > 0;
}

const digits = String.raw`(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+,\d{1,2}(?![\d,])|\d+(?:\.\d+)?|\.\d+)`;
const numberWord = "(?:zero|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)";
/** A number with its sign, not part of a word. */
const number = new RegExp(String.raw`(?<![A-Za-z\d.])[-−]?${digits}(?:\/\d+)?`, "g");
const radical = String.raw`(?:\d+(?:\.\d+)?)?\s*\*?\s*(?:√\s*(?:\d+(?:\.\d+)?|\([^()]{1,20}\))|sqrt\s*\([^()]{1,20}\)|π)(?:\s*\/\s*\d+)?`;
/** Roots and multiples of π in prose, with a number or another of them added: `2√3`, `3 + √5`, `6√3 - 2π`. */
const plainRadical = new RegExp(String.raw`[-−]?(?:\d+(?:\.\d+)?\s*[-+−]\s*)?${radical}(?:\s*[-+−]\s*(?:${radical}|\d+(?:\.\d+)?))*`, "g");
/** What stands at the beginning of an announced sentence: "14, since 3 + 4 = 7". */
const leadingNumber = new RegExp(String.raw`^[-−]?${digits}(?:\/\d+)?(?=\s*(?:°|%|\$|€|cm|km|m|degrees?)?(?:[,;)](?!\d)|\s+[A-Za-z(]|\s*$))`);

/** Pairs and triples of numbers in prose, `(2, -1)` and `(3, 4)`, or an interval. */
const plainTuple = /[([]\s*[-−+\d.√π/∞ ]{1,20}(?:,\s*[-−+\d.√π/∞ ]{1,20}){1,5}[)\]](?:\s*(?:,|and|or)\s*[([]\s*[-−+\d.√π/∞ ]{1,20}(?:,\s*[-−+\d.√π/∞ ]{1,20}){1,5}[)\]]){0,5}/g;

/** The last number, or the root or the pair that it ends. */
function lastNumber(text: string): string | null {
  const found = [...text.matchAll(number)].at(-1);
  if (text.length > maximumSentenceSearch) return found?.[0] ?? null;
  const end = found === undefined ? 0 : found.index + found[0].length;
  const longer = [plainTuple, plainRadical].map((pattern) => [...text.matchAll(pattern)].at(-1)).find((match) => match !== undefined && match.index + match[0].length >= end);
  return longer?.[0] ?? found?.[0] ?? null;
}

/** Roots and pairs are looked for in sentences, not in whole responses. */
const maximumSentenceSearch = 500;

/** The sentence that a text begins with; a point inside a number does not end it. */
function firstSentence(text: string): string {
  return /^[\s\S]*?[.。](?=\s|$|<)/.exec(text)?.[0].slice(0, -1) ?? text;
}

const marks = /[\s"“”'`*]/;

/** Without quotation marks, stars and final points around it. Walks from both ends: a pattern for the end would be tried at every place. */
function stripped(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && (marks.test(text[start] as string) || (text[start] === "\\" && /["'`*]/.test(text[start + 1] ?? "")))) start += 1;
  while (end > start && (marks.test(text[end - 1] as string) || text[end - 1] === "." || text[end - 1] === "\\")) end -= 1;
  return text.slice(start, end);
}

/** The mathematics that a sentence begins with, joined by "and" or a comma; null where it begins with words. */
function firstSegments(text: string, segments: readonly Segment[]): string | null {
  if (segments[0] === undefined || text.slice(0, segments[0].start).trim() !== "") return null;
  let last = 0;
  while (last + 1 < segments.length && joining.test(text.slice((segments[last] as Segment).end, (segments[last + 1] as Segment).start))) last += 1;
  const { end } = segments[last] as Segment;
  return text.slice(0, end) + (unitBehind.exec(text.slice(end, end + 20))?.[0] ?? "");
}

/** Words that may be an answer are few. */
const maximumWordsLength = 60;

/** What may be the answer in an announced sentence: all of it, the mathematics or the number that it begins with, the last that stands in it, its few words. */
function candidatesOf(sentence: string): string[] {
  const prose = isProse(sentence);
  const whole = prose ? [] : [stripped(sentence)];
  const segments = segmentsIn(sentence);
  const words = prose && sentence.length <= maximumWordsLength ? [stripped(sentence)] : [];
  const found = [...whole, firstSegments(sentence, segments), leadingNumber.exec(stripped(sentence))?.[0] ?? null, lastSegments(sentence, segments), lastNumber(sentence), ...words];
  return [...new Set(found.filter((candidate): candidate is string => candidate !== null && candidate.trim() !== ""))];
}

/** An answer stands in one of the last sentences, if in any. */
const maximumSentences = 40;

/** The sentences of a text, the last first; mathematics set apart on lines of its own belongs to none. */
function sentencesFromEnd(text: string): string[] {
  return text.replace(/\$\$[^$]{0,2000}\$\$|\\\[[^[\]]{0,2000}\\\]/g, (block) => block.replace(/\n/g, " ")).split(/(?<=[.!?。])\s+|\n+/).reverse().filter((sentence) => sentence.trim() !== "").slice(0, maximumSentences);
}

const counted = new RegExp(String.raw`\bthere\s+(?:are|is|were|was|will be)\s+(?:only\s+|exactly\s+|a total of\s+)?(${digits}|${numberWord})(?![\w.])`, "i");
const equating = /\b(?:is|are|equals|be|was|were)\b|[=≈]|等于|[为是]/g;

/** What a sentence concludes with: how many there are, the number behind its last verb, its last mathematics or number. Null where it has neither. */
function candidatesOfConclusion(sentence: string): OpenReading | null {
  const segments = segmentsIn(sentence);
  const mathematics = lastSegments(sentence, segments);
  const count = sentence.length > maximumSentenceSearch ? null : (counted.exec(sentence)?.[1] ?? null);
  const verb = [...sentence.matchAll(equating)].at(-1);
  const inMathematics = verb === undefined || segments.some(({ start, end }) => verb.index >= start && verb.index < end);
  const behindVerb = verb === undefined || inMathematics ? null : (leadingNumber.exec(sentence.slice(verb.index + verb[0].length).trim().replace(/^\*+/, ""))?.[0] ?? null);
  const number = lastNumber(sentence) ?? new RegExp(String.raw`\b${numberWord}\b`, "gi").exec(sentence)?.[0] ?? null;
  const candidates = [count, behindVerb, mathematics, number].filter((candidate): candidate is string => candidate !== null && candidate.trim() !== "");
  if (candidates.length === 0) return null;
  return { candidates: [...new Set(candidates)], by: count === null && behindVerb === null && mathematics !== null ? "mathematics" : "number" };
}

const plainNumber = /^-?\d{1,12}(?:\.\d{1,12})?$/;
/** A word that may announce an answer. */
const announcing = /answer|correct|right|option|choice|choose|select|pick|选|答/i;

/**
 * Finds an open answer in a response. The last of: boxes (several count as one answer where only "and" or a comma stands between them),
 * and announcements ("the final answer is …"). Where there are neither: the whole text if it is mathematics and no prose, its last
 * stretch of mathematics, or the last number of its last sentence.
 */
export function extractOpen(response: string): OpenReading {
  if (plainNumber.test(response)) return { candidates: [response], by: "whole" };
  const text = collapseSpaces(withoutThoughts(response.slice(-maximumSearchLength)));
  const boxes = boxesIn(text);
  const lastBox = boxes.at(-1);
  // Most responses end with a box: then nothing else has to be searched.
  if (lastBox !== undefined && !announcing.test(text.slice(lastBox.start))) return { candidates: boxes.length === 1 ? [lastBox.content] : [lastBoxes(text, boxes), lastBox.content], by: "box" };
  const announcement = statementsIn(text)
    .filter(({ content }) => !content.includes("boxed"))
    .findLast(({ content, position }) => content.trim() !== "" && !boxes.some(({ start, end }) => position >= start && position < end));
  if (lastBox !== undefined && (announcement === undefined || lastBox.start >= announcement.position)) {
    return { candidates: [lastBoxes(text, boxes), lastBox.content], by: "box" };
  }
  if (announcement !== undefined) {
    const candidates = candidatesOf(firstSentence(announcement.content));
    if (candidates.length > 0) return { candidates, by: "announcement" };
  }
  if (!isProse(text)) return { candidates: [stripped(text)], by: "whole" };
  // The marks of a chat template are not the end of an answer either.
  const body = withoutCourtesies(text.replace(/<\|[^|]*\|>(?:user|assistant)?\s*/g, ""));
  for (const sentence of sentencesFromEnd(body)) {
    const found = candidatesOfConclusion(sentence);
    if (found !== null) return found;
  }
  // Mathematics may go over several lines.
  const mathematics = lastSegments(body, segmentsIn(body));
  if (mathematics !== null) return { candidates: [mathematics], by: "mathematics" };
  return /^\S{1,40}$/.test(stripped(body)) ? { candidates: [stripped(body)], by: "whole" } : { candidates: [], by: null };
}
